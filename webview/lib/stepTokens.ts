/**
 * The token or row name of every step, fetched in pages around where it is needed: an axis that
 * shows forty tokens does not ask for ten thousand.
 */
import type { TraceSummary } from "../../src/protocol/traceSummary.ts";
import type { Host } from "./host.ts";
import { sequenceKey } from "./sequenceKey.ts";

export interface StepTokens {
  /** The name of a step, if it is known already. */
  at(t: number): string | undefined;
  /** Fetches the names of a range of steps (half-open) unless they are there. */
  need(from: number, to: number): void;
  /** The names of another sequence are forgotten; those of this one are asked for again, for weights may change them. */
  follow(trace: TraceSummary): void;
}

const pageSize = 64;

export function createStepTokens(host: Host, changed: () => void): StepTokens {
  let trace = "";
  let sequence = "";
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
    follow(next) {
      if (next.id === trace) return;
      trace = next.id;
      count = next.steps;
      if (sequenceKey(next) !== sequence) names.clear();
      sequence = sequenceKey(next);
      asked.clear();
    },
  };
}
