/**
 * Keras's recurrent layers on top of each other as ours. Two things that Keras may do between layers ours do not, and
 * both can be said by the weights of whoever reads them:
 *   a Bidirectional that adds up its directions, W (h_f + h_b) = [W W] [h_f; h_b], or takes their mean
 *   a layer that hands its states on last step first (go_backwards with return_sequences), so that what lies over it reads
 *   the other way round: forwards becomes backwards, and the two of a Bidirectional change places
 */
import type { Direction, LayerDescription, Real } from "../../trace/trace.ts";
import type { NetworkParameter } from "../modelContents.ts";
import type { KerasCell, MergeMode } from "./kerasCell.ts";

/** What a layer hands on, and how Keras's columns of it lie in ours. */
export interface HandedOn {
  /** Of one direction. */
  readonly hidden: number;
  readonly directions: number;
  readonly merge: MergeMode;
  /** Keras's first direction is our second. */
  readonly swapped: boolean;
}

export interface KerasStack {
  readonly layers: readonly LayerDescription[];
  readonly parameters: readonly NetworkParameter[];
  readonly top: HandedOn;
  /** Keras hands the steps of the top layer on in the opposite order. */
  readonly turned: boolean;
}

/** The first one is next to the input. */
export function stackKerasCells(
  stack: readonly { readonly name: string; readonly cell: KerasCell }[],
): KerasStack {
  const layers: LayerDescription[] = [];
  const parameters: NetworkParameter[] = [];
  let below: HandedOn | undefined;
  let turned = false;
  for (const [number, { name, cell }] of stack.entries()) {
    const { directions, hidden, inputSize } = cell.layer;
    const isBoth = directions.length === 2;
    layers.push({
      ...cell.layer,
      inputSize: below ? ourWidth(below) : inputSize,
      directions: isBoth || !turned ? directions : directions.map(opposite),
    });
    for (const [part, { shape, data }] of cell.parameters) {
      const ours = turned ? turnedName(part) : part;
      const reads = below !== undefined && part.startsWith("weight_ih");
      parameters.push({
        name: ours.replace(/(_reverse)?$/, `_l${number}$1`),
        source: `${name}.${part}`,
        shape: reads && below ? [shape[0], ourWidth(below)] : shape,
        data: reads && below ? ourColumns(data, shape[0], below) : data,
      });
    }
    below = {
      hidden,
      directions: directions.length,
      merge: isBoth ? cell.merge : "concat",
      swapped: isBoth && turned,
    };
    if (cell.handsOnBackwards) turned = !turned;
  }
  if (!below) throw new Error("A network needs at least one layer.");
  return { layers, parameters, top: below, turned };
}

const opposite = (direction: Direction): Direction =>
  direction === "forward" ? "reverse" : "forward";

const turnedName = (part: string): string =>
  part.endsWith("_reverse") ? part.slice(0, -"_reverse".length) : `${part}_reverse`;

/** Numbers that a reader gets in Keras. */
export const kerasWidth = ({ hidden, directions, merge }: HandedOn): number =>
  merge === "concat" ? hidden * directions : hidden;

export const ourWidth = ({ hidden, directions }: HandedOn): number => hidden * directions;

/** Whether Keras hands on the same numbers in the same order as we do. */
export const isAlike = ({ merge, swapped }: HandedOn): boolean => merge === "concat" && !swapped;

/** (rows,ourWidth) from a reader's weight (rows,kerasWidth). */
export function ourColumns(weight: Real, rows: number, handed: HandedOn): Real {
  if (isAlike(handed)) return weight;
  const { hidden, merge } = handed;
  const from = kerasWidth(handed);
  const out =
    weight instanceof Float32Array
      ? new Float32Array(rows * 2 * hidden)
      : new Float64Array(rows * 2 * hidden);
  const share = merge === "ave" ? 0.5 : 1;
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < 2 * hidden; k++) {
      const column = merge === "concat" ? (k + hidden) % from : k % hidden;
      out[row * 2 * hidden + k] = share * weight[row * from + column];
    }
  }
  return out;
}
