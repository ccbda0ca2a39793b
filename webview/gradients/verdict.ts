/**
 * How far back a gradient reaches, in words: the reading of one row of the gradient-flow matrix as it
 * is on the screen. Pure.
 */
import { formatCount, formatNumber, formatShare } from "../lib/numbers.ts";

export type ReachKind = "vanishes" | "explodes" | "carries" | "nothing" | "broken";

export interface Reach {
  readonly kind: ReachKind;
  /** Steps from the nearest to the farthest source. */
  readonly distance: number;
  /** Farthest norm divided by the nearest. */
  readonly ratio: number;
  /** Factor with every step back, of the straight line that fits the logarithms best. */
  readonly perStep: number;
}

/** Beyond a factor of a thousand over the distance, the far end teaches the weights next to nothing, or nothing else does. */
const remarkable = 1000;

/**
 * @param norms ‖∂L_t/∂h_k‖, one row of the matrix; NaN beyond the loss step.
 * @param sources k of each.
 * @param steps those that the layer computes; of an encoder or a decoder only a part of all
 */
export function reachOf(
  norms: ArrayLike<number>,
  sources: ArrayLike<number>,
  lossStep: number,
  [from, to]: readonly [from: number, to: number] = [0, Infinity],
): Reach {
  const measured = Array.from(norms, (norm, index) => ({ norm, at: sources[index] }))
    .filter(({ at }) => at <= lossStep && at >= from && at < to)
    .map(({ norm, at }) => ({ norm, back: lossStep - at }))
    .sort((one, other) => one.back - other.back);
  const distance =
    measured.length === 0 ? 0 : measured[measured.length - 1].back - measured[0].back;
  if (measured.some(({ norm }) => !Number.isFinite(norm))) {
    return { kind: "broken", distance, ratio: NaN, perStep: NaN };
  }
  const nearest = measured.findIndex(({ norm }) => norm > 0);
  if (nearest < 0) return { kind: "nothing", distance, ratio: 0, perStep: 0 };
  const ratio = measured[measured.length - 1].norm / measured[nearest].norm;
  const perStep = Math.exp(slope(measured.filter(({ norm }) => norm > 0)));
  const kind = ratio < 1 / remarkable ? "vanishes" : ratio > remarkable ? "explodes" : "carries";
  return { kind, distance, ratio, perStep };
}

/** Least squares through the logarithms; 0 for a single point. */
function slope(points: readonly { readonly norm: number; readonly back: number }[]): number {
  const count = points.length;
  const meanX = points.reduce((sum, { back }) => sum + back, 0) / count;
  const meanY = points.reduce((sum, { norm }) => sum + Math.log(norm), 0) / count;
  let above = 0;
  let below = 0;
  for (const { norm, back } of points) {
    above += (back - meanX) * (Math.log(norm) - meanY);
    below += (back - meanX) ** 2;
  }
  return below === 0 ? 0 : above / below;
}

export interface Verdict {
  readonly kind: ReachKind;
  /** Three or four words. */
  readonly headline: string;
  /** One or two sentences with the numbers. */
  readonly detail: string;
}

export function verdictInWords(reach: Reach, lossStep: number): Verdict {
  const { kind, distance, ratio, perStep } = reach;
  const over = `over ${formatCount(distance)} ${distance === 1 ? "step" : "steps"}`;
  const from = `From the loss at step ${lossStep} back`;
  switch (kind) {
    case "broken":
      return {
        kind,
        headline: "The gradient is not finite",
        detail: `${from}, some of it is NaN or infinite.`,
      };
    case "nothing":
      return {
        kind,
        headline: "No gradient arrives",
        detail: `The loss at step ${lossStep} has none.`,
      };
    case "vanishes":
      return {
        kind,
        headline: "The gradient vanishes",
        detail:
          ratio === 0
            ? `${from}, it falls below the smallest number ${over}${pace(perStep)}`
            : `${from}, it falls to ${formatNumber(ratio, 2)} of its size ${over}${pace(perStep)}`,
      };
    case "explodes":
      return {
        kind,
        headline: "The gradient explodes",
        detail: `${from}, it grows ${formatNumber(ratio, 2)} times ${over}${pace(perStep)}`,
      };
    case "carries":
    default:
      if (distance === 0) {
        return { kind, headline: "One step", detail: "There is nothing to travel back through." };
      }
      return {
        kind,
        headline: "The gradient carries",
        detail:
          (ratio <= 1
            ? `${from}, ${formatShare(ratio)} of it is left ${over}`
            : `${from}, it grows ${formatNumber(ratio, 2)} times ${over}`) + pace(perStep),
      };
  }
}

/** `: × 0.66 a step, half of it gone every 1.7 steps.` */
function pace(perStep: number): string {
  const factor = `: × ${formatNumber(perStep)} a step`;
  if (perStep > 0.999 && perStep < 1.001) return `${factor}.`;
  const steps = formatNumber(Math.abs(Math.LN2 / Math.log(perStep)), 2);
  return perStep < 1
    ? `${factor}, halved every ${steps} steps.`
    : `${factor}, doubled every ${steps} steps.`;
}
