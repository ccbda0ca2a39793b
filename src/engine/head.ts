/**
 * What stands on top of the recurrent layers of a pass, forward and backward: a decoder with all that is its own, or the linear
 * output at each step, of the last states, or of what attention pooled; and the loss of it.
 */
import type { Batch } from "../trace/batch.ts";
import type { Real } from "../trace/trace.ts";
import { pool, poolBackward } from "./attention/attentionPooling.ts";
import type { AttentionSizes, Memory } from "./attention/score.ts";
import { gatherLast, scatterLast } from "./lastStates.ts";
import { expectLength } from "./layers/inputLayer.ts";
import { outputBackward, outputForward } from "./layers/outputLayer.ts";
import type { LossResult } from "./losses/loss.ts";
import { takeLoss } from "./losses/takeLoss.ts";
import { clearPadding, extentOf, handedOn, outputRows, type Pass } from "./pass.ts";
import { decode, type Source } from "./sequenceToSequence/decode.ts";
import { decodeBackward } from "./sequenceToSequence/decodeBackward.ts";
import { exactMatches } from "./sequenceToSequence/exactMatches.ts";

/** Outputs, and with a target their loss: 0 over a weight of 0 without one. */
export function runHead(pass: Pass, batch: Batch): LossResult {
  if (pass.decoder) decode(pass.decoder, decoderSource(pass), batch.decoder);
  else runOutput(pass);
  pass.current.holds = "outputs";
  return batch.target ? lossOf(pass, batch.target, batch.weights) : { loss: 0, weight: 0 };
}

/** From dL/d output to dL/d the head's weights, and to dL/d what the top layer hands on. */
export function headBackward(pass: Pass): void {
  const { current, output, model } = pass;
  const { batch, steps, blocks } = current;
  if (pass.decoder) decodeBackward(pass.decoder, decoderSource(pass));
  else if (output.last) {
    const { last } = output;
    const one = [{ row: 0, rows: batch }];
    outputBackward(model, output, last.h, 0, last.hGradient, 0, one, batch);
    if (pass.pooling) poolBackward(pass.pooling, memoryOf(pass), sizesOf(pass), last.hGradient);
    else scatterLast(pass, last);
  } else {
    const { value, gradient, offset } = handedOn(pass, pass.layers.length - 1, batch);
    outputBackward(model, output, value, offset, gradient, offset, blocks, steps * batch);
  }
}

function lossOf(
  pass: Pass,
  target: NonNullable<Batch["target"]>,
  weights: Batch["weights"],
): LossResult {
  const { current, lengths } = pass;
  const { steps, batch } = current;
  loadWeights(pass, weights);
  const { description, spec } = pass.model;
  const outputs = {
    ...pass.output,
    rows: outputRows(pass),
    size: description.output.size,
    steps,
    batch,
    lengths,
  };
  const result = takeLoss(description.loss, spec.lossOptions ?? {}, outputs, target);
  current.holds = "losses";
  if (!pass.decoder || target.kind !== "classes") return result;
  return { ...result, ...exactMatches(pass, target.classes) };
}

/** The linear output, at each step or from the states that each sequence ended in. */
function runOutput(pass: Pass) {
  const { model, output } = pass;
  const { batch } = pass.current;
  if (!output.last) {
    const { value, offset } = handedOn(pass, pass.layers.length - 1, batch);
    outputForward(model, output, value, offset, pass.current.blocks);
    return clearPadding(extentOf(pass), output.values, model.description.output.size);
  }
  if (pass.pooling) pool(pass.pooling, memoryOf(pass), sizesOf(pass), output.last.h);
  else gatherLast(pass, output.last);
  outputForward(model, output, output.last.h, 0, [{ row: 0, rows: batch }]);
}

/** What a decoder is given of the pass. */
export const decoderSource = (pass: Pass): Source => ({
  model: pass.model,
  encoder: pass.layers,
  memory: memoryOf(pass),
  sizes: sizesOf(pass),
  output: pass.output,
});

/** What the top layer hands on at all steps, for attention to look at. */
function memoryOf(pass: Pass): Memory {
  const { value, gradient, offset } = handedOn(pass, pass.layers.length - 1, pass.current.batch);
  return { values: value, gradient, offset };
}

const sizesOf = ({ current, lengths }: Pass): AttentionSizes => ({
  sourceSteps: current.steps,
  batch: current.batch,
  lengths,
});

/** The batch's weights, 1 where it gives none, and 0 for padding whatever it gives. */
function loadWeights(pass: Pass, given: Real | undefined) {
  const { output } = pass;
  const { lengths } = pass.decoder ?? pass;
  const { batch } = pass.current;
  const rows = outputRows(pass);
  if (given) expectLength("weights", given.length, rows);
  for (let row = 0; row < rows; row++) {
    const padding = !output.last && Math.floor(row / batch) >= lengths[row % batch];
    output.weights[row] = padding ? 0 : given ? given[row] : 1;
  }
}
