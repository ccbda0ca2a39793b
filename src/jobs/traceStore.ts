/** Keeps traces until they are released, within bounds: the oldest makes room for the newest. */
import { UserError } from "../config/problem.ts";

export interface TraceStore<T> {
  /** Returns the id under which the trace is found. */
  add(trace: T, bytes: number): string;
  /** Throws `UserError` when it was never there, was released, or had to make room. */
  get(id: string): T;
  /** Does nothing when it is gone already. */
  release(id: string): void;
  readonly size: number;
}

export interface TraceBounds {
  readonly traces: number;
  /** All together; the newest is kept whatever its size. */
  readonly bytes: number;
}

export const defaultTraceBounds: TraceBounds = { traces: 8, bytes: 1 << 30 };

export function createTraceStore<T>(bounds: TraceBounds = defaultTraceBounds): TraceStore<T> {
  // A Map remembers the order of insertion, and `get` moves what was used to the end.
  const kept = new Map<string, { readonly trace: T; readonly bytes: number }>();
  let made = 0;
  let bytes = 0;

  const drop = (id: string): void => {
    bytes -= kept.get(id)?.bytes ?? 0;
    kept.delete(id);
  };

  return {
    add(trace, size) {
      const id = `trace-${++made}`;
      kept.set(id, { trace, bytes: size });
      bytes += size;
      for (const oldest of kept.keys()) {
        if (oldest === id || (kept.size <= bounds.traces && bytes <= bounds.bytes)) break;
        drop(oldest);
      }
      return id;
    },
    get(id) {
      const found = kept.get(id);
      if (!found) {
        throw new UserError("trace", "This trace is no longer in memory.", {
          advice: `Step through the sequence again. The last ${bounds.traces} are kept.`,
        });
      }
      kept.delete(id);
      kept.set(id, found);
      return found.trace;
    },
    release: drop,
    get size() {
      return kept.size;
    },
  };
}
