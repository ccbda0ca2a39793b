import { describe, expect, it } from "vitest";
import { decodeTrace, encodeTrace } from "../../../src/trace/encode.ts";
import { lstmLayer, modelOf, timedTensor, traceOf } from "./traces.ts";

const trace = traceOf(
  modelOf(lstmLayer(2)),
  timedTensor("layers.0.forward.h", [
    [1, 2],
    [3, 4],
    [5, 6],
  ]),
  {
    name: "grad.param.output.weight",
    axes: ["row", "column"],
    shape: [1, 2],
    data: Float64Array.of(7, 8),
  },
);

const without = (record: Readonly<Record<string, string>>, key: string) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));

const broken = (change: (records: ReturnType<typeof encodeTrace>) => object) => {
  const records = encodeTrace(trace, ["a", "b", "c"]);
  return () => decodeTrace({ ...records, ...change(records) });
};

describe("a trace as records of a file", () => {
  it("comes back whole", () => {
    const decoded = decodeTrace(encodeTrace(trace, ["a", "é", "\n"]));
    expect(decoded.trace).toEqual(trace);
    expect(decoded.tokens).toEqual(["a", "é", "\n"]);
  });

  it("says what it is in metadata of strings", () => {
    const { metadata } = encodeTrace(trace, []);
    expect(metadata["unroll.trace"]).toBe("1");
    expect(Object.values(metadata).every((value) => typeof value === "string")).toBe(true);
    expect(JSON.parse(metadata["unroll.model"])).toEqual(trace.model);
  });

  it.each([
    ["another file of tensors", broken(() => ({ metadata: {} })), /not a saved trace/],
    [
      "a later version",
      broken(({ metadata }) => ({ metadata: { ...metadata, "unroll.trace": "2" } })),
      /version 2/,
    ],
    [
      "metadata that is cut off",
      broken(({ metadata }) => ({ metadata: { ...metadata, "unroll.model": '{"lay' } })),
      /unroll\.model.*not valid JSON/,
    ],
    [
      "no axes",
      broken(({ metadata }) => ({ metadata: without(metadata, "unroll.axes") })),
      /unroll\.axes.*missing/,
    ],
    [
      "another number of steps",
      broken(({ metadata }) => ({
        metadata: { ...metadata, "unroll.size": '{"steps":4,"batch":1}' },
      })),
      /layers\.0\.forward\.h.*4 steps/,
    ],
    [
      "integers",
      broken(() => ({
        tensors: new Map([["layers.0.forward.h", { shape: [3, 1, 2], data: new Int32Array(6) }]]),
      })),
      /layers\.0\.forward\.h.*floats/,
    ],
    [
      "too few values",
      broken(() => ({
        tensors: new Map([["layers.0.forward.h", { shape: [3, 1, 2], data: new Float32Array(5) }]]),
      })),
      /5 values/,
    ],
  ])("refuses %s, with the reason", (_, decode, reason) => {
    expect(decode).toThrow(reason);
  });
});
