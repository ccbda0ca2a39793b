import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { createTraceStore } from "../../../src/jobs/traceStore.ts";

const store = (traces: number, bytes = Infinity) => createTraceStore<string>({ traces, bytes });

describe("the traces that are kept", () => {
  it("are found again under their ids until released", () => {
    const traces = store(3);
    const a = traces.add("a", 1);
    const b = traces.add("b", 1);
    expect([traces.get(a), traces.get(b)]).toEqual(["a", "b"]);
    traces.release(a);
    expect(() => traces.get(a)).toThrow(UserError);
    expect(traces.get(b)).toBe("b");
    traces.release(a);
    expect(traces.size).toBe(1);
  });

  it("make room for new ones, the one unused for longest first", () => {
    const traces = store(2);
    const a = traces.add("a", 1);
    const b = traces.add("b", 1);
    traces.get(a);
    const c = traces.add("c", 1);
    expect(() => traces.get(b)).toThrow(/no longer in memory/);
    expect([traces.get(a), traces.get(c)]).toEqual(["a", "c"]);
  });

  it("stay within a number of bytes, but the newest is always kept", () => {
    const traces = store(10, 100);
    const a = traces.add("a", 60);
    const b = traces.add("b", 60);
    expect(() => traces.get(a)).toThrow(UserError);
    const c = traces.add("c", 1000);
    expect(() => traces.get(b)).toThrow(UserError);
    expect(traces.get(c)).toBe("c");
    traces.release(c);
    const d = traces.add("d", 60);
    const e = traces.add("e", 40);
    expect([traces.get(d), traces.get(e)]).toEqual(["d", "e"]);
  });

  it("never gives a new trace an old id", () => {
    const traces = store(1);
    const ids = ["a", "b", "c"].map((trace) => traces.add(trace, 1));
    expect(new Set(ids).size).toBe(3);
  });
});
