/** Layer normalization of what the top layer hands on, on its way to the output: models of other frameworks may have it. */
import type { Real } from "../../trace/trace.ts";
import { createRowNorm } from "../cells/rowNorm.ts";
import { parameterOf, type Model } from "../model.ts";
import { clearBetween, type RowBlock } from "./rowBlocks.ts";

export interface OutputNorm {
  /** (N,D·H): y = γ ⊙ norm(h) + β, which the output reads. */
  readonly value: Real;
  /** (N,D·H): dL/dy, which the output writes. */
  readonly gradient: Real;
  forward(h: Real, hOffset: number, blocks: readonly RowBlock[]): void;
  /** Writes dL/dh, 0 between the blocks, and adds to dL/dγ and dL/dβ. Reads what `forward` kept: x̂ and 1 / √(σ² + ε). */
  backward(
    hGradient: Real,
    gradientOffset: number,
    blocks: readonly RowBlock[],
    rows: number,
  ): void;
}

/** Ba et al. 2016, over all D·H numbers of a step, as torch.nn.LayerNorm(D·H). Undefined where the network has none. */
export function createOutputNorm(model: Model, rows: number): OutputNorm | undefined {
  const { kernels, description } = model;
  const { norm: described } = description.output;
  if (!described) return undefined;
  const gain = parameterOf(model, "output.norm.weight");
  const bias = parameterOf(model, "output.norm.bias");
  const [width] = gain.shape;
  const norm = createRowNorm(kernels, gain, 0, [width], rows, described.epsilon);
  const value = kernels.allocate(rows * width);
  const gradient = kernels.allocate(rows * width);
  return {
    value,
    gradient,
    forward(h, hOffset, blocks) {
      for (const { row, rows: some } of blocks) {
        const from = row * width;
        kernels.gatherRuns(norm.values, from, h, hOffset + from, width, width, some);
      }
      const last = blocks.at(-1);
      kernels.fillRows(value, bias.value, last ? last.row + last.rows : 0);
      for (const { row, rows: some } of blocks) {
        norm.forward(row, some, value, row * width, width, true);
      }
    },
    backward(hGradient, gradientOffset, blocks, all) {
      clearBetween(blocks, hGradient, gradientOffset, width, all);
      for (const { row, rows: some } of blocks) {
        const from = row * width;
        norm.backward(row, some, gradient, from, width);
        norm.accumulateGain(row, some, gradient, from, width);
        kernels.accumulateColumnSums(bias.gradient, gradient, row, some);
        const to = gradientOffset + from;
        kernels.gatherRuns(hGradient, to, norm.gradient, from, width, width, some);
      }
    },
  };
}
