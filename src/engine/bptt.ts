/**
 * Backpropagation through time (Werbos 1990): the only file that walks through time, but for a decoder's steps, which wait
 * for each other's outputs (`sequenceToSequence/decode.ts`). Products that do not
 * need the step before run over all steps at once; only the recurrent product stays in the loop.
 *
 * Sequences of different lengths run side by side. Where one has ended, its states are held, its gates are
 * zero, and no loss is taken, so that each result is what the sequence alone would have given. Rows behind the last
 * sequence that still runs are not computed (`layers/rowBlocks.ts`).
 */
import type { Batch } from "../trace/batch.ts";
import type { Real } from "../trace/trace.ts";
import { beginStates, carryStates } from "./carriedState.ts";
import type { RecurrentCell } from "./cells/cell.ts";
import { conditionBackward } from "./conditioning.ts";
import { headBackward, runHead } from "./head.ts";
import { firstAfter, firstBefore, initialRow, stepAt } from "./layers/directions.ts";
import { addResidual, handOn, takeBack } from "./layers/handOn.ts";
import { loadInput } from "./layers/inputLayer.ts";
import { prepareOutput } from "./layers/outputLayer.ts";
import {
  accumulateInputGradients,
  inputGradient,
  prepareLayer,
  projectInput,
  type RecurrentLayer,
} from "./layers/recurrentLayer.ts";
import { activeRows, rowBlocksOf } from "./layers/rowBlocks.ts";
import type { LossResult } from "./losses/loss.ts";
import type { Model } from "./model.ts";
import { checkBatch, handedOn, sourceOf, type Pass } from "./pass.ts";
import { addSegmentEnds, backwardInSegments, forwardInSegments } from "./segments.ts";
import { addEndGradients } from "./sequenceToSequence/bridge.ts";
import { prepareDecoder } from "./sequenceToSequence/decoder.ts";

export { carriedState, restoreCarriedState } from "./carriedState.ts";
export { firstNonFinite } from "./firstNonFinite.ts";
export { createPass, type Pass } from "./pass.ts";
export { readTrace } from "./readTrace.ts";

/**
 * Runs a batch through the model and takes its loss, with the weights as they are now. Without a target
 * the loss is 0 over a weight of 0.
 */
export function forward(pass: Pass, batch: Batch): LossResult {
  prepareWeights(pass);
  return forwardPrepared(pass, batch);
}

/** Takes over the weights; until they change, `forwardPrepared` may run any number of times. */
export function prepareWeights(pass: Pass): void {
  const { kernels } = pass.model;
  for (const [index, layers] of pass.layers.entries()) {
    const source = sourceOf(pass, index, 1);
    for (const layer of layers.values()) prepareLayer(layer, source, kernels);
  }
  if (pass.decoder) prepareDecoder(pass.decoder, pass.model);
  pass.pooling?.score.prepare();
  prepareOutput(pass.output, kernels);
}

export function forwardPrepared(pass: Pass, batch: Batch): LossResult {
  checkBatch(pass, batch);
  const { segments } = pass;
  const run = (part: Batch): LossResult => forwardWhole(pass, part);
  return segments ? forwardInSegments(pass, segments, batch, run) : run(batch);
}

function forwardWhole(pass: Pass, batch: Batch): LossResult {
  const { kernels } = pass.model;
  const { current, lengths } = pass;
  const { steps, size } = batch;
  lengths.set(batch.lengths.subarray(0, size));
  current.steps = steps;
  current.batch = size;
  current.blocks = rowBlocksOf(lengths, steps, size);
  current.shortest = steps;
  for (let b = 0; b < size; b++) current.shortest = Math.min(current.shortest, lengths[b]);
  current.holds = "nothing";

  loadInput(pass.input, batch, kernels);
  beginStates(pass, batch);
  for (const [index, layers] of pass.layers.entries()) {
    const source = sourceOf(pass, index, size);
    for (const layer of layers.values()) {
      projectInput(layer, source, current.blocks, steps * size, kernels);
      runForward(layer, pass);
    }
    const handed = pass.handed[index];
    const input = source.kind === "dense" ? source : undefined;
    if (handed) handOn(handed, layers.values(), input, steps, size);
  }
  carryStates(pass, batch.carriedSteps);

  return runHead(pass, batch);
}

/** The time loop of one layer in one direction. */
function runForward({ cell, direction }: RecurrentLayer, pass: Pass) {
  const { steps, batch, shortest } = pass.current;
  const before = firstBefore(direction, batch);
  const after = firstAfter(direction, batch);
  for (let taken = 0; taken < steps; taken++) {
    const t = stepAt(direction, taken, steps);
    const row = t * batch;
    cell.forward(row, row + before, row + after, activeRows(pass.lengths, batch, t));
    if (t >= shortest) holdEnded(cell, pass, t, row + before, row + after);
  }
}

/** Where sequences ended before step `t`, or backwards have not begun, the states stay and the gates are zero. */
function holdEnded(cell: RecurrentCell, pass: Pass, t: number, previous: number, next: number) {
  const { gates, gateWidth, states } = cell;
  const { batch } = pass.current;
  for (let b = 0; b < batch; b++) {
    if (t < pass.lengths[b]) continue;
    for (const { value, width } of states) {
      const from = (previous + b) * width;
      value.copyWithin((next + b) * width, from, from + width);
    }
    const gate = (t * batch + b) * gateWidth;
    gates.fill(0, gate, gate + gateWidth);
  }
}

/**
 * dL/d every parameter, added to its gradient, after a `forward` that took a loss. Leaves dL/d every state, gate
 * and output in the buffers for `readTrace`. The weights must be those of the forward pass.
 */
export function backward(pass: Pass): void {
  const { segments } = pass;
  if (pass.current.holds !== "losses") {
    throw new Error("backward needs a forward pass with a target before it, once for each call.");
  }
  const run = (part: Batch): LossResult => forwardWhole(pass, part);
  const goBack = (): void => backwardWhole(pass);
  if (segments) backwardInSegments(pass, segments, run, goBack);
  else goBack();
}

function backwardWhole(pass: Pass) {
  const { current, input, model } = pass;
  const { kernels } = model;
  const { steps, batch, blocks } = current;
  const rows = steps * batch;
  for (const layers of pass.layers) {
    for (const layer of layers.values()) clearStateGradients(layer, pass);
  }

  headBackward(pass);

  for (let index = pass.layers.length - 1; index >= 0; index--) {
    const layers = pass.layers[index];
    const handed = pass.handed[index];
    if (handed) takeBack(handed, layers.values(), rows, batch);
    const source = sourceOf(pass, index, batch);
    let accumulate = false;
    for (const layer of layers.values()) {
      keepApart(layer, pass, index);
      if (pass.decoder) addEndGradients(pass.decoder.bridge, index, layer, pass.lengths, batch);
      addSegmentEnds(pass, layer);
      runBackward(layer, pass);
      const { direction } = layer;
      const before = firstBefore(direction, batch);
      const after = firstAfter(direction, batch);
      for (const { row, rows: some } of blocks) {
        layer.cell.accumulateGradients(row, row + before, row + after, some);
      }
      accumulateInputGradients(layer, source, blocks, rows, kernels);
      if (index > 0) {
        const { gradient, offset } = handedOn(pass, index - 1, batch);
        inputGradient(layer, gradient, offset, blocks, rows, accumulate, kernels);
      } else if (input.kind === "embedding") {
        inputGradient(layer, input.gradient, 0, blocks, rows, accumulate, kernels);
      }
      accumulate = true;
    }
    if (handed && index > 0) {
      const { gradient, offset } = handedOn(pass, index - 1, batch);
      addResidual(handed, gradient, offset, rows);
    }
  }
  if (pass.conditioning && current.conditioned) {
    conditionBackward(pass.conditioning, model, steps, batch);
    if (input.kind === "embedding")
      addCondition(input.gradient, pass.conditioning.gradient, batch * input.size);
  }
  if (input.kind === "embedding") {
    kernels.scatterRows(input.table.gradient, input.gradient, input.tokens, rows, input.size);
  }
  current.holds = "gradients";
}

/** dL/d what step 0 reads += dL/d the vector that it is as well. */
function addCondition(gradient: Real, condition: Real, length: number) {
  for (let k = 0; k < length; k++) gradient[k] += condition[k];
}

/** Sets to 0 what is added up over time; of h only what is not written whole from above. */
function clearStateGradients({ cell, direction }: RecurrentLayer, pass: Pass) {
  const { steps, batch } = pass.current;
  const everything = (steps + 1) * batch;
  const first = initialRow(direction, steps, batch);
  const fedLast =
    pass.output.last !== undefined &&
    pass.pooling === undefined &&
    pass.handed.at(-1) === undefined &&
    pass.layers.at(-1)?.get(direction)?.cell === cell;
  for (const { name, gradient, width } of cell.states) {
    if (name === "h" && !fedLast) gradient.fill(0, first * width, (first + batch) * width);
    else gradient.fill(0, 0, everything * width);
  }
}

/** Copies dL/dh as it came from above, where the pass keeps it. */
function keepApart({ cell, direction }: RecurrentLayer, pass: Pass, index: number) {
  const { steps, batch } = pass.current;
  const { width, gradient } = cell.states[0];
  const from = firstAfter(direction, batch) * width;
  const kept = pass.fromAbove?.[index].get(direction);
  kept?.set(gradient.subarray(from, from + steps * batch * width));
}

/**
 * The time loop of one layer, against its direction. Forward, nothing is masked: no loss is taken after a sequence's
 * end, so that every gradient there is 0 to begin with and stays so. In reverse what lies after the end comes before
 * the first step, and the gradient of a state that was held goes to the state it was held from.
 */
function runBackward({ cell, direction }: RecurrentLayer, pass: Pass) {
  const { steps, batch, shortest } = pass.current;
  const before = firstBefore(direction, batch);
  const after = firstAfter(direction, batch);
  for (let taken = steps - 1; taken >= 0; taken--) {
    const t = stepAt(direction, taken, steps);
    const row = t * batch;
    if (direction === "reverse" && t >= shortest)
      passHeld(cell, pass, t, row + before, row + after);
    const active = activeRows(pass.lengths, batch, t);
    cell.backward(row, row + before, row + after, active);
    const { gateGradients, gateWidth } = cell;
    gateGradients.fill(0, (row + active) * gateWidth, (row + batch) * gateWidth);
  }
}

/** Moves dL/d states on where they were held at step `t`, so that the cell's step there finds 0. */
function passHeld(cell: RecurrentCell, pass: Pass, t: number, previous: number, next: number) {
  for (let b = 0; b < pass.current.batch; b++) {
    if (t < pass.lengths[b]) continue;
    for (const { gradient, width } of cell.states) {
      const to = (previous + b) * width;
      const from = (next + b) * width;
      for (let k = 0; k < width; k++) gradient[to + k] += gradient[from + k];
      gradient.fill(0, from, from + width);
    }
  }
}

export function zeroGradients(model: Model): void {
  for (const { gradient } of model.parameters) gradient.fill(0);
}
