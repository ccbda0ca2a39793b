/**
 * The columns of one trace, fetched in chunks as they come into view and kept while they are near.
 * A sequence of thousands of steps never crosses the boundary as a whole.
 */
import type { TimelineColumn } from "../../src/protocol/timelineColumn.ts";

/** Steps in one request. */
export const chunkSteps = 64;
/** Chunks kept; past these, the ones that were looked at longest ago are forgotten. */
const keptChunks = 48;
/** Requests under way at once; scrolling past a chunk before its turn never asks for it. */
const parallelRequests = 2;

export interface ColumnStore {
  get(t: number): TimelineColumn | undefined;
  /** Asks for what is missing in [from, to), nearest to `focus` first, and forgets older wishes. */
  want(from: number, to: number, focus: number): void;
  /** Asks again for chunks that failed. */
  retry(): void;
  /** Stands in for a trace of the same sequence that has no columns yet: this one, or what stood in for it. */
  standIn(): Pick<ColumnStore, "get"> | undefined;
  dispose(): void;
}

export interface ColumnSource {
  /** Has columns until this one does. */
  readonly before?: ColumnStore;
  readonly steps: number;
  fetch(
    steps: readonly [from: number, to: number],
    signal: AbortSignal,
  ): Promise<readonly TimelineColumn[]>;
  onColumns(columns: readonly TimelineColumn[]): void;
  onError(error: unknown): void;
}

export function createColumnStore(source: ColumnSource): ColumnStore {
  // A Map remembers insertion order; touching a chunk moves it to the end, the oldest stays first.
  const chunks = new Map<number, readonly TimelineColumn[]>();
  const failed = new Set<number>();
  const running = new Set<number>();
  const abort = new AbortController();
  let wishes: readonly number[] = [];
  let before = source.before?.standIn();

  const load = async (chunk: number): Promise<void> => {
    running.add(chunk);
    const from = chunk * chunkSteps;
    try {
      const columns = await source.fetch(
        [from, Math.min(from + chunkSteps, source.steps)],
        abort.signal,
      );
      if (abort.signal.aborted) return;
      chunks.set(chunk, columns);
      for (const oldest of [...chunks.keys()].slice(0, Math.max(0, chunks.size - keptChunks))) {
        chunks.delete(oldest);
      }
      source.onColumns(columns);
    } catch (error) {
      if (abort.signal.aborted) return;
      failed.add(chunk);
      source.onError(error);
    } finally {
      running.delete(chunk);
      pump();
    }
  };

  const pump = (): void => {
    if (abort.signal.aborted) return;
    for (const chunk of wishes) {
      if (running.size >= parallelRequests) return;
      if (!chunks.has(chunk) && !running.has(chunk) && !failed.has(chunk)) void load(chunk);
    }
  };

  const store: ColumnStore = {
    get(t) {
      return chunks.get(Math.floor(t / chunkSteps))?.[t % chunkSteps] ?? before?.get(t);
    },
    want(from, to, focus) {
      wishes = chunksIn(from, to, source.steps).toSorted(
        (a, b) => distance(a, focus) - distance(b, focus),
      );
      for (const chunk of wishes) {
        const columns = chunks.get(chunk);
        if (!columns) continue;
        chunks.delete(chunk);
        chunks.set(chunk, columns);
      }
      pump();
    },
    retry() {
      failed.clear();
      pump();
    },
    standIn() {
      if (chunks.size === 0) return before;
      // One before the other would go on for ever.
      before = undefined;
      return store;
    },
    dispose() {
      abort.abort();
    },
  };
  return store;
}

/** Numbers of the chunks that steps [from, to) touch. */
export function chunksIn(from: number, to: number, steps: number): readonly number[] {
  const first = Math.floor(Math.max(0, from) / chunkSteps);
  const end = Math.ceil(Math.min(to, steps) / chunkSteps);
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

/** Steps between a chunk and the step of interest; 0 inside. */
function distance(chunk: number, focus: number): number {
  const from = chunk * chunkSteps;
  return Math.max(0, from - focus, focus - (from + chunkSteps - 1));
}
