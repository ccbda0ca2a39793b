/**
 * The derivative of a loss by one number, from its values alone: what backpropagation is judged by, and so it knows
 * nothing of backpropagation, not even to choose its step.
 */

export interface Derivative {
  readonly value: number;
  /** What rounding of the loss may add to `value`: derivatives much smaller cannot be told from it. */
  readonly noise: number;
  /** False where no step is small enough for the loss to look smooth, as on the kink of a ReLU. */
  readonly isSmooth: boolean;
}

/** The widest has the least rounding error; narrower ones are for numbers that the loss depends on steeply. */
const steps = [1e-4, 1e-5, 1e-6];
/** Relative difference between two widths up to which the loss counts as smooth there. */
const smoothness = 1e-4;
/** And up to which no narrower step could do better: what remains of it after extrapolation is far below any tolerance. */
const plenty = 1e-6;
/** Rounding errors of a loss, in units of its last place: it is a sum of many numbers. */
const roundings = 32;

/**
 * Central differences of fourth order (Abramowitz & Stegun 1964, 25.3.6):
 *   L′(x) ≈ (4 D(s) − D(2s)) / 3      D(s) = (L(x + s) − L(x − s)) / 2s
 * Truncation costs s⁴, rounding 1e-16 / s. `values[index]` is left as it was.
 */
export function smoothDerivative(
  values: { [index: number]: number },
  index: number,
  loss: () => number,
): Derivative {
  const kept = values[index];
  const at = (value: number): number => {
    values[index] = value;
    return loss();
  };
  let best: (Derivative & { readonly doubt: number }) | undefined;
  for (const step of steps) {
    const s = step * Math.max(1, Math.abs(kept));
    const samples = [at(kept + s), at(kept - s), at(kept + 2 * s), at(kept - 2 * s)];
    const narrow = (samples[0] - samples[1]) / (2 * s);
    const wide = (samples[2] - samples[3]) / (4 * s);
    const noise =
      (roundings * Number.EPSILON * Math.max(...samples.map((sample) => Math.abs(sample)))) / s;
    const value = (4 * narrow - wide) / 3;
    const unevenness = Math.abs(narrow - wide);
    const scale = Math.abs(value) + noise;
    const isSmooth = unevenness <= Math.max(smoothness * scale, noise);
    // Normalization of states near zero is curved so much that the widest step is smooth, but not good.
    const doubt = unevenness / 10 + noise;
    if (!best || (isSmooth && !best.isSmooth) || doubt < best.doubt)
      best = { value, noise, isSmooth, doubt };
    if (unevenness <= Math.max(plenty * scale, noise)) break;
  }
  values[index] = kept;
  if (!best) throw new Error("A loss that is no number has no derivative.");
  return best;
}
