/**
 * Batches in shared memory. The first thread puts a batch into the inbox as it is; then every thread takes its own sequences
 * out, all at the same time.
 */
import type { Batch } from "../../trace/batch.ts";
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { expectLength } from "../layers/inputLayer.ts";
import { outputsPerTarget } from "../losses/takeLoss.ts";
import type { ModelSpec } from "../model.ts";
import type { Capacity } from "../pass.ts";
import type { BatchOrders } from "./orders.ts";

type Numbers = Int32Array | Real;

/** Room for a batch: the inbox's for all sequences, a thread's for its own. */
export interface BatchBuffers {
  /** Numbers of one row of input and of target. */
  readonly inputWidth: number;
  readonly targetWidth: number;
  readonly atLastStep: boolean;
  readonly lengths: Int32Array;
  readonly input: Batch["input"];
  readonly target: NonNullable<Batch["target"]>;
  readonly weights: Real;
  readonly decoder: { readonly lengths: Int32Array; readonly tokens: Int32Array } | undefined;
}

export function createBatchBuffers(
  kernels: Kernels,
  spec: ModelSpec,
  { steps, batch, decoderSteps = 0 }: Capacity,
): BatchBuffers {
  const { input, output, loss, decoder } = spec;
  const rows = steps * batch;
  const atLastStep = output.at === "last-step";
  const outputRows = (atLastStep ? 1 : decoder ? decoderSteps : steps) * batch;
  const inputWidth = input.kind === "dense" ? input.size : 1;
  const classes = loss === "cross-entropy";
  const targetWidth = classes ? 1 : output.size / outputsPerTarget(loss);
  const integers = (length: number): Int32Array => kernels.allocateIntegers(length);
  return {
    inputWidth,
    targetWidth,
    atLastStep,
    lengths: integers(batch),
    input:
      input.kind === "dense"
        ? { kind: "dense", values: kernels.allocate(rows * inputWidth) }
        : { kind: "tokens", tokens: integers(rows) },
    target: classes
      ? { kind: "classes", classes: integers(outputRows) }
      : loss === "ctc"
        ? // No alignment fits more labels than steps; who gives more is told so by the loss.
          { kind: "labels", labels: integers(rows), labelLengths: integers(batch) }
        : { kind: "values", values: kernels.allocate(outputRows * targetWidth) },
    weights: kernels.allocate(outputRows),
    decoder: decoder && { lengths: integers(batch), tokens: integers(decoderSteps * batch) },
  };
}

/** Sequences of a batch of `size` that are thread `index`'s: every `threads`-th, since a batch is sorted by length. */
export const sequenceCount = (size: number, index: number, threads: number): number =>
  Math.ceil(Math.max(0, size - index) / threads);

/** Puts a batch into the inbox, and says what the threads have to know of it. */
export function putBatch(inbox: BatchBuffers, batch: Batch): BatchOrders {
  const { steps, size, target, weights, decoder, carry, carriedSteps = 0 } = batch;
  copyAll("lengths", inbox.lengths, batch.lengths, size);
  copyAll("inputs", inputOf(inbox), inputOf(batch), steps * size * inbox.inputWidth);
  const decoderSteps = decoder?.steps ?? 0;
  if (decoder && inbox.decoder) {
    copyAll("decoder lengths", inbox.decoder.lengths, decoder.lengths, size);
    copyAll("decoder tokens", inbox.decoder.tokens, decoder.tokens, decoderSteps * size);
  }
  const orders = { steps, size, carry, carriedSteps, decoderSteps };
  const { teacherShare = 1 } = decoder ?? {};
  if (!target) return { ...orders, teacherShare, hasTarget: false, labels: 0 };

  const rows = size * outputSteps(inbox, orders);
  const labels = target.kind === "labels" && size > 0 ? target.labels.length / size : 0;
  if (target.kind !== inbox.target.kind)
    throw new Error(`The target is ${target.kind}, but the loss takes ${inbox.target.kind}.`);
  if (target.kind === "labels" && inbox.target.kind === "labels") {
    copyAll("labels", inbox.target.labels, target.labels, size * labels);
    copyAll("label lengths", inbox.target.labelLengths, target.labelLengths, size);
  } else {
    copyAll("targets", targetOf(inbox.target), targetOf(target), rows * inbox.targetWidth);
  }
  if (weights) copyAll("weights", inbox.weights, weights, rows);
  else inbox.weights.fill(1, 0, rows);
  return { ...orders, teacherShare, hasTarget: true, labels };
}

/** Takes thread `index`'s sequences out of the inbox. */
export function takeShare(
  own: BatchBuffers,
  inbox: BatchBuffers,
  orders: BatchOrders,
  { index, threads }: { readonly index: number; readonly threads: number },
  kernels: Kernels,
): void {
  const { steps, size, decoderSteps, labels } = orders;
  const count = sequenceCount(size, index, threads);
  /** Every `threads`-th column from `index` on of (rows,size,width) into (rows,count,width). */
  const take = (out: Numbers, source: Numbers, width: number, rows: number): void => {
    const stride = threads * width;
    const isEven = size % threads === 0;
    // Where all threads have as many, the columns lie evenly over the ends of rows too.
    const [blocks, runs] = isEven ? [1, rows * count] : [rows, count];
    for (let block = 0; block < blocks; block++) {
      const from = (block * size + index) * width;
      kernels.gatherRuns(out, block * count * width, source, from, stride, width, runs);
    }
  };
  take(own.lengths, inbox.lengths, 1, 1);
  take(inputOf(own), inputOf(inbox), own.inputWidth, steps);
  if (own.decoder && inbox.decoder) {
    take(own.decoder.lengths, inbox.decoder.lengths, 1, 1);
    take(own.decoder.tokens, inbox.decoder.tokens, 1, decoderSteps);
  }
  if (!orders.hasTarget) return;
  const rows = outputSteps(own, orders);
  if (own.target.kind === "labels" && inbox.target.kind === "labels") {
    take(own.target.labels, inbox.target.labels, labels, 1);
    take(own.target.labelLengths, inbox.target.labelLengths, 1, 1);
  } else take(targetOf(own.target), targetOf(inbox.target), own.targetWidth, rows);
  take(own.weights, inbox.weights, 1, rows);
}

/** What was taken, as the batch of `size` sequences that the pass reads. */
export function batchIn(own: BatchBuffers, orders: BatchOrders, size: number): Batch {
  const { steps, carry, hasTarget, carriedSteps, decoderSteps, teacherShare, labels } = orders;
  const { lengths, input, target, weights, decoder } = own;
  const batch = {
    steps,
    size,
    lengths,
    input,
    carry,
    ...(carriedSteps > 0 && { carriedSteps }),
    ...(decoder && { decoder: { steps: decoderSteps, teacherShare, ...decoder } }),
  };
  if (!hasTarget) return batch;
  if (target.kind !== "labels") return { ...batch, target, weights };
  // The loss finds L from how many labels there are.
  const share = { ...target, labels: target.labels.subarray(0, size * labels) };
  return { ...batch, target: share, weights };
}

const outputSteps = (
  { atLastStep, decoder }: BatchBuffers,
  { steps, decoderSteps }: Pick<BatchOrders, "steps" | "decoderSteps">,
): number => (atLastStep ? 1 : decoder ? decoderSteps : steps);

function copyAll(what: string, out: Numbers, source: Numbers, length: number): void {
  expectLength(what, source.length, length);
  if (out.length < length)
    throw new Error(`There is room for ${out.length} ${what}, not ${length}.`);
  out.set(source.length === length ? source : source.subarray(0, length));
}

const inputOf = ({ input }: Pick<Batch, "input">): Numbers =>
  input.kind === "tokens" ? input.tokens : input.values;

function targetOf(target: NonNullable<Batch["target"]>): Numbers {
  if (target.kind === "labels") throw new Error("Labels without places have no rows.");
  return target.kind === "classes" ? target.classes : target.values;
}
