/**
 * The linear layer on top: y = W h + b, of h or of h normalized (`outputNorm.ts`), for rows of h that lie together or are gathered first. Without one, y = h: what
 * a bare recurrent module of another framework gives.
 */
import type { Real } from "../../trace/trace.ts";
import type { Kernels, PackedWeight } from "../kernels/kernels.ts";
import { createCtc, type CtcLoss } from "../losses/ctc.ts";
import { parameterOf, type Model, type Parameter } from "../model.ts";
import { createOutputNorm, type OutputNorm } from "./outputNorm.ts";
import { clearBetween, type RowBlock } from "./rowBlocks.ts";

interface Linear {
  /** (O,H) */
  readonly weight: Parameter;
  /** (O) */
  readonly bias: Parameter;
  readonly packed: PackedWeight;
  readonly packedTransposed: PackedWeight;
}

export interface OutputLayer {
  readonly linear: Linear | undefined;
  /** What h goes through first, where it does. */
  readonly norm: OutputNorm | undefined;
  /** (N,O) logits or predictions; N is T·B at each step, B at the last one. */
  readonly values: Real;
  /** (N,O) dL/d values, which the loss writes. */
  readonly gradient: Real;
  /** (N) loss of each row, before weighting. */
  readonly losses: Real;
  /** (N) weight of each row's loss; 0 for padding. */
  readonly weights: Real;
  /** The loss that goes over whole sequences, with its own buffers. */
  readonly ctc?: CtcLoss;
  /** For losses with a softmax. */
  readonly kernels: Kernels;
  /** Where output is taken at the last step: rows of h that it reads, and those rows with their gradients. */
  readonly last?: { readonly rows: Int32Array; readonly h: Real; readonly hGradient: Real };
}

/** `rows` is the largest N. */
export function createOutputLayer(model: Model, rows: number): OutputLayer {
  const { kernels, description } = model;
  const { size, at } = description.output;
  const linear = createLinear(model);
  const hidden = linear?.weight.shape[1] ?? size;
  return {
    linear,
    norm: createOutputNorm(model, rows),
    values: kernels.allocate(rows * size),
    gradient: kernels.allocate(rows * size),
    losses: kernels.allocate(rows),
    weights: kernels.allocate(rows),
    ...(description.loss === "ctc" && { ctc: createCtc() }),
    kernels,
    ...(at === "last-step" && {
      last: {
        rows: kernels.allocateIntegers(rows),
        h: kernels.allocate(rows * hidden),
        hGradient: kernels.allocate(rows * hidden),
      },
    }),
  };
}

function createLinear(model: Model): Linear | undefined {
  const { kernels, description } = model;
  if (description.output.linear === false) return undefined;
  const weight = parameterOf(model, "output.weight");
  const [size, hidden] = weight.shape;
  return {
    weight,
    bias: parameterOf(model, "output.bias"),
    packed: kernels.allocatePacked(size, hidden),
    packedTransposed: kernels.allocatePacked(hidden, size),
  };
}

/** Takes over the weights as they are now. */
export function prepareOutput({ linear }: OutputLayer, kernels: Kernels): void {
  if (linear) kernels.pack(linear.packed, linear.weight.value, 0);
}

/** values (rows,O) = h · Wᵀ + b, for each block of rows; h of row 0 is at `hOffset`. */
export function outputForward(
  model: Model,
  output: OutputLayer,
  h: Real,
  hOffset: number,
  blocks: readonly RowBlock[],
): void {
  const { norm } = output;
  if (!norm) return linearForward(model, output, h, hOffset, blocks);
  norm.forward(h, hOffset, blocks);
  linearForward(model, output, norm.value, 0, blocks);
}

function linearForward(
  model: Model,
  { linear, values }: OutputLayer,
  h: Real,
  hOffset: number,
  blocks: readonly RowBlock[],
): void {
  const { size } = model.description.output;
  const last = blocks.at(-1);
  if (!last) return;
  const rows = last.row + last.rows;
  if (!linear) {
    for (let k = 0; k < rows * size; k++) values[k] = h[hOffset + k];
    return;
  }
  const { weight, bias, packed } = linear;
  const hidden = weight.shape[1];
  model.kernels.fillRows(values, bias.value, rows);
  for (const block of blocks) {
    const from = hOffset + block.row * hidden;
    const to = block.row * size;
    model.kernels.multiply(values, to, size, h, from, hidden, packed, block.rows, true);
  }
}

/** Adds to dL/dW and dL/db; hGradient (rows,H) = dL/d values · W, which is 0 between the blocks. */
export function outputBackward(
  model: Model,
  output: OutputLayer,
  h: Real,
  hOffset: number,
  hGradient: Real,
  gradientOffset: number,
  blocks: readonly RowBlock[],
  rows: number,
): void {
  const { norm } = output;
  if (!norm) {
    linearBackward(model, output, h, hOffset, hGradient, gradientOffset, blocks, rows);
    return;
  }
  linearBackward(model, output, norm.value, 0, norm.gradient, 0, blocks, rows);
  norm.backward(hGradient, gradientOffset, blocks, rows);
}

function linearBackward(
  model: Model,
  { linear, gradient }: OutputLayer,
  h: Real,
  hOffset: number,
  hGradient: Real,
  gradientOffset: number,
  blocks: readonly RowBlock[],
  rows: number,
): void {
  const { kernels, description } = model;
  if (!linear) {
    const length = rows * description.output.size;
    for (let k = 0; k < length; k++) hGradient[gradientOffset + k] = gradient[k];
    return;
  }
  const { weight, bias, packedTransposed } = linear;
  const [size, hidden] = weight.shape;
  kernels.packTransposed(packedTransposed, weight.value, 0);
  clearBetween(blocks, hGradient, gradientOffset, hidden, rows);
  for (const block of blocks) {
    const from = hOffset + block.row * hidden;
    const to = gradientOffset + block.row * hidden;
    const at = block.row * size;
    kernels.accumulateColumnSums(bias.gradient, gradient, block.row, block.rows);
    kernels.accumulateOuter(
      weight.gradient,
      0,
      gradient,
      at,
      size,
      size,
      h,
      from,
      hidden,
      hidden,
      block.rows,
    );
    const { rows: some } = block;
    kernels.multiply(hGradient, to, hidden, gradient, at, size, packedTransposed, some, false);
  }
}
