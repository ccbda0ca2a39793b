/**
 * Where truncated backpropagation through time cuts: BPTT(k1, k2) of Williams & Peng 1990 goes k1 steps forward between
 * updates, and follows their losses k2 ≥ k1 steps back. The steps before the k1 new ones are read again, from the
 * state before them, with the weights as they are now; no loss is taken in them a second time.
 */
export interface Windows {
  /** k2: steps that are read at once. */
  readonly length: number;
  /** k1: steps whose losses are new. */
  readonly stride: number;
}

/** Steps of one sequence: `[from, to)` is read, and losses are taken in `[lossFrom, to)`. */
export interface Window {
  readonly from: number;
  readonly lossFrom: number;
  readonly to: number;
}

/** `longest` is what "full" means. */
export function windowsFor(
  longest: number,
  {
    bptt,
    updateEverySteps,
  }: { readonly bptt: number | "full"; readonly updateEverySteps?: number },
): Windows {
  const length = bptt === "full" ? Math.max(1, longest) : bptt;
  return { length, stride: Math.min(length, updateEverySteps ?? length) };
}

/** The window whose new losses begin at `lossFrom`, a multiple of the stride, in sequences of up to `longest` steps. */
export function windowAt({ length, stride }: Windows, lossFrom: number, longest: number): Window {
  const to = Math.min(lossFrom + stride, longest);
  // Windows side by side never overlap, the last one neither.
  return { from: stride === length ? lossFrom : Math.max(0, to - length), lossFrom, to };
}

/** Steps from a window's beginning to the next one's: after them, the state is kept. */
export const stepsToNext = (windows: Windows, { from, to }: Window, longest: number): number =>
  to < longest ? windowAt(windows, to, longest).from - from : to - from;
