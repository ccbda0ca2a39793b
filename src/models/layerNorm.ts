/** A layer normalization that a file has around its recurrent layers, under them or on top. */
import type { Real } from "../trace/trace.ts";
import type { NetworkParameter } from "./modelContents.ts";

/** y = γ ⊙ (x − μ) / √(σ² + ε) + β over the N numbers of a step (Ba et al. 2016, arXiv:1607.06450). */
export interface LayerNorm {
  /** As the file names it. */
  readonly name: string;
  readonly epsilon: number;
  /** γ (N) */
  readonly weight: Real;
  /** β (N) */
  readonly bias: Real;
}

/** Each row of (·,N) normalized, as a copy. */
export function normalizeRows(values: Real, { epsilon, weight, bias }: LayerNorm): Real {
  const out = values instanceof Float32Array ? values.slice() : Float64Array.from(values);
  const width = weight.length;
  for (let from = 0; from < out.length; from += width) {
    const row = out.subarray(from, from + width);
    let mean = 0;
    for (const x of row) mean += x / width;
    let variance = 0;
    for (const x of row) variance += (x - mean) ** 2 / width;
    const scale = 1 / Math.sqrt(variance + epsilon);
    for (let k = 0; k < width; k++) row[k] = (row[k] - mean) * scale * weight[k] + bias[k];
  }
  return out;
}

/** The engine's parameters of one on top. */
export function outputNormParameters({
  name,
  weight,
  bias,
}: LayerNorm): readonly NetworkParameter[] {
  const shape = [weight.length];
  return [
    { name: "output.norm.weight", source: `${name}.weight`, shape, data: weight },
    { name: "output.norm.bias", source: `${name}.bias`, shape, data: bias },
  ];
}

/**
 * What lies between the input and the lowest layer is worked out once: into the vectors of an embedding, or for vectors that
 * are fed, when they are read.
 */
export function underNorm(
  embedding: NetworkParameter | undefined,
  norm: LayerNorm | undefined,
): {
  readonly embedding?: NetworkParameter;
  readonly inputNorm?: LayerNorm;
  readonly notes: readonly string[];
} {
  if (!norm) return { ...(embedding && { embedding }), notes: [] };
  if (!embedding) {
    return {
      inputNorm: norm,
      notes: [`What is fed goes through the layer normalization "${norm.name}" first.`],
    };
  }
  return {
    embedding: { ...embedding, data: normalizeRows(embedding.data, norm) },
    notes: [`The embedding's vectors are those that come out of the normalization "${norm.name}".`],
  };
}
