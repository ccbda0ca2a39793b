/** Some entries of one gradient against central differences of the loss, and how far off the worst of them is. */
import type { Random } from "../engine/rng.ts";
import type { Real } from "../trace/trace.ts";
import { chooseEntries } from "./chooseEntries.ts";
import { smoothDerivative } from "./smoothDerivative.ts";

export interface Comparison {
  readonly index: readonly number[];
  readonly backward: number;
  readonly difference: number;
  /** |backward − difference| / max(|backward|, |difference|, rounding noise / tolerance). */
  readonly error: number;
}

export interface TensorCheck {
  readonly name: string;
  readonly shape: readonly number[];
  /** Entries that were compared, out of all. */
  readonly checked: number;
  readonly entries: number;
  /** Entries left out because the loss is not smooth there. */
  readonly kinks: number;
  /** The entry with the largest error; undefined when none could be compared. */
  readonly worst: Comparison | undefined;
  /** Largest |dL/d entry| of the whole tensor. 0 proves nothing: the loss does not depend on it. */
  readonly largest: number;
}

export interface Compared {
  readonly name: string;
  readonly shape: readonly number[];
  /** dL/d the tensor, as backpropagation has it. */
  readonly gradient: Real;
  /** The loss as a function of one entry: from `values[index]`, which is moved and put back. */
  of(entry: number): {
    readonly values: { [index: number]: number };
    readonly index: number;
    readonly loss: () => number;
  };
}

/** Yields after every entry. */
export function* compareEntries(
  compared: Compared,
  options: { readonly entries: number; readonly tolerance: number; readonly random: Random },
): Generator<undefined, TensorCheck> {
  const { name, shape, gradient } = compared;
  const chosen = chooseEntries(gradient, options.entries, options.random);
  let worst: Comparison | undefined;
  let kinks = 0;
  for (const entry of chosen) {
    const { values, index, loss } = compared.of(entry);
    const derivative = smoothDerivative(values, index, loss);
    if (!derivative.isSmooth) kinks++;
    else {
      const found = comparison(gradient[entry], derivative, options.tolerance);
      if (!worst || found.error > worst.error || Number.isNaN(found.error))
        worst = { index: indexOf(entry, shape), ...found };
    }
    yield;
  }
  let largest = 0;
  for (const value of gradient) largest = Math.max(largest, Math.abs(value));
  const checked = chosen.length - kinks;
  return { name, shape, checked, entries: gradient.length, kinks, worst, largest };
}

function comparison(
  found: number,
  { value, noise }: { readonly value: number; readonly noise: number },
  tolerance: number,
): Omit<Comparison, "index"> {
  const scale = Math.max(Math.abs(found), Math.abs(value), noise / tolerance);
  const error = scale === 0 ? 0 : Math.abs(found - value) / scale;
  return { backward: found, difference: value, error };
}

function indexOf(entry: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = entry;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}
