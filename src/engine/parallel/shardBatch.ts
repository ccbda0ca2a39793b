/** The sequences of a batch that one thread computes, in shared memory: the first thread writes, the other reads. */
import type { Batch } from "../../trace/batch.ts";
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { outputsPerTarget } from "../losses/takeLoss.ts";
import type { ModelSpec } from "../model.ts";
import type { Capacity } from "../pass.ts";

export interface ShardBatch {
  /** Numbers of one row of input and of target. */
  readonly inputWidth: number;
  readonly targetWidth: number;
  readonly atLastStep: boolean;
  readonly lengths: Int32Array;
  readonly input: Batch["input"];
  readonly target: NonNullable<Batch["target"]>;
  readonly weights: Real;
}

export function createShardBatch(
  kernels: Kernels,
  spec: ModelSpec,
  { steps, batch }: Capacity,
): ShardBatch {
  const { input, output, loss } = spec;
  const rows = steps * batch;
  const atLastStep = output.at === "last-step";
  const outputRows = atLastStep ? batch : rows;
  const inputWidth = input.kind === "dense" ? input.size : 1;
  const classes = loss === "cross-entropy";
  const targetWidth = classes ? 1 : output.size / outputsPerTarget(loss);
  return {
    inputWidth,
    targetWidth,
    atLastStep,
    lengths: kernels.allocateIntegers(batch),
    input:
      input.kind === "dense"
        ? { kind: "dense", values: kernels.allocate(rows * inputWidth) }
        : { kind: "tokens", tokens: kernels.allocateIntegers(rows) },
    target: classes
      ? { kind: "classes", classes: kernels.allocateIntegers(outputRows) }
      : { kind: "values", values: kernels.allocate(outputRows * targetWidth) },
    weights: kernels.allocate(outputRows),
  };
}

/** Sequences of a batch of `size` that are thread `index`'s: every `threads`-th, since a batch is sorted by length. */
export const sequenceCount = (size: number, index: number, threads: number): number =>
  Math.ceil(Math.max(0, size - index) / threads);

/** Takes over thread `index`'s sequences of a batch. */
export function loadShard(shard: ShardBatch, batch: Batch, index: number, threads: number): void {
  const { steps, size, target, weights } = batch;
  const pick = { size, index, threads };
  copyColumns(shard.lengths, batch.lengths, 1, 1, pick);
  copyColumns(numbersOf(shard.input), numbersOf(batch.input), shard.inputWidth, steps, pick);
  if (!target) return;
  if (target.kind !== shard.target.kind) {
    throw new Error(`The target is ${target.kind}, but the loss takes ${shard.target.kind}.`);
  }
  const rows = shard.atLastStep ? 1 : steps;
  copyColumns(numbersOf(shard.target), numbersOf(target), shard.targetWidth, rows, pick);
  if (weights) copyColumns(shard.weights, weights, 1, rows, pick);
  else shard.weights.fill(1, 0, rows * sequenceCount(size, index, threads));
}

/** What was loaded, as the batch that the pass reads. */
export function batchIn(
  { lengths, input, target, weights }: ShardBatch,
  orders: Pick<Batch, "steps" | "size" | "carry"> & {
    readonly hasTarget: boolean;
    readonly carriedSteps: number;
  },
): Batch {
  const { steps, size, carry, hasTarget } = orders;
  const carriedSteps = orders.carriedSteps || undefined;
  const batch = { steps, size, lengths, input, carry, carriedSteps };
  return hasTarget ? { ...batch, target, weights } : batch;
}

type Numbers = Int32Array | Real;

function numbersOf(part: Batch["input"] | NonNullable<Batch["target"]>): Numbers {
  if (part.kind === "tokens") return part.tokens;
  if (part.kind === "labels") throw new Error("Labels without places are not shared by threads.");
  return part.kind === "classes" ? part.classes : part.values;
}

/** Copies every `threads`-th column from `index` on of (rows,size,width) into (rows,·,width). */
function copyColumns(
  out: Numbers,
  source: Numbers,
  width: number,
  rows: number,
  { size, index, threads }: Record<"size" | "index" | "threads", number>,
): void {
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = index; column < size; column += threads) {
      const from = (row * size + column) * width;
      for (let k = 0; k < width; k++) out[to++] = source[from + k];
    }
  }
}
