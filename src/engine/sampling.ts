/** From outputs to what they predict: tokens, probabilities, numbers. */
import type { LossKind, Real } from "../trace/trace.ts";
import type { Random } from "./rng.ts";

/** Probabilities, largest logit subtracted first so that nothing overflows. */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  let largest = -Infinity;
  for (let k = 0; k < logits.length; k++) largest = Math.max(largest, logits[k]);
  const probabilities = new Float64Array(logits.length);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    probabilities[k] = Math.exp((logits[k] - largest) / temperature);
    sum += probabilities[k];
  }
  for (let k = 0; k < logits.length; k++) probabilities[k] /= sum;
  return probabilities;
}

/**
 * Draws a token from softmax(logits / temperature), out of the `topK` likeliest when that is given. A temperature
 * of 0 takes the likeliest. Of equal logits the first counts as likelier.
 */
export function sampleToken(
  logits: ArrayLike<number>,
  options: { readonly temperature: number; readonly topK?: number; readonly random: Random },
): number {
  const { temperature, topK, random } = options;
  const order = Array.from(logits, (_, token) => token).sort(
    (a, b) => logits[b] - logits[a] || a - b,
  );
  if (temperature <= 0 || topK === 1) return order[0];
  const candidates = topK === undefined ? order : order.slice(0, Math.max(1, topK));
  const probabilities = softmax(
    candidates.map((token) => logits[token]),
    temperature,
  );
  let left = random.uniform();
  for (const [place, probability] of probabilities.entries()) {
    left -= probability;
    if (left < 0) return candidates[place];
  }
  // Rounding may leave a last crumb of probability.
  return candidates[candidates.length - 1];
}

/**
 * The numbers that an output (O) predicts, for a loss of numbers: the output itself, its means, or the probability of
 * each yes.
 */
export function predictedNumbers(loss: LossKind, output: Real): Real {
  if (loss === "gaussian") return output.subarray(0, output.length / 2);
  if (loss === "sigmoid-cross-entropy") return output.map((logit) => 1 / (1 + Math.exp(-logit)));
  return output;
}

/** How far the truth is expected to lie from each of the `predictedNumbers`: σ, where the loss learns it. */
export function predictedDeviations(loss: LossKind, output: Real): Real | undefined {
  if (loss !== "gaussian") return undefined;
  return output.subarray(output.length / 2).map((logVariance) => Math.exp(logVariance / 2));
}
