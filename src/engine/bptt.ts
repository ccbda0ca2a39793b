/**
 * Backpropagation through time (Werbos 1990): the only file that walks through time. Products that do not
 * need the step before run over all steps at once; only the recurrent product stays in the loop.
 *
 * Sequences of different lengths run side by side. Where one has ended, its states are held, its gates are
 * zero, and no loss is taken, so that each result is what the sequence alone would have given.
 */
import type { Batch } from "../trace/batch.ts";
import type { Real } from "../trace/trace.ts";
import type { RecurrentCell } from "./cells/cell.ts";
import {
  accumulateInputGradients,
  inputGradient,
  prepareLayer,
  projectInput,
} from "./layers/recurrentLayer.ts";
import { expectLength, loadInput } from "./layers/inputLayer.ts";
import { outputBackward, outputForward } from "./layers/outputLayer.ts";
import type { LossResult } from "./losses/loss.ts";
import { takeLoss } from "./losses/takeLoss.ts";
import type { Model } from "./model.ts";
import { beginStates, carryStates } from "./carriedState.ts";
import { checkBatch, layerOf, outputRows, sourceOf, type Pass } from "./pass.ts";

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
  for (const index of pass.layers.keys()) {
    prepareLayer(layerOf(pass, index, "forward"), sourceOf(pass, index, 1), kernels);
  }
  kernels.pack(pass.output.packed, pass.output.weight.value, 0);
}

export function forwardPrepared(pass: Pass, batch: Batch): LossResult {
  checkBatch(pass, batch);
  const { kernels } = pass.model;
  const { current, lengths } = pass;
  const { steps, size } = batch;
  lengths.set(batch.lengths.subarray(0, size));
  current.steps = steps;
  current.batch = size;
  current.shortest = steps;
  for (let b = 0; b < size; b++) current.shortest = Math.min(current.shortest, lengths[b]);
  current.holds = "nothing";

  loadInput(pass.input, batch, kernels);
  beginStates(pass, batch.carry);
  for (const index of pass.layers.keys()) {
    const layer = layerOf(pass, index, "forward");
    projectInput(layer, sourceOf(pass, index, size), steps * size, kernels);
    runForward(layer.cell, pass);
  }
  carryStates(pass);

  runOutput(pass);
  current.holds = "outputs";
  if (!batch.target) return { loss: 0, weight: 0 };
  loadWeights(pass, batch.weights);
  const { description, spec } = pass.model;
  const outputs = { ...pass.output, rows: outputRows(pass), size: description.output.size };
  const result = takeLoss(description.loss, spec.lossOptions ?? {}, outputs, batch.target);
  current.holds = "losses";
  return result;
}

/** The time loop of one layer. */
function runForward(cell: RecurrentCell, pass: Pass) {
  const { steps, batch, shortest } = pass.current;
  for (let t = 0; t < steps; t++) {
    const row = t * batch;
    cell.forward(row, row, row + batch, batch);
    if (t >= shortest) holdEnded(cell, pass, t, row, row + batch);
  }
}

/** Where sequences ended before step `t`, the states stay and the gates are zero. */
function holdEnded(cell: RecurrentCell, pass: Pass, t: number, previous: number, next: number) {
  const { hidden, gates, gateWidth, states } = cell;
  const { batch } = pass.current;
  for (let b = 0; b < batch; b++) {
    if (t < pass.lengths[b]) continue;
    for (const { value } of states) {
      const from = (previous + b) * hidden;
      value.copyWithin((next + b) * hidden, from, from + hidden);
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
  const { current, input, output, model } = pass;
  if (current.holds !== "losses") {
    throw new Error("backward needs a forward pass with a target before it, once for each call.");
  }
  const { kernels } = model;
  const { steps, batch } = current;
  const rows = steps * batch;
  for (const layers of pass.layers) {
    for (const { cell } of layers.values()) {
      // Only h is fed from above, and that is written whole; the rest is added up over time.
      for (const { name, gradient } of cell.states) {
        gradient.fill(0, 0, (name === "h" ? batch : rows + batch) * cell.hidden);
      }
    }
  }

  const top = layerOf(pass, pass.layers.length - 1, "forward").cell;
  const [h] = top.states;
  if (output.last) {
    const { last } = output;
    outputBackward(model, output, last.h, last.hGradient, 0, batch);
    h.gradient.fill(0, 0, (rows + batch) * top.hidden);
    kernels.scatterRows(h.gradient, last.hGradient, last.rows, batch, top.hidden);
  } else {
    outputBackward(model, output, h.value, h.gradient, batch * top.hidden, rows);
  }

  for (let index = pass.layers.length - 1; index >= 0; index--) {
    const layer = layerOf(pass, index, "forward");
    runBackward(layer.cell, pass);
    layer.cell.accumulateGradients(0, rows);
    accumulateInputGradients(layer, sourceOf(pass, index, batch), rows, kernels);
    if (index > 0) {
      const below = layerOf(pass, index - 1, "forward").cell;
      inputGradient(layer, below.states[0].gradient, batch * below.hidden, rows, kernels);
    } else if (input.kind === "embedding") {
      inputGradient(layer, input.gradient, 0, rows, kernels);
      kernels.scatterRows(input.table.gradient, input.gradient, input.tokens, rows, input.size);
    }
  }
  current.holds = "gradients";
}

/**
 * The time loop of one layer, backwards. Nothing is masked: no loss is taken after a sequence's end, so that
 * every gradient there is 0 to begin with and stays so.
 */
function runBackward(cell: RecurrentCell, pass: Pass) {
  const { steps, batch } = pass.current;
  for (let t = steps - 1; t >= 0; t--) {
    const row = t * batch;
    cell.backward(row, row, row + batch, batch);
  }
}

/** The linear output, at each step or from the state that each sequence ended in. */
function runOutput(pass: Pass) {
  const { model, output, lengths } = pass;
  const { steps, batch } = pass.current;
  const { cell } = layerOf(pass, pass.layers.length - 1, "forward");
  const h = cell.states[0].value;
  if (!output.last) return outputForward(model, output, h, batch * cell.hidden, steps * batch);
  const { last } = output;
  // Row `length` of the states is the one after the last valid step: the initial one, for an empty sequence.
  for (let b = 0; b < batch; b++) last.rows[b] = lengths[b] * batch + b;
  model.kernels.gatherRows(last.h, h, last.rows, batch, cell.hidden);
  outputForward(model, output, last.h, 0, batch);
}

/** The batch's weights, 1 where it gives none, and 0 for padding whatever it gives. */
function loadWeights(pass: Pass, given: Real | undefined) {
  const { output, lengths } = pass;
  const { batch } = pass.current;
  const rows = outputRows(pass);
  if (given) expectLength("weights", given.length, rows);
  for (let row = 0; row < rows; row++) {
    const padding = !output.last && Math.floor(row / batch) >= lengths[row % batch];
    output.weights[row] = padding ? 0 : given ? given[row] : 1;
  }
}

export function zeroGradients(model: Model): void {
  for (const { gradient } of model.parameters) gradient.fill(0);
}
