/** A decoder's way back through time: from dL/d output to dL/d its weights and to dL/d all that it had of the source. */
import { attendBackward } from "../attention/attention.ts";
import { combineBackward } from "../attention/combine.ts";
import { outputBackward } from "../layers/outputLayer.ts";
import { accumulateInputGradients, inputGradientRows } from "../layers/recurrentLayer.ts";
import { crossBridgeBack } from "./bridge.ts";
import { decoderHandedOn, readout, type Decoder } from "./decoder.ts";
import type { Source } from "./decode.ts";

/**
 * Writes dL/d what the encoder's top layer hands on into `memory.gradient`, and into the bridge dL/d the states that the
 * source ended in.
 */
export function decodeBackward(decoder: Decoder, source: Source): void {
  const { layers, attention, bridge, input, current, looksBefore } = decoder;
  const { model, memory, sizes, encoder } = source;
  const { kernels } = model;
  const { batch, sourceSteps } = sizes;
  const { steps } = current;
  const rows = steps * batch;
  memory.gradient.fill(0, memory.offset, memory.offset + sourceSteps * batch * bridge.width);
  bridge.summaryGradient.fill(0, 0, batch * bridge.width);
  for (const { recurrent } of layers) {
    for (const { gradient, width } of recurrent.cell.states)
      gradient.fill(0, 0, (rows + batch) * width);
  }
  prepareDecoderBackward(decoder, source);

  outputBack(decoder, source, rows);
  for (let t = steps - 1; t >= 0; t--) stepDecoderBack(decoder, source, t);

  for (const [index, { recurrent }] of layers.entries()) {
    const below =
      index === 0
        ? { values: input.values, offset: 0 }
        : decoderHandedOn(decoder, index - 1, batch);
    recurrent.cell.accumulateGradients(0, 0, batch, rows);
    const whole = [{ row: 0, rows }];
    accumulateInputGradients(recurrent, { kind: "dense", ...below }, whole, rows, kernels);
  }
  accumulateTable(decoder, rows);
  if (attention) {
    const top = layers[layers.length - 1].recurrent.cell.states[0].value;
    const query = looksBefore ? { values: top, offset: 0 } : lastHandedOn(decoder, batch);
    attention.score.endBackward(memory, query.values, query.offset, steps, sizes);
  }
  const cells = layers.map(({ recurrent }) => recurrent.cell);
  crossBridgeBack(bridge, model, encoder, cells, batch);
}

/** What every step back needs, before the first of them. */
export function prepareDecoderBackward(
  { layers, attention }: Decoder,
  { model, sizes }: Source,
): void {
  for (const { recurrent } of layers) {
    model.kernels.packTransposed(recurrent.packedTransposed, recurrent.weights.weightIh.value, 0);
  }
  attention?.score.beginBackward(sizes);
}

const lastHandedOn = (decoder: Decoder, batch: number) =>
  decoderHandedOn(decoder, decoder.layers.length - 1, batch);

/** Into `above` of the top layer. Where attention comes after the steps, nothing in it waits for another step. */
function outputBack(decoder: Decoder, { model, output, memory, sizes }: Source, rows: number) {
  const { combine, attention, layers, current } = decoder;
  const { batch } = sizes;
  const { values, offset, gradient } = readout(decoder, batch);
  outputBackward(model, output, values, offset, gradient, 0, [{ row: 0, rows }], rows);
  if (!combine || !attention) return;
  const { above, recurrent } = layers[layers.length - 1];
  const [{ width }] = recurrent.cell.states;
  combineBackward(combine, model, attention.contextGradient, above, 0, rows);
  const query = lastHandedOn(decoder, batch);
  for (let t = 0; t < current.steps; t++) {
    const at = t * batch * width;
    attendBackward(attention, memory, t, query.values, query.offset + at, above, at, sizes);
  }
}

/** Sets to 0 what a step adds to, of this step alone; then `stepDecoderBack` may begin at any state after it. */
export function clearDecoderStep({ layers }: Decoder, { sizes }: Source, t: number): void {
  const { batch } = sizes;
  for (const { recurrent, above } of layers) {
    for (const { gradient, width } of recurrent.cell.states)
      gradient.fill(0, t * batch * width, (t + 2) * batch * width);
    const { width } = recurrent.cell.states[0];
    above.fill(0, t * batch * width, (t + 1) * batch * width);
  }
}

/** One step: dL/dh of every layer from above, through its cell, down to x and to where attention looked. */
export function stepDecoderBack(
  decoder: Decoder,
  { model, memory, sizes }: Source,
  t: number,
): void {
  const { layers, attention, input, tokenSize, looksBefore, bridge } = decoder;
  const { kernels } = model;
  const { batch } = sizes;
  const row = t * batch;
  for (let index = layers.length - 1; index >= 0; index--) {
    const { recurrent, handed, above } = layers[index];
    const { cell, inputSize } = recurrent;
    const [{ gradient, width }] = cell.states;
    const mask = handed?.dropout?.mask;
    for (let k = row * width; k < (row + batch) * width; k++) {
      gradient[k + batch * width] += mask ? above[k] * mask[k] : above[k];
    }
    cell.backward(row, row, row + batch, batch);
    const to = index === 0 ? input.gradient : layers[index - 1].above;
    inputGradientRows(recurrent, to, row * inputSize, row, batch, kernels);
    if (!handed?.residual || index === 0) continue;
    const past = layers[index - 1].above;
    for (let k = row * width; k < (row + batch) * width; k++) past[k] += above[k];
  }
  const contextSize = input.size - tokenSize;
  if (contextSize === 0) return;
  const looks = attention !== undefined && looksBefore;
  const to = looks ? attention.contextGradient : bridge.summaryGradient;
  for (let b = 0; b < batch; b++) {
    const from = (row + b) * input.size + tokenSize;
    const first = (looks ? row + b : b) * contextSize;
    for (let k = 0; k < contextSize; k++) {
      to[first + k] = (looks ? 0 : to[first + k]) + input.gradient[from + k];
    }
  }
  if (!looks) return;
  const [{ value, gradient, width }] = layers[layers.length - 1].recurrent.cell.states;
  const query = row * width;
  attendBackward(attention, memory, t, value, query, gradient, query, sizes);
}

/** dL/d the vectors of the tokens that were read. */
function accumulateTable({ table, tokens, tokenSize, input }: Decoder, rows: number) {
  if (!table) return;
  for (let row = 0; row < rows; row++) {
    if (tokens[row] < 0) continue;
    const to = tokens[row] * tokenSize;
    const from = row * input.size;
    for (let k = 0; k < tokenSize; k++) table.gradient[to + k] += input.gradient[from + k];
  }
}
