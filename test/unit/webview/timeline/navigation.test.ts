import { describe, expect, it } from "vitest";
import type { Cursor } from "../../../../src/protocol/traceSummary.ts";
import { keyAction } from "../../../../webview/lib/keyboard.ts";
import { layoutTimeline } from "../../../../webview/timeline/layout.ts";
import { cursorAfter } from "../../../../webview/timeline/navigation.ts";

const layout = layoutTimeline({
  model: {
    input: { kind: "dense", size: 1 },
    layers: [
      { cell: "gru", hidden: 8, inputSize: 1, directions: ["forward", "reverse"] },
      { cell: "rnn", hidden: 4, inputSize: 16, directions: ["forward"] },
    ],
    output: { size: 1, at: "last-step" },
    loss: "mean-squared-error",
    parameterCount: 1,
  },
  steps: 50,
  columnWidth: 100,
  viewportWidth: 884,
  output: "forecast",
  inputValues: 1,
  fillHeight: 0,
});

const plain = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };

function press(key: string, cursor: Partial<Cursor> = {}, modifiers = plain) {
  const action = keyAction({ ...modifiers, key });
  if (!action) throw new Error(`"${key}" means nothing.`);
  return cursorAfter(action, { layer: 0, direction: "forward", t: 20, ...cursor }, layout, 884);
}

describe("the keyboard on the timeline", () => {
  it("steps one by one, with Shift ten at a time, and stops at both ends", () => {
    expect(press("ArrowRight")).toEqual({ t: 21 });
    expect(press("ArrowLeft")).toEqual({ t: 19 });
    expect(press("ArrowRight", {}, { ...plain, shiftKey: true })).toEqual({ t: 30 });
    expect(press("ArrowRight", { t: 49 })).toEqual({ t: 49 });
    expect(press("ArrowLeft", { t: 0 })).toEqual({ t: 0 });
  });

  it("goes to either end, and by pages of what fits less one step", () => {
    expect(press("Home")).toEqual({ t: 0 });
    expect(press("End")).toEqual({ t: 49 });
    expect(press("PageDown")).toEqual({ t: 27 });
    expect(press("PageUp")).toEqual({ t: 13 });
  });

  it("climbs through layers and directions as they are drawn", () => {
    expect(press("ArrowUp")).toEqual({ layer: 0, direction: "reverse" });
    expect(press("ArrowUp", { direction: "reverse" })).toEqual({ layer: 1, direction: "forward" });
    expect(press("ArrowUp", { layer: 1 })).toEqual({ layer: 1, direction: "forward" });
    expect(press("ArrowDown")).toEqual({ layer: 0, direction: "forward" });
    expect(press("ArrowDown", { layer: 1 })).toEqual({ layer: 0, direction: "reverse" });
  });

  it("leaves the cursor alone when it zooms", () => {
    for (const key of ["+", "-", "0"]) expect(press(key), key).toBeUndefined();
  });
});
