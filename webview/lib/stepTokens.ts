/**
 * The token or row name of every step, fetched in pages around where it is needed: an axis that
 * shows forty tokens does not ask for ten thousand.
 */
import type { Host } from "./host.ts";

export interface StepTokens {
  /** The name of a step, if it is known already. */
  at(t: number): string | undefined;
  /** Fetches the names of a range of steps (half-open) unless they are there. */
  need(from: number, to: number): void;
  /** Forgets everything; `steps` is the length of the new trace. */
  follow(trace: string, steps: number): void;
}

const pageSize = 64;

export function createStepTokens(host: Host, changed: () => void): StepTokens {
  let trace = "";
  let count = 0;
  const names = new Map<number, string>();
  const asked = new Set<number>();

  const fetchPage = async (page: number): Promise<void> => {
    const of = trace;
    const from = page * pageSize;
    const steps = [from, Math.min(count, from + pageSize)] as const;
    try {
      const { columns } = await host.call("columns", { trace: of, steps });
      if (of !== trace) return;
      for (const { t, input } of columns) names.set(t, input);
      changed();
    } catch {
      // Pictures are complete without names; the failure shows where the data itself is asked for.
      if (of === trace) asked.delete(page);
    }
  };

  return {
    at: (t) => names.get(t),
    need(from, to) {
      const last = Math.ceil(Math.min(to, count) / pageSize);
      for (let page = Math.floor(Math.max(0, from) / pageSize); page < last; page++) {
        if (asked.has(page)) continue;
        asked.add(page);
        void fetchPage(page);
      }
    },
    follow(next, steps) {
      if (next === trace) return;
      trace = next;
      count = steps;
      names.clear();
      asked.clear();
    },
  };
}
