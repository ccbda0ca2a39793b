import { describe, expect, it } from "vitest";
import { newestWins } from "../../../src/host/tracing/newestWins.ts";

/** Work that ends when the test says so. */
function slowWork() {
  const begun: number[] = [];
  const ends: { readonly done: () => void; readonly fail: (error: Error) => void }[] = [];
  const work = newestWins<number>(
    (item) =>
      new Promise((done, fail) => {
        begun.push(item);
        ends.push({ done, fail });
      }),
  );
  return { work, begun, ends };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("a slider that is dragged faster than anybody can compute", () => {
  it("computes one thing at a time, and of the rest the newest alone", async () => {
    const { work, begun, ends } = slowWork();
    const asked = [0, 1, 2, 3].map((item) => work.ask(item));
    expect(begun).toEqual([0]);
    expect(work.wanted).toBe(3);
    ends[0].done();
    await settled();
    expect(begun).toEqual([0, 3]);
    ends[1].done();
    await Promise.all(asked);
    expect(work.wanted).toBeUndefined();
    void work.ask(4);
    expect(begun).toEqual([0, 3, 4]);
  });

  it("tells each who asked how theirs ended, and goes on after a failure", async () => {
    const { work, begun, ends } = slowWork();
    const first = work.ask(0);
    const second = work.ask(1);
    ends[0].fail(new Error("It was thinned out."));
    await expect(first).rejects.toThrow("thinned out");
    expect(begun).toEqual([0, 1]);
    ends[1].done();
    await expect(second).resolves.toBeUndefined();
  });
});
