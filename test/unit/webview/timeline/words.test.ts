import { describe, expect, it } from "vitest";
import type { TimelineColumn } from "../../../../src/protocol/timelineColumn.ts";
import type { ModelDescription } from "../../../../src/trace/trace.ts";
import { boxLeft, columnLeft, layoutTimeline } from "../../../../webview/timeline/layout.ts";
import { hitTest } from "../../../../webview/timeline/pointing.ts";
import { stepFrom } from "../../../../webview/timeline/transport.ts";
import { columnInWords, hitLines, verdictOf } from "../../../../webview/timeline/words.ts";

const model: ModelDescription = {
  input: { kind: "tokens", vocabulary: 30 },
  layers: [
    { cell: "lstm", hidden: 64, inputSize: 30, directions: ["forward"] },
    { cell: "rnn", hidden: 8, inputSize: 64, directions: ["forward", "reverse"] },
  ],
  output: { size: 30, at: "each-step" },
  loss: "cross-entropy",
  parameterCount: 1,
};

const column: TimelineColumn = {
  t: 3,
  input: " ",
  cells: [
    {
      layer: 0,
      direction: "forward",
      gates: [{ part: "f", mean: 0.91, saturated: 0.25 }],
      hNorm: 2,
      cNorm: 5,
      hGradientNorm: 0.0123,
      hGradientFromFutureNorm: 0.004,
      cGradientNorm: 0.5,
    },
    { layer: 1, direction: "forward", gates: [], hNorm: 1, hGradientNorm: 0 },
    { layer: 1, direction: "reverse", gates: [], hNorm: 1, hGradientNorm: 4 },
  ],
  predictions: [
    { label: "e", probability: 0.62 },
    { label: "a", probability: 0.2 },
  ],
  targetLabel: "a",
  loss: 1.61,
  inputGradientNorm: 0.007,
};

const layout = layoutTimeline({
  model,
  steps: 10,
  columnWidth: 104,
  viewportWidth: 1000,
  output: "predictions",
  inputValues: 0,
  fillHeight: 0,
});
const row = (layer: number, direction: string) => {
  const found = layout.rows.find((it) => it.layer === layer && it.direction === direction);
  if (!found) throw new Error(`No row ${layer} ${direction}`);
  return found;
};

describe("what the timeline says under the pointer", () => {
  it("names a cell's gates with their mean and saturation, and its gradients", () => {
    const lines = hitLines({ kind: "cell", t: 3, row: row(0, "forward") }, column, model);
    expect(lines).toEqual([
      "step 3 · ␣",
      "0 · LSTM, 64 units",
      "f (forget gate): mean 0.91, 25 % saturated",
      "‖c‖ 5 · ‖dL/dc‖ 0.5",
      "‖h‖ 2 · ‖dL/dh‖ 0.0123",
    ]);
  });

  it("says what sets a cell apart from the plain one, and how wide its h is", () => {
    const description = {
      ...model.layers[0],
      projection: 16,
      peepholes: true,
      layerNorm: true,
    } as const;
    const special = { ...row(0, "forward"), description };
    const [, title] = hitLines({ kind: "cell", t: 3, row: special }, column, model);
    expect(title).toBe("0 · LSTM, 64 units · h 16 · peepholes · layer norm");
  });

  it("gives what comes back through an arrow, which is not all of the gradient, and the steps that it joins", () => {
    const forward = row(0, "forward");
    const hit = hitTest(layout, columnLeft(layout, 4), forward.states[1].y);
    if (!hit) throw new Error("Nothing was hit.");
    expect(hitLines(hit, column, model)).toEqual([
      "hidden state h, layer 0: step 3 → 4",
      "gradient through time into step 3: ‖dL/dh‖ = 0.004",
    ]);
  });

  it("joins the steps of a reverse layer the other way round, with the gradient of the later step", () => {
    const reverse = row(1, "reverse");
    const hit = hitTest(layout, boxLeft(layout, 3) - 4, reverse.states[0].y);
    if (hit?.kind !== "recurrent") throw new Error(`Hit ${hit?.kind}.`);
    expect(hit.t).toBe(2);
    expect(hitLines(hit, column, model)).toEqual([
      "hidden state h, layer 1: step 3 → 2",
      "gradient through time into step 3: ‖dL/dh‖ = 4",
    ]);
  });

  it("says that numbers are on their way before the column has arrived", () => {
    expect(hitLines({ kind: "loss", t: 7 }, undefined, model)).toEqual(["step 7", "…"]);
  });

  it("says where no loss is taken and no output read", () => {
    const bare = { ...column, loss: undefined, predictions: undefined, targetLabel: undefined };
    expect(hitLines({ kind: "loss", t: 3 }, bare, model)[1]).toMatch(/no loss/);
    expect(hitLines({ kind: "output", t: 3 }, bare, model)[1]).toMatch(/no output/);
  });
});

describe("the current column aloud", () => {
  it("reads input, prediction, verdict, loss and the chosen layer", () => {
    const cursor = { layer: 0, direction: "forward", t: 3 } as const;
    expect(columnInWords(column, cursor, model)).toBe(
      "Step 3, space. Prediction “e” with 62 %, target “a”, wrong. Loss 1.61. " +
        "Layer 0, LSTM: forget gate 0.91, norm of h 2, gradient 0.0123.",
    );
  });

  it("reads a forecast in the data's own units", () => {
    const forecast = [{ name: "temperature", predicted: 12.3456, truth: 11.9 }];
    const text = columnInWords(
      { t: 0, input: "2015-01-01", cells: [], forecast },
      { layer: 0, direction: "forward", t: 0 },
      model,
    );
    expect(text).toBe("Step 0, “2015-01-01”. temperature: predicted 12.35, true 11.9.");
  });

  it("judges only where there is a target", () => {
    expect(verdictOf(column)).toBe("wrong");
    expect(verdictOf({ ...column, targetLabel: "e" })).toBe("right");
    expect(verdictOf({ ...column, targetLabel: undefined })).toBeUndefined();
  });
});

describe("a step that a person typed", () => {
  it("is moved into the sequence", () => {
    expect(stepFrom(" 12 ", 49)).toBe(12);
    expect(stepFrom("999", 49)).toBe(49);
    expect(stepFrom("-3", 49)).toBe(0);
  });

  it("is refused when it is no whole number", () => {
    for (const text of ["", "abc", "1.5", "1e3"]) expect(stepFrom(text, 49), text).toBeUndefined();
  });
});
