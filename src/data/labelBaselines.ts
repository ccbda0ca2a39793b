/** What labels cost a network that does not listen: every class as likely as any other, at every step. */
import type { Baseline } from "./dataset.ts";
import type { Example } from "./split.ts";

/**
 * The CTC loss, per label, when each of the O classes has the probability 1/O at each of T steps:
 *   −log (number of alignments / O^T) / L
 * L labels with r neighbours that are the same have C(T + L − r, 2L) alignments: the places where labels and blanks begin and end.
 */
export function alignmentBaseline(
  examples: readonly Pick<Example, "target" | "steps">[],
  classes: number,
): Baseline {
  let sum = 0;
  for (const { target, steps } of examples) {
    const labels = target.length;
    let repeats = 0;
    for (let at = 1; at < labels; at++) if (target[at] === target[at - 1]) repeats++;
    const loss = steps * Math.log(classes) - logChoose(steps + labels - repeats, 2 * labels);
    sum += loss / Math.max(1, labels);
  }
  const loss = examples.length === 0 ? 0 : sum / examples.length;
  return { name: "every step a guess", loss, unit: "nats per label" };
}

/** log C(n, k) */
function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let at = 1; at <= k; at++) sum += Math.log(n - k + at) - Math.log(at);
  return sum;
}
