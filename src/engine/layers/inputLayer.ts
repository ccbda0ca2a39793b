/**
 * What layer 0 is fed: dense values, embedded tokens, or one-hot tokens, which are looked up and never
 * multiplied. Holds a copy of the batch's input in which padding is zero, or the token −1, so that
 * whatever the caller left there, even NaN, reaches nothing.
 */
import type { Batch } from "../../trace/batch.ts";
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { hasEmbedding } from "../describeModel.ts";
import { parameterOf, type Model, type Parameter } from "../model.ts";

interface DenseInput {
  readonly kind: "dense";
  /** I */
  readonly size: number;
  /** (R,I) */
  readonly values: Real;
  /** Nothing is read at any step: `conditioning.ts` takes what stands at step 0. */
  readonly isSilent: boolean;
}
interface EmbeddedInput {
  readonly kind: "embedding";
  readonly size: number;
  readonly vocabulary: number;
  /** (R,I) */
  readonly values: Real;
  readonly gradient: Real;
  /** (R) */
  readonly tokens: Int32Array;
  /** (V,I) */
  readonly table: Parameter;
}
interface OneHotInput {
  readonly kind: "one-hot";
  /** I = V */
  readonly size: number;
  readonly vocabulary: number;
  /** (R) */
  readonly tokens: Int32Array;
}
export type InputLayer = DenseInput | EmbeddedInput | OneHotInput;

/** `rows` is the largest T·B. */
export function createInputLayer(model: Model, rows: number): InputLayer {
  const { kernels, description } = model;
  const { input } = description;
  if (input.kind === "dense") {
    const { size, condition, readsOn } = input;
    const values = kernels.allocate(rows * size);
    return { kind: "dense", size, values, isSilent: condition !== undefined && !readsOn };
  }
  const tokens = kernels.allocateIntegers(rows);
  const { vocabulary } = input;
  if (!hasEmbedding(input)) return { kind: "one-hot", size: vocabulary, vocabulary, tokens };
  const size = input.embedding;
  return {
    kind: "embedding",
    size,
    vocabulary,
    tokens,
    values: kernels.allocate(rows * size),
    gradient: kernels.allocate(rows * size),
    table: parameterOf(model, "embedding.weight"),
  };
}

/** Takes over the input of a batch whose sizes were checked. */
export function loadInput(layer: InputLayer, batch: Batch, kernels: Kernels): void {
  const { input, lengths, size: batchSize, steps } = batch;
  const rows = steps * batchSize;
  if (layer.kind === "dense") {
    if (input.kind !== "dense")
      throw new Error("The model reads numbers, but the batch holds tokens.");
    const { size, values, isSilent } = layer;
    expectLength("input values", input.values.length, rows * size);
    if (isSilent) return;
    values.set(input.values.subarray(0, rows * size));
    for (let b = 0; b < batchSize; b++) {
      for (let t = lengths[b]; t < steps; t++) {
        const row = t * batchSize + b;
        values.fill(0, row * size, (row + 1) * size);
      }
    }
    return;
  }
  if (input.kind !== "tokens")
    throw new Error("The model reads tokens, but the batch holds numbers.");
  expectLength("input tokens", input.tokens.length, rows);
  for (let row = 0; row < rows; row++) {
    const token = isValid(row, lengths, batchSize) ? input.tokens[row] : -1;
    if (token >= layer.vocabulary || (token < 0 && isValid(row, lengths, batchSize))) {
      const place = `step ${Math.floor(row / batchSize)} of sequence ${row % batchSize}`;
      throw new Error(
        `Input token ${token} at ${place} is outside the vocabulary of ${layer.vocabulary}.`,
      );
    }
    layer.tokens[row] = token;
  }
  if (layer.kind === "embedding") {
    kernels.gatherRows(layer.values, layer.table.value, layer.tokens, rows, layer.size);
  }
}

/** Whether a row of (T·B) is a step of its sequence, not padding after it. */
const isValid = (row: number, lengths: Int32Array, batchSize: number): boolean =>
  Math.floor(row / batchSize) < lengths[row % batchSize];

export function expectLength(what: string, found: number, wanted: number): void {
  if (found < wanted)
    throw new Error(`The batch has ${found} ${what}, but its sizes call for ${wanted}.`);
}

/** Copies out what layer 0 was fed, (rows,I); one-hot vectors are written out. */
export function readInput(layer: InputLayer, rows: number, kernels: Kernels): Real {
  if (layer.kind !== "one-hot") return layer.values.slice(0, rows * layer.size);
  const length = rows * layer.size;
  const values =
    kernels.precision === "float32" ? new Float32Array(length) : new Float64Array(length);
  for (let row = 0; row < rows; row++) {
    if (layer.tokens[row] >= 0) values[row * layer.size + layer.tokens[row]] = 1;
  }
  return values;
}
