/** How weights start. Every draw is made in double precision and in one order, whatever the kernels. */
import type { InitializationConfig } from "../config/schema.ts";
import type { Real } from "../trace/trace.ts";
import type { CellWeights } from "./cells/cell.ts";
import type { Random } from "./rng.ts";

/**
 * The recurrent weights of one layer, gate block by gate block. Biases follow PyTorch's uniform when the input
 * weights do, and are zero with the others, as their papers have it.
 */
export function initializeCell(
  weights: CellWeights,
  options: {
    readonly initialization: InitializationConfig;
    /** H: rows of a gate's block. */
    readonly hidden: number;
    /** Number of the forget gate's block, for the LSTM. */
    readonly forgetBlock?: number;
    readonly random: Random;
  },
): void {
  const { initialization, hidden, forgetBlock, random } = options;
  const { weightIh, weightHh, biasIh, biasHh } = weights;
  const [gateWidth, width] = weightHh.shape;
  const inputSize = weightIh.shape[1];
  const bound = 1 / Math.sqrt(hidden);

  for (let row = 0; row < gateWidth; row += hidden) {
    const block = weightIh.value.subarray(row * inputSize, (row + hidden) * inputSize);
    fillBlock(block, initialization.input, hidden, inputSize, bound, random);
  }
  for (let row = 0; row < gateWidth; row += hidden) {
    const block = weightHh.value.subarray(row * width, (row + hidden) * width);
    fillBlock(block, initialization.recurrent, hidden, width, bound, random);
  }
  if (initialization.input === "uniform") {
    fillUniform(biasIh.value, bound, random);
    fillUniform(biasHh.value, bound, random);
  }
  if (forgetBlock !== undefined) {
    // The two biases are summed; adding to one of them moves the sum by what was asked for.
    const first = forgetBlock * hidden;
    for (let k = first; k < first + hidden; k++) biasIh.value[k] += initialization.forgetBias;
  }
  // As PyTorch's projection; peepholes begin small, as in Gers et al. 2002; normalization begins as none.
  if (weights.projection) fillUniform(weights.projection.value, bound, random);
  if (weights.peepholes) fillUniform(weights.peepholes.value, bound, random);
  weights.norms?.input.value.fill(1);
  weights.norms?.recurrent.value.fill(1);
  weights.norms?.cell?.gain.value.fill(1);
}

function fillBlock(
  block: Real,
  kind: InitializationConfig["recurrent"],
  rows: number,
  columns: number,
  bound: number,
  random: Random,
) {
  switch (kind) {
    case "uniform":
      return fillUniform(block, bound, random);
    case "xavier":
      return fillUniform(block, Math.sqrt(6 / (rows + columns)), random);
    case "orthogonal":
      return fillOrthogonal(block, rows, columns, random);
    case "identity":
      for (let k = 0; k < Math.min(rows, columns); k++) block[k * columns + k] = 1;
  }
}

/** U(−bound, bound). */
export function fillUniform(out: Real, bound: number, random: Random): void {
  for (let k = 0; k < out.length; k++) out[k] = (2 * random.uniform() - 1) * bound;
}

export function fillNormal(out: Real, random: Random): void {
  for (let k = 0; k < out.length; k++) out[k] = random.normal();
}

/**
 * A (rows, columns) matrix whose rows, or columns where there are fewer of them, are orthonormal: normal
 * vectors, each made orthogonal to those before it (modified Gram-Schmidt), which draws from the uniform
 * distribution over such matrices. Saxe et al. 2014 (arXiv:1312.6120).
 */
export function fillOrthogonal(out: Real, rows: number, columns: number, random: Random): void {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors = new Float64Array(count * length);
  for (let row = 0; row < count; row++) {
    const vector = vectors.subarray(row * length, (row + 1) * length);
    // A vector that all but lies in the span of the others loses its digits: draw another.
    do {
      fillNormal(vector, random);
    } while (!orthonormalize(vector, vectors, row));
  }
  const transposed = rows > columns;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[row * columns + column] = transposed
        ? vectors[column * length + row]
        : vectors[row * length + column];
    }
  }
}

function orthonormalize(vector: Float64Array, vectors: Float64Array, count: number): boolean {
  const length = vector.length;
  const before = Math.sqrt(dot(vector, vector, 0));
  for (let row = 0; row < count; row++) {
    const share = dot(vector, vectors, row * length);
    for (let k = 0; k < length; k++) vector[k] -= share * vectors[row * length + k];
  }
  const norm = Math.sqrt(dot(vector, vector, 0));
  if (norm < 1e-8 * before) return false;
  for (let k = 0; k < length; k++) vector[k] /= norm;
  return true;
}

function dot(a: Float64Array, b: Float64Array, offset: number): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[offset + k];
  return sum;
}
