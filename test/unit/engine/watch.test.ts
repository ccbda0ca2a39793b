import { describe, expect, it } from "vitest";
import { createWatch, fewLooks } from "../../../src/engine/parallel/watch.ts";

const many = 1_000_000;

/** A watch beside a clock; answers how often each wait looked, for what comes at the look `at`, `tookMs` later. */
function watched(): (at: number, tookMs: number) => { came: boolean; looks: number } {
  let nowMs = 0;
  const watch = createWatch(() => nowMs);
  return (at, tookMs) => {
    let looks = 0;
    const came = watch.until(() => {
      looks++;
      if (looks === fewLooks + 1) nowMs += tookMs;
      return looks === at;
    }, many);
    return { came, looks };
  };
}

describe("a thread that waits for another", () => {
  it("looks until it has come, as long as that does not take long", () => {
    const wait = watched();
    for (let k = 0; k < 5; k++) {
      expect(wait(10, 0)).toEqual({ came: true, looks: 10 });
      expect(wait(500_000, 1)).toEqual({ came: true, looks: 500_000 });
    }
  });

  it("looks only briefly after it has looked in vain three times in a row, and tries it again ever more rarely", () => {
    const wait = watched();
    const looks = Array.from({ length: 300 }, () => wait(Infinity, 1).looks);
    const tries = looks.flatMap((count, k) => (count === many ? [k] : []));
    expect(tries).toEqual([0, 1, 2, 4, 7, 12, 21, 38, 71, 136, 201, 266]);
    expect(looks[3]).toBe(fewLooks);
  });

  it("takes no notice of looking in vain now and then", () => {
    const wait = watched();
    for (let k = 0; k < 20; k++) {
      expect(wait(Infinity, 1).looks).toBe(many);
      expect(wait(Infinity, 1).looks).toBe(many);
      expect(wait(500_000, 1)).toEqual({ came: true, looks: 500_000 });
    }
  });

  it("takes a long time of looking as in vain: it was not running, and nor was the other", () => {
    const wait = watched();
    for (let k = 0; k < 3; k++) expect(wait(500_000, 8)).toEqual({ came: true, looks: 500_000 });
    expect(wait(500_000, 8)).toEqual({ came: false, looks: fewLooks });
  });

  it("looks as before once that pays again", () => {
    const wait = watched();
    for (let k = 0; k < 14; k++) wait(Infinity, 1);
    const looks = Array.from({ length: 20 }, () => wait(500_000, 1).looks);
    const first = looks.indexOf(500_000);
    expect(first).toBeGreaterThan(0);
    expect(new Set(looks.slice(first))).toEqual(new Set([500_000]));
  });
});
