/** How often the decoder is given the right token, as training goes on. */
import type { ScheduledSamplingConfig } from "../../config/schema.ts";

/**
 * Bengio et al. 2015 (arXiv:1506.03099), section 2.4, with `updates` = n at update i and never below `lowest`:
 *   linear            1 − i / n
 *   exponential       exp(−i / n)
 *   inverse-sigmoid   k / (k + exp(i / k)), where k ln k = n, so that it is ½ at n
 */
export function teacherShare(
  { decay, updates, lowest }: ScheduledSamplingConfig,
  update: number,
): number {
  return Math.max(lowest, shareOf(decay, updates, update));
}

function shareOf(decay: ScheduledSamplingConfig["decay"], n: number, update: number): number {
  switch (decay) {
    case "linear":
      return 1 - update / n;
    case "exponential":
      return Math.exp(-update / n);
    case "inverse-sigmoid": {
      const k = rateOf(n);
      return 1 / (1 + Math.exp(update / k) / k);
    }
  }
}

/** k of k ln k = n, by Newton's method; its graph is convex, so that this falls towards k from above. */
function rateOf(n: number): number {
  let k = n + Math.E;
  for (let step = 0; step < 50; step++) k -= (k * Math.log(k) - n) / (Math.log(k) + 1);
  return k;
}
