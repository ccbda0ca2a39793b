/**
 * A decoder's way through time, forward. Here a step needs the step before of all layers at once: of the top one to know
 * where to look, of the output to know what was written. So time is the outer loop and layers are the inner one.
 */
import type { Batch } from "../../trace/batch.ts";
import { attend } from "../attention/attention.ts";
import type { AttentionSizes, Memory } from "../attention/score.ts";
import { combineForward } from "../attention/combine.ts";
import type { RecurrentCell } from "../cells/cell.ts";
import { drawMasks, handOnRows } from "../layers/handOn.ts";
import { expectLength } from "../layers/inputLayer.ts";
import type { OutputLayer } from "../layers/outputLayer.ts";
import { outputForward } from "../layers/outputLayer.ts";
import { projectRows, type RecurrentLayer } from "../layers/recurrentLayer.ts";
import type { Model } from "../model.ts";
import type { Direction } from "../../trace/trace.ts";
import { crossBridge } from "./bridge.ts";
import { decoderHandedOn, readout, type Decoder } from "./decoder.ts";

/** What the decoder is given of the pass that it belongs to. */
export interface Source {
  readonly model: Model;
  readonly encoder: readonly ReadonlyMap<Direction, RecurrentLayer>[];
  /** What the encoder's top layer hands on. */
  readonly memory: Memory;
  readonly sizes: AttentionSizes;
  readonly output: OutputLayer;
}

/** After the encoder: the states to begin with, then every step, then the output of all of them. */
export function decode(decoder: Decoder, source: Source, target: Batch["decoder"]): void {
  if (!target) throw new Error("The model has a decoder, but the batch holds nothing for it.");
  const { model, memory, sizes, output, encoder } = source;
  const { layers, attention, bridge, current, lengths } = decoder;
  const { batch } = sizes;
  const { steps } = target;
  loadTokens(decoder, target, batch);
  current.steps = steps;
  current.shortest = steps;
  for (let b = 0; b < batch; b++) current.shortest = Math.min(current.shortest, lengths[b]);

  const cells = layers.map(({ recurrent }) => recurrent.cell);
  crossBridge(bridge, model, encoder, cells, sizes.lengths, batch);
  attention?.score.begin(memory, sizes);
  for (const { recurrent, handed } of layers) {
    const { cell } = recurrent;
    model.kernels.fillRows(cell.gates, cell.bias, steps * batch);
    if (handed) drawMasks(handed, steps, batch);
  }
  const { teacherShare = 1 } = target;
  const samples = teacherShare < 1 && decoder.random !== undefined;
  for (let t = 0; t < steps; t++) {
    decodeStep(decoder, source, t);
    if (samples && t + 1 < steps) sampleNext(decoder, source, t, teacherShare);
  }
  const { values, offset } = readout(decoder, batch);
  outputForward(model, output, values, offset, [{ row: 0, rows: steps * batch }]);
}

/** Goes on from the states after step 0 of the last `decode`: row b of the batch becomes what row `parents[b]` was. */
export function decodeOn(
  decoder: Decoder,
  source: Source,
  parents: ArrayLike<number>,
  tokens: ArrayLike<number>,
): void {
  const { batch } = source.sizes;
  const { kernels } = source.model;
  for (const { recurrent } of decoder.layers) {
    const { states, gates, bias } = recurrent.cell;
    for (const { value, width } of states) {
      for (let b = 0; b < batch; b++) {
        const from = (batch + parents[b]) * width;
        value.copyWithin(b * width, from, from + width);
      }
    }
    kernels.fillRows(gates, bias, batch);
  }
  decoder.tokens.set(tokens);
  decodeStep(decoder, source, 0);
  const { values, offset } = readout(decoder, batch);
  outputForward(source.model, source.output, values, offset, [{ row: 0, rows: batch }]);
}

function decodeStep(decoder: Decoder, source: Source, t: number): void {
  const { layers, attention, combine, input, looksBefore, current, lengths } = decoder;
  const { model, memory, sizes } = source;
  const { kernels } = model;
  const { batch } = sizes;
  const row = t * batch;
  const [top] = layers[layers.length - 1].recurrent.cell.states;
  if (attention && looksBefore) {
    attend(attention, memory, t, top.value, row * top.width, sizes);
  }
  readTokens(decoder, t, batch);
  for (let index = 0; index < layers.length; index++) {
    const { recurrent, handed } = layers[index];
    const { cell, inputSize } = recurrent;
    const below = index === 0 ? undefined : decoderHandedOn(decoder, index - 1, batch);
    const from = (below ? below.offset : 0) + row * inputSize;
    projectRows(recurrent, below ? below.values : input.values, from, row, batch, kernels);
    cell.forward(row, row, row + batch, batch);
    if (t >= current.shortest) holdEnded(cell, t, batch, lengths);
    if (handed) handOnRows(handed, [recurrent], below, row, batch, batch);
  }
  if (!attention || !combine) return;
  const { values, offset } = decoderHandedOn(decoder, layers.length - 1, batch);
  const query = offset + row * top.width;
  attend(attention, memory, t, values, query, sizes);
  combineForward(combine, model, attention.context, values, query, row, batch);
}

/** x of step `t`: the token, then the context that attention found or that the source ended in. */
function readTokens(decoder: Decoder, t: number, batch: number) {
  const { tokens, table, tokenSize, input, attention, looksBefore, bridge } = decoder;
  const { size, values } = input;
  const contextSize = size - tokenSize;
  for (let b = 0; b < batch; b++) {
    const row = t * batch + b;
    const to = row * size;
    const token = tokens[row];
    values.fill(0, to, to + tokenSize);
    if (token >= 0 && table) {
      const from = token * tokenSize;
      for (let k = 0; k < tokenSize; k++) values[to + k] = table.value[from + k];
    } else if (token >= 0) values[to + token] = 1;
    const context = attention && looksBefore ? attention.context : bridge.summary;
    const from = (attention && looksBefore ? row : b) * contextSize;
    for (let k = 0; k < contextSize; k++) values[to + tokenSize + k] = context[from + k];
  }
}

/** The tokens of the batch, −1 behind each end. */
function loadTokens(decoder: Decoder, target: NonNullable<Batch["decoder"]>, batch: number) {
  const { tokens, lengths, description } = decoder;
  const { steps } = target;
  expectLength("tokens for the decoder", target.tokens.length, steps * batch);
  if (steps * batch > tokens.length || target.lengths.length < batch) {
    throw new Error(`A target of (T,B) = (${steps},${batch}) does not fit the decoder's buffers.`);
  }
  lengths.set(target.lengths.subarray(0, batch));
  for (let row = 0; row < steps * batch; row++) {
    const isValid = Math.floor(row / batch) < lengths[row % batch];
    const token = isValid ? target.tokens[row] : -1;
    if (isValid && !(token >= 0 && token < description.vocabulary)) {
      throw new Error(
        `Target token ${token} is outside the vocabulary of ${description.vocabulary}.`,
      );
    }
    tokens[row] = token;
  }
}

/** Some of the next step's tokens become the likeliest ones of step `t`. No gradient goes through that choice. */
function sampleNext(decoder: Decoder, source: Source, t: number, teacherShare: number) {
  const { layers, tokens, lengths, random } = decoder;
  const { model, output, sizes } = source;
  const { batch } = sizes;
  const { size } = model.description.output;
  const { values, offset } = readout(decoder, batch);
  const [{ width }] = layers[layers.length - 1].recurrent.cell.states;
  const row = t * batch;
  // Into the first rows, which the output of all steps writes anew in the end.
  outputForward(model, output, values, offset + row * width, [{ row: 0, rows: batch }]);
  for (let b = 0; b < batch; b++) {
    // Drawn for every sequence, so that what one reads does not depend on the others' lengths.
    const own = (random?.uniform() ?? 0) >= teacherShare;
    if (!own || t + 1 >= lengths[b]) continue;
    const from = b * size;
    let best = 0;
    for (let k = 1; k < size; k++) {
      if (output.values[from + k] > output.values[from + best]) best = k;
    }
    tokens[row + batch + b] = best;
  }
}

/** Where targets ended before step `t` the states stay and the gates are zero. */
function holdEnded(cell: RecurrentCell, t: number, batch: number, lengths: Int32Array) {
  const { gates, gateWidth, states } = cell;
  for (let b = 0; b < batch; b++) {
    if (t < lengths[b]) continue;
    const row = t * batch + b;
    for (const { value, width } of states) {
      value.copyWithin((row + batch) * width, row * width, (row + 1) * width);
    }
    gates.fill(0, row * gateWidth, (row + 1) * gateWidth);
  }
}
