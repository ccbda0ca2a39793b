/**
 * States that a network of a model file begins with, as PyTorch's recurrent modules take and return them: h0, and c0 of an
 * LSTM, each (L·D,B,H), or (L·D,H) for all sequences alike; layer by layer, the forward direction first. Where layers have
 * different sizes, each state by its name in a trace, `layers.0.forward.h`, is (B,H) or (H).
 */
import { UserError } from "../config/problem.ts";
import type { FileTensor } from "../formats/fileTensor.ts";
import type { ModelNetwork } from "../models/modelContents.ts";
import { layerTensor, statesOf } from "../trace/names.ts";
import { widthOf, type Direction, type LayerDescription, type Real } from "../trace/trace.ts";
import { numbersOf, shown } from "./arrayPlace.ts";

/** (B,·) by its name in a trace, for a batch of `size`. Throws `UserError` when they do not fit. */
export function statesOfArrays(
  { layers }: ModelNetwork,
  arrays: ReadonlyMap<string, FileTensor>,
  size: number,
): ReadonlyMap<string, Real> {
  const cells = layers.flatMap((layer, number) =>
    layer.directions.map((direction) => ({ layer, number, direction })),
  );
  if ([...arrays.keys()].some((name) => name.startsWith("layers."))) {
    return namedStates(cells, arrays, size);
  }
  const states = new Map<string, Real>();
  for (const part of ["h", "c"] as const) {
    const holders = cells.filter(({ layer }) =>
      (statesOf[layer.cell] as readonly string[]).includes(part),
    );
    if (holders.length === 0) continue;
    const widths = [...new Set(holders.map(({ layer }) => widthOf(layer, part)))];
    if (widths.length > 1) {
      throw new UserError(
        "state",
        `Its layers have different sizes, ${widths.join(" and ")}, which one array of ${part}0 cannot hold.`,
        { advice: 'In Python: numpy.savez("state.npz", **{"layers.0.forward.h": h0, …})' },
      );
    }
    const array = arrayFor(part, arrays, holders.length === cells.length);
    const [width] = widths;
    const rows = rowsOf(`${part}0`, array, [holders.length, size, width]);
    const values = numbersOf(`${part}0`, array);
    for (const [index, { number, direction }] of holders.entries()) {
      const name = layerTensor(number, direction, part);
      states.set(name, repeated(values, index * rows, { rows, size, width }));
    }
  }
  return states;
}

interface Holder {
  readonly layer: LayerDescription;
  readonly number: number;
  readonly direction: Direction;
}

function namedStates(
  cells: readonly Holder[],
  arrays: ReadonlyMap<string, FileTensor>,
  size: number,
): ReadonlyMap<string, Real> {
  const states = new Map<string, Real>();
  for (const { layer, number, direction } of cells) {
    for (const part of statesOf[layer.cell]) {
      const name = layerTensor(number, direction, part);
      const array = arrays.get(name) ?? arrays.get(`${name}0`);
      if (!array) throw new UserError("state", `The file has no ${name}.`);
      const width = widthOf(layer, part);
      const rows = rowsOf(name, array, [size, width]);
      states.set(name, repeated(numbersOf(name, array), 0, { rows, size, width }));
    }
  }
  return states;
}

/** (B,width) from `rows` rows, one of which is for all sequences alike. */
function repeated(
  values: Real,
  from: number,
  { rows, size, width }: { readonly rows: number; readonly size: number; readonly width: number },
): Real {
  const own = new Float64Array(size * width);
  for (let b = 0; b < size; b++) {
    const at = (from + (rows === 1 ? 0 : b)) * width;
    own.set(values.subarray(at, at + width), b * width);
  }
  return own;
}

/** A single array without a name is h0. */
function arrayFor(
  part: "h" | "c",
  arrays: ReadonlyMap<string, FileTensor>,
  isWhole: boolean,
): FileTensor {
  const names = [`${part}0`, `${part}_0`, part, ...(part === "h" ? ["", "arr_0"] : ["arr_1"])];
  const found = names.map((name) => arrays.get(name)).find((array) => array !== undefined);
  if (found && isWhole) return found;
  if (found) {
    throw new UserError(
      "state",
      `Only some of its layers have a ${part}, which ${part}0 cannot tell.`,
    );
  }
  const known = [...arrays.keys()].filter((name) => name !== "");
  throw new UserError(
    "state",
    part === "c"
      ? "An LSTM begins with c as well as with h, and the file has no c0."
      : `The file has no h0${known.length > 0 ? `; it has ${known.join(", ")}` : ""}.`,
    { advice: 'In Python: numpy.savez("state.npz", h0=h0, c0=c0)' },
  );
}

/** B of the array, or 1 where it is for all sequences alike; `wanted` ends in B and the width. */
function rowsOf(name: string, { shape }: FileTensor, wanted: readonly number[]): number {
  const alike = wanted.toSpliced(-2, 1);
  if (shape.join() === wanted.join()) return wanted[wanted.length - 2];
  if (shape.join() === alike.join()) return 1;
  const axes =
    wanted.length === 3 ? "layers times directions, sequences, units" : "sequences, units";
  throw new UserError(
    "state",
    `${name} has the shape ${shown(shape)}, and this network begins with ${shown(wanted)}: ${axes}; or with ${shown(alike)} for all sequences.`,
  );
}
