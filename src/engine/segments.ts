/**
 * Backpropagation through sequences that are too long to remember: the forward pass keeps the states between segments of
 * about √T steps, and the way back computes each segment once more from them (Chen et al. 2016, arXiv:1604.06174;
 * Gruslys et al. 2016, arXiv:1606.03401). Memory grows with √T instead of T, for one forward pass more. The gradients are those of the
 * whole; weights' are added up segment by segment, from the last, so that they differ in rounding. Losses and states are the same
 * bits, but for dropout: what it drops is drawn from other streams (`layers/maskStreams.ts`), the same both times.
 */
import type { Batch } from "../trace/batch.ts";
import type { Real } from "../trace/trace.ts";
import { finalRow, initialRow } from "./layers/directions.ts";
import type { MaskStreams } from "./layers/maskStreams.ts";
import type { RecurrentLayer } from "./layers/recurrentLayer.ts";
import type { LossResult } from "./losses/loss.ts";
import type { Model } from "./model.ts";
import { outputRows, type Pass } from "./pass.ts";

export interface Segments {
  /** Steps of a segment. */
  readonly length: number;
  /** The states before each segment: per segment, layer and state (B,width). */
  readonly states: readonly (readonly Real[])[];
  /** Per layer and state (B,width): dL/d the states that the segment at hand ends in. */
  readonly ends: readonly Real[];
  /** Per layer and state (B,width): what the next window begins with, which may overlap this one. */
  readonly carried: readonly Real[];
  /** (B) of the segment at hand: its sequences' steps, and the weights of answers that are given once. */
  readonly lengths: Int32Array;
  readonly weights: Real;
  /** Where something is dropped. */
  readonly masks: MaskStreams | undefined;
  readonly current: {
    /** Of the last forward pass, with its loss's weight. */
    batch: Batch | undefined;
    weight: number;
    /** Whether `ends` count. */
    hasEnds: boolean;
    /** The segment that the buffers hold. */
    held: number;
  };
}

/** Segments that take as much memory as the states between them. */
export const segmentLength = (steps: number): number => Math.ceil(Math.sqrt(steps));

/** Throws for what is not computed step after step, forwards. */
export function createSegments(
  { kernels, description }: Model,
  layers: readonly RecurrentLayer[],
  { steps, batch }: { readonly steps: number; readonly batch: number },
  masks: MaskStreams | undefined,
): Segments {
  const { decoder, pooling, loss } = description;
  if (decoder || pooling || loss === "ctc") {
    throw new Error("Only a network without attention, a decoder or CTC is recomputed.");
  }
  if (layers.some(({ direction }) => direction === "reverse")) {
    throw new Error("A direction that begins at the end cannot be recomputed in segments.");
  }
  const allocate = (): readonly Real[] =>
    layers.flatMap(({ cell }) => cell.states.map(({ width }) => kernels.allocate(batch * width)));
  const length = segmentLength(steps);
  const count = Math.ceil(steps / length);
  return {
    length,
    states: Array.from({ length: count }, allocate),
    ends: allocate(),
    carried: allocate(),
    lengths: kernels.allocateIntegers(batch),
    weights: kernels.allocate(batch),
    masks,
    current: { batch: undefined, weight: 0, hasEnds: false, held: 0 },
  };
}

/** `run` is the forward pass over steps that the buffers have room for. */
export function forwardInSegments(
  pass: Pass,
  segments: Segments,
  batch: Batch,
  run: (part: Batch) => LossResult,
): LossResult {
  const { length, states, carried, current, masks } = segments;
  const count = Math.ceil(batch.steps / length);
  current.batch = undefined;
  const sums = { loss: 0, weight: 0, correct: 0, counted: 0 };
  let hasCounts = false;
  const { carriedSteps = batch.steps } = batch;
  masks?.beginSequence();
  for (let index = 0; index < count; index++) {
    copyCarried(pass, states[index], "out");
    current.held = index;
    masks?.beginSegment(index);
    const found = run(partOf(pass.model, segments, batch, index));
    const { loss, weight, correct, counted } = found;
    keepCarried(pass, carried, carriedSteps - index * length);
    // The buffers then hold where the numbers were left.
    if (!Number.isFinite(loss)) return found;
    sums.loss += loss * weight;
    sums.weight += weight;
    sums.correct += correct ?? 0;
    sums.counted += counted ?? 0;
    hasCounts ||= correct !== undefined;
  }
  copyCarried(pass, carried, "in");
  current.batch = batch;
  current.weight = sums.weight;
  return {
    loss: sums.weight === 0 ? 0 : sums.loss / sums.weight,
    weight: sums.weight,
    ...(hasCounts && { correct: sums.correct, counted: sums.counted }),
  };
}

/** From the last segment to the first; `run` is again the forward pass, `goBack` the backward pass after it. */
export function backwardInSegments(
  pass: Pass,
  segments: Segments,
  run: (part: Batch) => LossResult,
  goBack: () => void,
): void {
  const { length, states, ends, carried, current, masks } = segments;
  const { batch } = current;
  if (!batch?.target) throw new Error("backward needs a forward pass with a target before it.");
  const count = Math.ceil(batch.steps / length);
  current.hasEnds = false;
  for (let index = count - 1; index >= 0; index--) {
    const part = partOf(pass.model, segments, batch, index);
    if (index !== current.held) {
      copyCarried(pass, states[index], "in");
      pass.current.carriedBatch = index > 0 || batch.carry ? batch.size : 0;
      masks?.beginSegment(index);
      run(part);
      current.held = index;
    }
    scaleLoss(pass, current.weight);
    goBack();
    takeBeginnings(pass, ends);
    current.hasEnds = true;
  }
  current.hasEnds = false;
  copyCarried(pass, carried, "in");
  current.batch = undefined;
}

/** dL/d the states that a segment ends in += what the segment after it made of them. */
export function addSegmentEnds(pass: Pass, layer: RecurrentLayer): void {
  const { segments } = pass;
  if (!segments?.current.hasEnds) return;
  const { steps, batch } = pass.current;
  let place = 0;
  for (const each of allLayers(pass)) {
    for (const { gradient, width } of each.cell.states) {
      const end = segments.ends[place++];
      if (each !== layer) continue;
      const first = finalRow("forward", steps, batch) * width;
      for (let k = 0; k < batch * width; k++) gradient[first + k] += end[k];
    }
  }
}

const allLayers = (pass: Pass): readonly RecurrentLayer[] =>
  pass.layers.flatMap((layers) => [...layers.values()]);

function copyCarried(pass: Pass, states: readonly Real[], way: "in" | "out") {
  const kept = allLayers(pass).flatMap(({ carried }) => carried);
  for (const [index, state] of states.entries()) {
    if (way === "out") state.set(kept[index]);
    else kept[index].set(state);
  }
}

/** Keeps the states after `steps` steps of the segment at hand, if they are among its own. */
function keepCarried(pass: Pass, carried: readonly Real[], steps: number) {
  const { steps: own, batch } = pass.current;
  if (steps < 0 || steps > own) return;
  let place = 0;
  for (const { cell } of allLayers(pass)) {
    for (const { value, width } of cell.states) {
      const kept = carried[place++];
      const first = steps * batch * width;
      for (let k = 0; k < batch * width; k++) kept[k] = value[first + k];
    }
  }
}

/** Keeps dL/d the states before the first step. */
function takeBeginnings(pass: Pass, ends: readonly Real[]) {
  const { steps, batch } = pass.current;
  let place = 0;
  for (const { cell } of allLayers(pass)) {
    for (const { gradient, width } of cell.states) {
      const first = initialRow("forward", steps, batch) * width;
      const end = ends[place++];
      for (let k = 0; k < batch * width; k++) end[k] = gradient[first + k];
    }
  }
}

/** The loss of a segment is a mean over its own weights, and what is wanted that over all. */
function scaleLoss(pass: Pass, total: number) {
  const { output, model } = pass;
  const rows = outputRows(pass);
  let own = 0;
  for (let row = 0; row < rows; row++) own += output.weights[row];
  const share = total === 0 ? 0 : own / total;
  const numbers = rows * model.description.output.size;
  for (let k = 0; k < numbers; k++) output.gradient[k] *= share;
}

/** Steps `index · length` … of a batch; all of it lies in its time-major arrays. */
function partOf({ description }: Model, segments: Segments, batch: Batch, index: number): Batch {
  const { size, input, target, weights } = batch;
  const { length, lengths } = segments;
  const from = index * length;
  const to = Math.min(batch.steps, from + length);
  const rows = (width: number): [number, number] => [from * size * width, to * size * width];
  for (let b = 0; b < size; b++) {
    lengths[b] = Math.min(Math.max(batch.lengths[b] - from, 0), to - from);
  }
  const width = description.input.kind === "dense" ? description.input.size : 1;
  const part: Batch = {
    steps: to - from,
    size,
    lengths,
    input:
      input.kind === "dense"
        ? { kind: "dense", values: input.values.subarray(...rows(width)) }
        : { kind: "tokens", tokens: input.tokens.subarray(...rows(1)) },
    carry: index > 0 || batch.carry,
  };
  if (!target) return part;
  if (description.output.at === "last-step") {
    // An answer belongs to the segment that its sequence ends in, and an empty sequence to the first.
    for (let b = 0; b < size; b++) {
      const last = Math.max(0, batch.lengths[b] - 1);
      const isOwn = last >= from && last < to;
      segments.weights[b] = isOwn ? (weights ? weights[b] : 1) : 0;
    }
    return { ...part, target, weights: segments.weights };
  }
  return {
    ...part,
    target: targetOf(target, rows, description.output.size),
    ...(weights && { weights: weights.subarray(...rows(1)) }),
  };
}

function targetOf(
  target: NonNullable<Batch["target"]>,
  rows: (width: number) => [number, number],
  size: number,
): NonNullable<Batch["target"]> {
  if (target.kind === "classes")
    return { kind: "classes", classes: target.classes.subarray(...rows(1)) };
  if (target.kind === "values")
    return { kind: "values", values: target.values.subarray(...rows(size)) };
  throw new Error("Labels without places belong to a whole sequence.");
}
