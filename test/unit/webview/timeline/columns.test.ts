import { describe, expect, it } from "vitest";
import type { TimelineColumn } from "../../../../src/protocol/timelineColumn.ts";
import {
  chunksIn,
  chunkSteps,
  createColumnStore,
  type ColumnStore,
} from "../../../../webview/timeline/columns.ts";

const columnsOf = (from: number, to: number): TimelineColumn[] =>
  Array.from({ length: to - from }, (_, index) => ({
    t: from + index,
    input: `token ${from + index}`,
    cells: [],
  }));

const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** A worker that answers when told to. */
function fakeSource(steps: number, before?: ColumnStore) {
  const asked: { from: number; to: number; answer: () => void; fail: (error: Error) => void }[] =
    [];
  const errors: unknown[] = [];
  let arrived = 0;
  const store = createColumnStore({
    before,
    steps,
    fetch: ([from, to]) =>
      new Promise((resolve, reject) =>
        asked.push({ from, to, answer: () => resolve(columnsOf(from, to)), fail: reject }),
      ),
    onColumns: (columns) => (arrived += columns.length),
    onError: (error) => errors.push(error),
  });
  return {
    store,
    asked,
    errors,
    arrived: () => arrived,
    async answer(index: number) {
      asked[index].answer();
      await settle();
    },
    async fail(index: number) {
      asked[index].fail(new Error("The worker died."));
      await settle();
    },
  };
}

describe("the columns of a trace", () => {
  it("are asked for in whole chunks that end with the sequence", async () => {
    const source = fakeSource(100);
    source.store.want(70, 90, 80);
    expect(source.asked.map(({ from, to }) => [from, to])).toEqual([[64, 100]]);
    expect(source.store.get(70)).toBeUndefined();
    await source.answer(0);
    expect(source.store.get(70)?.input).toBe("token 70");
    expect(source.store.get(63)).toBeUndefined();
    expect(source.arrived()).toBe(36);
  });

  it("are asked for once, however often they are wanted", async () => {
    const source = fakeSource(1000);
    source.store.want(0, 10, 0);
    source.store.want(0, 12, 0);
    await source.answer(0);
    source.store.want(0, 60, 0);
    expect(source.asked).toHaveLength(1);
  });

  it("come nearest to the step of interest first, two requests at a time", async () => {
    const source = fakeSource(10_000);
    source.store.want(0, 5 * chunkSteps, 4 * chunkSteps + 1);
    expect(source.asked.map(({ from }) => from / chunkSteps)).toEqual([4, 3]);
    await source.answer(0);
    expect(source.asked.map(({ from }) => from / chunkSteps)).toEqual([4, 3, 2]);
  });

  it("are not asked for when the view has passed on before their turn", async () => {
    const source = fakeSource(100_000);
    source.store.want(0, 10 * chunkSteps, 0);
    source.store.want(50_000, 50_010, 50_005);
    await source.answer(0);
    await source.answer(1);
    const last = source.asked.at(-1);
    expect(source.asked).toHaveLength(3);
    expect(last && last.from <= 50_005 && last.to > 50_005).toBe(true);
  });

  it("are forgotten when they were looked at longest ago, and fetched again when wanted", async () => {
    const source = fakeSource(100 * chunkSteps);
    for (let chunk = 0; chunk < 60; chunk++) {
      source.store.want(chunk * chunkSteps, chunk * chunkSteps + 1, chunk * chunkSteps);
      await source.answer(chunk);
    }
    expect(source.store.get(0)).toBeUndefined();
    expect(source.store.get(59 * chunkSteps)).toBeDefined();
    source.store.want(0, 1, 0);
    expect(source.asked).toHaveLength(61);
  });

  it("report a failure once, and are asked for again only on retry", async () => {
    const source = fakeSource(10);
    source.store.want(0, 10, 0);
    await source.fail(0);
    expect(source.errors).toHaveLength(1);
    source.store.want(0, 10, 0);
    expect(source.asked).toHaveLength(1);
    source.store.retry();
    expect(source.asked).toHaveLength(2);
  });

  it("of a trace that was let go never arrive", async () => {
    const source = fakeSource(10);
    source.store.want(0, 10, 0);
    source.store.dispose();
    await source.answer(0);
    expect(source.arrived()).toBe(0);
    expect(source.store.get(0)).toBeUndefined();
  });

  it("stand in for the same sequence through other weights until its own are there", async () => {
    const first = fakeSource(10);
    first.store.want(0, 10, 0);
    await first.answer(0);
    const shown = first.store.get(3);
    expect(shown).toBeDefined();
    const second = fakeSource(10, first.store);
    // It is passed before anything of it arrived.
    const third = fakeSource(10, second.store);
    expect([second.store.get(3), third.store.get(3)]).toEqual([shown, shown]);
    third.store.want(0, 10, 0);
    await third.answer(0);
    expect(third.store.get(3)).toEqual(shown);
    expect(third.store.get(3)).not.toBe(shown);
  });

  it("touch the chunks of a half-open range", () => {
    expect(chunksIn(0, 64, 1000)).toEqual([0]);
    expect(chunksIn(63, 65, 1000)).toEqual([0, 1]);
    expect(chunksIn(-5, 2000, 100)).toEqual([0, 1]);
    expect(chunksIn(0, 0, 100)).toEqual([]);
  });
});
