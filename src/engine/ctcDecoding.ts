/**
 * Label strings from the outputs of a network that was trained with CTC: of the likeliest path, or the likeliest
 * strings over all their paths, found by a beam of prefixes.
 */
import type { Real } from "../trace/trace.ts";
import { logAdd, logSumExp } from "./losses/logSpace.ts";

/** Outputs of sequence b of a batch: logits (T,B,O). */
export interface LabelOutputs {
  readonly values: Real;
  /** O */
  readonly size: number;
  /** B */
  readonly batch: number;
}

export interface BestPath {
  readonly labels: readonly number[];
  /** The step at which each of the labels begins. */
  readonly starts: readonly number[];
}

/** Best-path decoding (Graves et al. 2006, section 3.2): the likeliest class of each step, merged, without blanks. */
export function bestPath(
  { values, size, batch }: LabelOutputs,
  b: number,
  steps: number,
  blank: number,
): BestPath {
  const labels: number[] = [];
  const starts: number[] = [];
  let previous = blank;
  for (let t = 0; t < steps; t++) {
    const row = (t * batch + b) * size;
    let best = 0;
    for (let k = 1; k < size; k++) if (values[row + k] > values[row + best]) best = k;
    if (best !== previous && best !== blank) {
      labels.push(best);
      starts.push(t);
    }
    previous = best;
  }
  return { labels, starts };
}

export interface Beam {
  readonly labels: readonly number[];
  /** Of all the paths to these labels that stayed within the beam. */
  readonly logProbability: number;
}

/** A prefix with the probability of its paths, apart for those that end in a blank and those that end in its last label. */
interface Prefix {
  readonly labels: readonly number[];
  blank: number;
  label: number;
}

/**
 * Prefix beam search (Graves 2012, section 7.5.3, as Hannun et al. 2014, arXiv:1408.2873, algorithm 1, without a language model):
 * the `width` likeliest prefixes at every step, the likeliest whole strings first.
 */
export function prefixBeamSearch(
  { values, size, batch }: LabelOutputs,
  b: number,
  steps: number,
  blank: number,
  width: number,
): readonly Beam[] {
  let beam: readonly Prefix[] = [{ labels: [], blank: 0, label: -Infinity }];
  for (let t = 0; t < steps; t++) {
    const row = (t * batch + b) * size;
    const normalizer = logSumExp(values, row, size);
    const next = new Map<string, Prefix>();
    const at = (labels: readonly number[]): Prefix => {
      const key = labels.join();
      const known = next.get(key);
      if (known) return known;
      const prefix: Prefix = { labels, blank: -Infinity, label: -Infinity };
      next.set(key, prefix);
      return prefix;
    };
    for (const { labels, ...ends } of beam) {
      const both = logAdd(ends.blank, ends.label);
      const last = labels.at(-1);
      const same = at(labels);
      for (let k = 0; k < size; k++) {
        const p = values[row + k] - normalizer;
        if (k === blank) same.blank = logAdd(same.blank, both + p);
        else {
          // The same label again is merged with the one before it, unless a blank stands between.
          if (k === last) same.label = logAdd(same.label, ends.label + p);
          const longer = at([...labels, k]);
          longer.label = logAdd(longer.label, (k === last ? ends.blank : both) + p);
        }
      }
    }
    const possible = [...next.values()].filter((prefix) => scoreOf(prefix) > -Infinity);
    beam = possible.sort((one, other) => scoreOf(other) - scoreOf(one)).slice(0, width);
  }
  return beam.map((prefix) => ({ labels: prefix.labels, logProbability: scoreOf(prefix) }));
}

const scoreOf = ({ blank, label }: Prefix): number => logAdd(blank, label);
