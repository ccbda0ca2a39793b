import { describe, expect, it } from "vitest";
import { placeCursor, sameCursor } from "../../../src/host/tracing/cursor.ts";
import type { Cursor } from "../../../src/protocol/traceSummary.ts";
import type { LayerDescription, ModelDescription } from "../../../src/trace/trace.ts";

const layer = (
  hidden: number,
  ...directions: LayerDescription["directions"]
): LayerDescription => ({
  cell: "lstm",
  hidden,
  inputSize: 3,
  directions: directions.length > 0 ? directions : ["forward"],
});

function traceOf(steps: number, ...layers: readonly LayerDescription[]) {
  const model: ModelDescription = {
    input: { kind: "dense", size: 3 },
    layers,
    output: { size: 1, at: "each-step" },
    loss: "mean-squared-error",
    parameterCount: 0,
  };
  return { steps, model };
}

describe("placeCursor", () => {
  const trace = traceOf(10, layer(8), layer(4));
  const current: Cursor = { layer: 0, direction: "forward", t: 5, unit: 7 };

  it("begins at the first step of the last layer", () => {
    expect(placeCursor({}, trace)).toEqual({ layer: 1, direction: "forward", t: 0 });
  });

  it("moves only what was asked for", () => {
    expect(placeCursor({ t: 6 }, trace, current)).toEqual({ ...current, t: 6 });
    expect(placeCursor({ unit: 2 }, trace, current)).toEqual({ ...current, unit: 2 });
  });

  it("stops at the first and the last step", () => {
    expect(placeCursor({ t: -1 }, trace, current).t).toBe(0);
    expect(placeCursor({ t: 10 }, trace, current).t).toBe(9);
    expect(placeCursor({ t: Number.POSITIVE_INFINITY }, trace, current).t).toBe(9);
  });

  it("takes what is no number for the first", () => {
    expect(placeCursor({ t: Number.NaN, layer: Number.NaN }, trace, current)).toMatchObject({
      t: 0,
      layer: 0,
    });
  });

  it("stays on whole steps", () => {
    expect(placeCursor({ t: 3.7 }, trace, current).t).toBe(3);
  });

  it("forgets the unit when the layer changes, unless one is named", () => {
    expect(placeCursor({ layer: 1 }, trace, current)).toEqual({
      layer: 1,
      direction: "forward",
      t: 5,
    });
    expect(placeCursor({ layer: 1, unit: 9 }, trace, current).unit).toBe(3);
  });

  it("drops the unit on request", () => {
    expect(placeCursor({ unit: undefined }, trace, current)).not.toHaveProperty("unit");
  });

  it("keeps to directions that the layer has", () => {
    const mixed = traceOf(4, layer(2, "forward", "reverse"), layer(2));
    expect(placeCursor({ layer: 0, direction: "reverse" }, mixed).direction).toBe("reverse");
    expect(placeCursor({ layer: 1, direction: "reverse" }, mixed).direction).toBe("forward");
  });

  it("stands still on a trace of one step", () => {
    expect(placeCursor({ t: 1 }, traceOf(1, layer(2))).t).toBe(0);
  });
});

describe("sameCursor", () => {
  it("compares every coordinate", () => {
    const cursor: Cursor = { layer: 1, direction: "forward", t: 2, unit: 3 };
    expect(sameCursor(cursor, { ...cursor })).toBe(true);
    for (const change of [
      { layer: 0 },
      { direction: "reverse" },
      { t: 1 },
      { unit: undefined },
    ] as const) {
      expect(sameCursor(cursor, { ...cursor, ...change }), JSON.stringify(change)).toBe(false);
    }
    expect(sameCursor(cursor, undefined)).toBe(false);
  });
});
