/**
 * One recurrent layer in one direction: a cell, and the products on its input's side, which need no
 * time and so run over all T·B rows at once, before the cell's steps and after them.
 */
import type { Cell, Direction, LayerDescription, Real } from "../../trace/trace.ts";
import type { CellCapacity, CellWeights, RecurrentCell } from "../cells/cell.ts";
import { functionPasses } from "../cells/functionPasses.ts";
import { createGruAfter } from "../cells/gruAfter.ts";
import { createGruBefore } from "../cells/gruBefore.ts";
import { createLstm } from "../cells/lstm.ts";
import { createRnn } from "../cells/rnn.ts";
import { createRowNorm, type RowNorm } from "../cells/rowNorm.ts";
import type { Kernels, PackedWeight } from "../kernels/kernels.ts";
import { cellWeights, type Model } from "../model.ts";
import { clearBetween, type RowBlock } from "./rowBlocks.ts";

/** The input of a layer: rows of values inside a buffer, or the columns that one-hot vectors choose. */
export type LayerSource =
  | { readonly kind: "dense"; readonly values: Real; readonly offset: number }
  | { readonly kind: "one-hot"; readonly tokens: Int32Array };

export interface RecurrentLayer {
  readonly direction: Direction;
  readonly inputSize: number;
  readonly cell: RecurrentCell;
  readonly weights: CellWeights;
  readonly packed: PackedWeight;
  readonly packedTransposed: PackedWeight;
  /** Layer normalization of W_ih x, where the cell has it. */
  readonly norm: RowNorm | undefined;
  /** (R,G·H): dL/d(W_ih x) once the time loop has run back. */
  readonly productGradients: Real;
  /** (B,H), or (B,P) for a projected h, in the order of `cell.states`: the states that the next window may begin with. */
  readonly carried: readonly Real[];
}

export function createRecurrentLayer(
  model: Model,
  index: number,
  direction: Direction,
  capacity: CellCapacity,
): RecurrentLayer {
  const { kernels, description } = model;
  const layer = description.layers[index];
  const weights = cellWeights(model, index, direction);
  const [gateWidth, inputSize] = weights.weightIh.shape;
  const cell = createCell(kernels, layer, weights, capacity);
  const { input: gain } = weights.norms ?? {};
  const norm = gain && createRowNorm(kernels, gain, 0, normGroups(layer.cell, cell), capacity.rows);
  return {
    direction,
    inputSize,
    cell,
    weights,
    packed: kernels.allocatePacked(gateWidth, inputSize),
    packedTransposed: kernels.allocatePacked(inputSize, gateWidth),
    norm,
    productGradients: norm?.gradient ?? cell.gateGradients,
    carried: cell.states.map(({ width }) => kernels.allocate(capacity.batch * width)),
  };
}

/** Which gates are normalized together: as in the cells, where each says it of W_hh h₋. */
const normGroups = (kind: Cell, { hidden, gateWidth }: RecurrentCell): readonly number[] =>
  kind === "gru" ? [2 * hidden, hidden] : [gateWidth];

function createCell(
  kernels: Kernels,
  layer: LayerDescription,
  weights: CellWeights,
  capacity: CellCapacity,
): RecurrentCell {
  const { functions, ...plain } = layer;
  if (functions) {
    const cells = functionPasses(functions);
    // What follows from a value that is set by hand is written down for σ and tanh only.
    return { ...createCell({ ...kernels, cells }, plain, weights, capacity), assign: undefined };
  }
  if (layer.cell === "rnn")
    return createRnn(kernels, weights, capacity, layer.nonlinearity ?? "tanh");
  if (layer.cell === "lstm") return createLstm(kernels, weights, capacity);
  const createGru = layer.reset === "before" ? createGruBefore : createGruAfter;
  return createGru(kernels, weights, capacity);
}

/** Takes over the weights as they are now. */
export function prepareLayer(layer: RecurrentLayer, source: LayerSource, kernels: Kernels): void {
  layer.cell.prepare();
  if (source.kind === "one-hot") return;
  kernels.pack(layer.packed, layer.weights.weightIh.value, 0);
}

/**
 * gates (R,G·H) = bias + X · W_ihᵀ, normalized where the cell has that, as one product over each block of rows. `rows` is how many
 * there are with the padding.
 */
export function projectInput(
  layer: RecurrentLayer,
  source: LayerSource,
  blocks: readonly RowBlock[],
  rows: number,
  kernels: Kernels,
): void {
  const { norm } = layer;
  const { gates, gateWidth, bias } = layer.cell;
  const out = norm?.values ?? gates;
  kernels.fillRows(gates, bias, rows);
  norm?.values.fill(0, 0, rows * gateWidth);
  if (source.kind === "one-hot") {
    const weight = layer.weights.weightIh.value;
    kernels.gatherColumns(out, weight, source.tokens, rows, gateWidth, layer.inputSize);
  } else {
    const { inputSize, packed } = layer;
    const { values, offset } = source;
    for (const { row, rows: some } of blocks) {
      const from = offset + row * inputSize;
      const to = row * gateWidth;
      kernels.multiply(out, to, gateWidth, values, from, inputSize, packed, some, true);
    }
  }
  if (!norm) return;
  for (const { row, rows: some } of blocks) {
    norm.forward(row, some, gates, row * gateWidth, gateWidth, true);
  }
}

/** The same for `rows` rows from `row` on, where every step waits for the one before; `gates` hold the bias already. */
export function projectRows(
  { norm, cell, inputSize, packed }: RecurrentLayer,
  values: Real,
  offset: number,
  row: number,
  rows: number,
  kernels: Kernels,
): void {
  const { gates, gateWidth } = cell;
  const at = row * gateWidth;
  const adds = norm === undefined;
  const out = norm?.values ?? gates;
  kernels.multiply(out, at, gateWidth, values, offset, inputSize, packed, rows, adds);
  norm?.forward(row, rows, gates, at, gateWidth, true);
}

/** dL/dX of `rows` rows from `row` on, written to `out`; `packedTransposed` is packed before the first. */
export function inputGradientRows(
  layer: RecurrentLayer,
  out: Real,
  outOffset: number,
  row: number,
  rows: number,
  kernels: Kernels,
): void {
  const { norm, cell, inputSize, productGradients, packedTransposed } = layer;
  const { gateWidth, gateGradients } = cell;
  const at = row * gateWidth;
  norm?.backward(row, rows, gateGradients, at, gateWidth);
  kernels.multiply(
    out,
    outOffset,
    inputSize,
    productGradients,
    at,
    gateWidth,
    packedTransposed,
    rows,
    false,
  );
}

/** dL/dW_ih and dL/db_ih, and with them `productGradients`, once the gradients of all gates are known. */
export function accumulateInputGradients(
  layer: RecurrentLayer,
  source: LayerSource,
  blocks: readonly RowBlock[],
  rows: number,
  kernels: Kernels,
): void {
  const { norm, inputSize, productGradients } = layer;
  const { weightIh, biasIh } = layer.weights;
  const { gateGradients, gateWidth } = layer.cell;
  for (const { row, rows: some } of blocks) {
    kernels.accumulateColumnSums(biasIh.gradient, gateGradients, row, some);
    norm?.backward(row, some, gateGradients, row * gateWidth, gateWidth);
    norm?.accumulateGain(row, some, gateGradients, row * gateWidth, gateWidth);
  }
  if (norm) clearBetween(blocks, norm.gradient, 0, gateWidth, rows);
  if (source.kind === "one-hot") {
    kernels.scatterColumns(
      weightIh.gradient,
      productGradients,
      source.tokens,
      rows,
      gateWidth,
      inputSize,
    );
    return;
  }
  for (const { row, rows: some } of blocks) {
    kernels.accumulateOuter(
      weightIh.gradient,
      0,
      productGradients,
      row * gateWidth,
      gateWidth,
      gateWidth,
      source.values,
      source.offset + row * inputSize,
      inputSize,
      inputSize,
      some,
    );
  }
}

/** out (R,I) = or += dL/dX = productGradients · W_ih, as one product over each block of rows; 0 in the padding. */
export function inputGradient(
  layer: RecurrentLayer,
  out: Real,
  outOffset: number,
  blocks: readonly RowBlock[],
  rows: number,
  accumulate: boolean,
  kernels: Kernels,
): void {
  const { productGradients, inputSize, packedTransposed, cell } = layer;
  const { gateWidth } = cell;
  kernels.packTransposed(packedTransposed, layer.weights.weightIh.value, 0);
  if (!accumulate) clearBetween(blocks, out, outOffset, inputSize, rows);
  for (const { row, rows: some } of blocks) {
    kernels.multiply(
      out,
      outOffset + row * inputSize,
      inputSize,
      productGradients,
      row * gateWidth,
      gateWidth,
      packedTransposed,
      some,
      accumulate,
    );
  }
}
