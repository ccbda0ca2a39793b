/** Singular values of a layer's state-to-state Jacobian, step by step: as they arrive, on their axis, and in words. Pure. */
import type { JacobianSpectra } from "../../src/protocol/instruments.ts";
import { formatNumber } from "../lib/numbers.ts";
import { nearestIndex } from "./flow.ts";

/** Whose Jacobian: of h alone, or of an LSTM's h and c together. */
export type StateKind = "h" | "joint";

export interface Spectrum {
  /** Ascending. */
  readonly stepNumbers: Uint32Array;
  readonly largest: Float32Array;
  readonly median: Float32Array;
  readonly smallest: Float32Array;
}

export interface Spectra {
  readonly h: Spectrum;
  readonly joint?: Spectrum;
}

export function receivedSpectra({ stepNumbers, h, joint }: JacobianSpectra): Spectra {
  const steps = new Uint32Array(stepNumbers);
  const read = (series: JacobianSpectra["h"]): Spectrum => ({
    stepNumbers: steps,
    largest: new Float32Array(series.largest),
    median: new Float32Array(series.median),
    smallest: new Float32Array(series.smallest),
  });
  return { h: read(h), ...(joint && { joint: read(joint) }) };
}

/** A log axis that holds all largest and median values, and 1. */
export interface StretchAxis {
  readonly minimum: number;
  readonly maximum: number;
  /** 0 at the minimum, 1 at the maximum; what lies below runs along the bottom. */
  position(value: number): number;
}

/** Below this a gradient is as good as gone; further decades would only flatten the rest. */
const lowest = 1e-4;

export function stretchAxis({ largest, median }: Spectrum): StretchAxis {
  let [low, high] = [1, 1];
  for (const values of [largest, median]) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, Math.max(lowest, value));
      high = Math.max(high, value);
    }
  }
  const minimum = 10 ** (Math.floor(4 * Math.log10(low / 1.2)) / 4);
  const maximum = 10 ** (Math.ceil(4 * Math.log10(high * 1.2)) / 4);
  const [bottom, span] = [Math.log10(minimum), Math.log10(maximum / minimum)];
  return {
    minimum,
    maximum,
    position: (value) => Math.max(0, Math.min(1, (Math.log10(value) - bottom) / span)),
  };
}

/** Few values deserve a line: powers of ten, and halves and doubles of them while there are not many. */
export function stretchTicks({ minimum, maximum }: StretchAxis, most: number): readonly number[] {
  const candidates = [[1], [1, 3], [1, 2, 5]].map((multiples) => {
    const ticks: number[] = [];
    for (let e = Math.floor(Math.log10(minimum)); e <= Math.log10(maximum); e++) {
      for (const multiple of multiples) ticks.push(multiple * 10 ** e);
    }
    return ticks.filter((tick) => tick >= minimum * 0.999 && tick <= maximum * 1.001);
  });
  return candidates.findLast((ticks) => ticks.length <= Math.max(2, most)) ?? candidates[0];
}

export const stateSymbol = (kind: StateKind): string => (kind === "h" ? "h" : "(h,c)");

/** The sentence below the picture. */
export function spectrumInWords(spectrum: Spectrum, kind: StateKind, t: number): string {
  const index = nearestIndex(spectrum.stepNumbers, t);
  if (index < 0) return "";
  const step = spectrum.stepNumbers[index];
  const [largest, median, smallest] = valuesAt(spectrum, index);
  const s = stateSymbol(kind);
  return (
    `Step ${step}: singular values of ∂${s}/∂${s}₋ from ${formatNumber(largest)} (median ${formatNumber(median)}) ` +
    `to ${formatNumber(smallest)}. ${effectOf(largest)}`
  );
}

function effectOf(largest: number): string {
  if (!Number.isFinite(largest)) return "They are not finite.";
  if (largest < 1) return "Every gradient shrinks on the way back through this step.";
  return `On the way back through this step a gradient grows to ${formatNumber(largest)} times at most.`;
}

export function spectrumLines(spectrum: Spectrum, t: number): readonly string[] {
  const index = nearestIndex(spectrum.stepNumbers, t);
  if (index < 0) return [];
  const [largest, median, smallest] = valuesAt(spectrum, index);
  return [
    `step ${spectrum.stepNumbers[index]}`,
    `largest ${formatNumber(largest)}`,
    `median ${formatNumber(median)}`,
    `smallest ${formatNumber(smallest)}`,
  ];
}

const valuesAt = (
  { largest, median, smallest }: Spectrum,
  index: number,
): readonly [number, number, number] => [largest[index], median[index], smallest[index]];

/**
 * How many steps to ask for: a step costs one forward and backward step of as many copies as there are units, and a
 * singular value decomposition.
 */
export function affordableSteps(steps: number, hidden: number): number {
  const costOfStep = 40 * hidden ** 3;
  return Math.min(steps, 256, Math.max(8, Math.floor(budget / costOfStep)));
}

/** Some seconds of plain typed-array arithmetic. */
const budget = 6e9;
