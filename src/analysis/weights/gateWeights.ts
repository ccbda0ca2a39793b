/** The weights of one recurrent layer in one direction, and the block of rows that belongs to each gate. */
import { gatesOf } from "../../trace/names.ts";
import type { Cell, Real } from "../../trace/trace.ts";

export interface LayerWeights {
  readonly cell: Cell;
  /** H */
  readonly hidden: number;
  /** I */
  readonly inputSize: number;
  /** (G·H,I), gates in the cell's own order, as PyTorch keeps them. */
  readonly weightIh: Real;
  /** (G·H,P): P is H, or the size of the projection. */
  readonly weightHh: Real;
  /** (G·H) each; absent without biases. */
  readonly biasIh?: Real;
  readonly biasHh?: Real;
  /** (P,H): what h is projected by, where the cell does that (Sak et al. 2014). */
  readonly weightHr?: Real;
}

/** A vanilla cell has one block, which feeds the state itself. */
export const blocksOf = (cell: Cell): readonly string[] => {
  const gates: readonly string[] = gatesOf[cell];
  return gates.length > 0 ? gates : ["h"];
};

export interface GateWeights {
  /** `i f g o`, `r z n`, or `h`. */
  readonly part: string;
  /** (H,I), (H,P) and (H): views of the layer's. */
  readonly weightIh: Real;
  readonly weightHh: Real;
  readonly biasIh?: Real;
  readonly biasHh?: Real;
}

/** Numbers in a row of W_hh: H, or less with a projection. */
export const recurrentColumns = ({ cell, hidden, weightHh }: LayerWeights): number =>
  weightHh.length / (blocksOf(cell).length * hidden);

/** Throws an Error when the cell has no such gate. */
export function gateWeights(layer: LayerWeights, part: string): GateWeights {
  const blocks = blocksOf(layer.cell);
  const block = blocks.indexOf(part);
  if (block < 0) throw new Error(`A ${layer.cell} has ${blocks.join(", ")}, but no "${part}".`);
  const share = (all: Real): Real => {
    const length = all.length / blocks.length;
    return all.subarray(block * length, (block + 1) * length);
  };
  const { weightIh, weightHh, biasIh, biasHh } = layer;
  return {
    part,
    weightIh: share(weightIh),
    weightHh: share(weightHh),
    ...(biasIh && { biasIh: share(biasIh) }),
    ...(biasHh && { biasHh: share(biasHh) }),
  };
}

/**
 * The square matrix by which a gate carries h₋ over to the next step: (H,H) W_hh, or with a projection (P,P)
 * W_hr W_hh, whose eigenvalues are those of W_hh W_hr but for zeros.
 */
export function recurrentMatrix(
  layer: LayerWeights,
  part: string,
): { readonly values: Real; readonly size: number } {
  const { weightHh } = gateWeights(layer, part);
  const { hidden, weightHr } = layer;
  const columns = recurrentColumns(layer);
  if (!weightHr) return { values: weightHh, size: columns };
  const values = new Float64Array(columns * columns);
  for (let row = 0; row < columns; row++) {
    for (let k = 0; k < hidden; k++) {
      const factor = weightHr[row * hidden + k];
      for (let j = 0; j < columns; j++) {
        values[row * columns + j] += factor * weightHh[k * columns + j];
      }
    }
  }
  return { values, size: columns };
}
