/**
 * How far back a gradient reaches, in numbers and in words: the reading of one row of the
 * gradient-flow matrix.
 */

export type FlowKind = "vanishing" | "exploding" | "steady" | "none";

export interface FlowVerdict {
  readonly kind: FlowKind;
  /** Steps between the nearest and the farthest source that the gradient was measured at. */
  readonly steps: number;
  /** Farthest norm divided by the nearest; 0 when it fell below what the numbers can hold. */
  readonly ratio: number;
  /** Factor by which the norm changes with each step back, from a least-squares line through its logarithms. */
  readonly growthPerStep: number;
  /** Steps back in which the gradient halves, where it falls. */
  readonly halfLife?: number;
  /** Steps back in which it doubles, where it grows. */
  readonly doublingTime?: number;
  /** One sentence for a person. */
  readonly text: string;
}

/** Beyond a factor of a thousand over the sequence, weights learn next to nothing from (or nothing but) the far end. */
const remarkable = 1000;

/**
 * `norms`: ‖∂L_t/∂h_k‖ for k = t, t−1, t−2 … at distances `distances` (default 0, 1, 2 …) from the
 * loss. Values that are zero or not finite are left out of the fit.
 */
export function flowVerdict(norms: ArrayLike<number>, distances?: ArrayLike<number>): FlowVerdict {
  const distance = (i: number): number => distances?.[i] ?? i;
  const measured = Array.from(norms, (norm, i) => ({ norm, distance: distance(i) }));
  if (measured.some(({ norm }) => norm === Infinity || Number.isNaN(norm))) {
    return {
      kind: "exploding",
      steps: span(measured),
      ratio: Infinity,
      growthPerStep: Infinity,
      text: "The gradient is no longer a finite number: it exploded.",
    };
  }
  const first = measured.findIndex(({ norm }) => norm > 0);
  if (first < 0) {
    return {
      kind: "none",
      steps: span(measured),
      ratio: 0,
      growthPerStep: 0,
      text: "No gradient arrives from this loss.",
    };
  }
  const reached = measured.slice(first);
  const steps = span(reached);
  const ratio = reached[reached.length - 1].norm / reached[0].norm;
  const growthPerStep = Math.exp(logSlope(reached.filter(({ norm }) => norm > 0)));
  const kind = ratio < 1 / remarkable ? "vanishing" : ratio > remarkable ? "exploding" : "steady";
  const halfLife = growthPerStep < 1 ? Math.LN2 / -Math.log(growthPerStep) : undefined;
  const doublingTime = growthPerStep > 1 ? Math.LN2 / Math.log(growthPerStep) : undefined;
  const verdict = { kind, steps, ratio, growthPerStep, halfLife, doublingTime } as const;
  return { ...verdict, text: inWords(verdict) };
}

/**
 * Factor by which each step back multiplies the norm: `norms[i + 1] / norms[i]`. NaN where both are
 * zero.
 */
export function growthFactors(norms: ArrayLike<number>): Float64Array {
  const factors = new Float64Array(Math.max(0, norms.length - 1));
  for (let i = 0; i < factors.length; i++) factors[i] = norms[i + 1] / norms[i];
  return factors;
}

interface Measured {
  readonly norm: number;
  readonly distance: number;
}

const span = (measured: readonly Measured[]): number =>
  measured.length === 0 ? 0 : measured[measured.length - 1].distance - measured[0].distance;

/** Slope of ln(norm) over distance; 0 for fewer than two points. */
function logSlope(measured: readonly Measured[]): number {
  const count = measured.length;
  if (count < 2) return 0;
  const meanDistance = measured.reduce((sum, { distance }) => sum + distance, 0) / count;
  const meanLog = measured.reduce((sum, { norm }) => sum + Math.log(norm), 0) / count;
  let covariance = 0;
  let variance = 0;
  for (const { norm, distance } of measured) {
    covariance += (distance - meanDistance) * (Math.log(norm) - meanLog);
    variance += (distance - meanDistance) ** 2;
  }
  return covariance / variance;
}

function inWords(verdict: Omit<FlowVerdict, "text">): string {
  const { kind, steps, ratio, halfLife, doublingTime } = verdict;
  const over = `over ${steps} ${steps === 1 ? "step" : "steps"}`;
  if (steps === 0) return "The gradient was measured at one step only.";
  if (ratio === 0) return `The gradient falls to zero ${over}${pace("half-life", halfLife)}.`;
  if (kind === "steady") return `The gradient keeps its size within ${factor(ratio)} ${over}.`;
  return kind === "vanishing"
    ? `The gradient falls by ${ratio.toExponential(0)} ${over}${pace("half-life", halfLife)}.`
    : `The gradient grows by ${ratio.toExponential(0)} ${over}${pace("doubling in", doublingTime)}.`;
}

const factor = (ratio: number): string => {
  const size = Math.max(ratio, 1 / ratio);
  return `a factor of ${size < 10 ? size.toFixed(1) : size.toFixed(0)}`;
};

const pace = (words: string, steps: number | undefined): string =>
  steps === undefined ? "" : `; ${words} ${steps < 10 ? steps.toFixed(1) : steps.toFixed(0)} steps`;
