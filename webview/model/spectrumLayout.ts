/** The complex plane on a square of pixels, and the eigenvalues in the order in which keys walk through them. Pure. */
import type { Spectrum } from "../../src/protocol/modelContract.ts";
import { formatNumber } from "../lib/numbers.ts";

export interface SpectrumLayout {
  /** Pixels of the origin, and of a length of 1. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly size: number;
}

const margin = 14;

/** Shows the unit circle and all eigenvalues. */
export function spectrumLayout(
  radius: number,
  view: { readonly width: number; readonly height: number },
): SpectrumLayout {
  const size = Math.max(40, Math.min(view.width, view.height));
  const reach = Math.max(1, Number.isFinite(radius) ? radius : 1) * 1.08;
  return { x: size / 2, y: size / 2, scale: (size / 2 - margin) / reach, size };
}

export interface Eigenvalue {
  readonly real: number;
  readonly imaginary: number;
  readonly magnitude: number;
}

/** Largest first; of a conjugate pair the one above the axis first. */
export function orderedEigenvalues({ real, imaginary }: Spectrum): readonly Eigenvalue[] {
  const im = new Float64Array(imaginary);
  return [...new Float64Array(real)]
    .map((re, index) => ({
      real: re,
      imaginary: im[index],
      magnitude: Math.hypot(re, im[index]),
    }))
    .sort((a, b) => b.magnitude - a.magnitude || b.imaginary - a.imaginary);
}

/** What it does to a state that lies along it, step by step. */
export function eigenvalueInWords(
  { real, imaginary, magnitude }: Eigenvalue,
  index: number,
  count: number,
): string {
  const sign = imaginary < 0 ? "−" : "+";
  const value =
    imaginary === 0
      ? formatNumber(real)
      : `${formatNumber(real)} ${sign} ${formatNumber(Math.abs(imaginary))} i`;
  const angle = Math.abs(Math.atan2(imaginary, real));
  const turn =
    imaginary === 0
      ? real < 0
        ? ", changes its sign at each step"
        : ""
      : `, turns once in ${formatNumber((2 * Math.PI) / angle, 2)} steps`;
  return `λ ${index + 1} of ${count}: ${value}, |λ| = ${formatNumber(magnitude)}: ${fateInWords(magnitude)}${turn}`;
}

function fateInWords(magnitude: number): string {
  if (magnitude < 1e-12) return "gone at once";
  const steps = Math.abs(Math.log(2) / Math.log(magnitude));
  if (!Number.isFinite(steps) || steps > 1e6) return "stays";
  const often = steps < 1 ? "within a step" : `in ${formatNumber(steps, 2)} steps`;
  return magnitude < 1 ? `halves ${often}` : `doubles ${often}`;
}
