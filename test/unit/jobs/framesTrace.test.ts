/** A session over networks that classify sequences of frames. */
import { describe, expect, it } from "vitest";
import { example, trained, typed } from "./tracingFixture.ts";

describe("a session over a classifier of frames", () => {
  it("names the numbers that are read, and gives them as a heatmap", async () => {
    const { session, open } = await trained("frames with a class each");
    const summary = await open(example(0));
    expect(summary.inputNames).toEqual(["x", "y"]);
    const { steps } = summary;
    const heatmap = await session.heatmap({
      trace: summary.id,
      tensor: "input",
      order: "index",
      steps: [0, steps],
      units: [0, 2],
      columns: steps,
      rows: 2,
    });
    expect(new Float32Array(heatmap.values)).toHaveLength(2 * steps);
  });

  it("says what it takes a whole sequence for at the last step only, with the loss", async () => {
    const { session, open } = await trained("frames with a class each");
    const { id: trace, steps, loss } = await open(example(0));
    const { columns } = await session.columns({ trace, steps: [0, steps] });
    const last = columns[steps - 1];
    expect(columns.slice(0, -1).every(({ predictions }) => predictions === undefined)).toBe(true);
    expect(last.predictions?.map(({ label }) => label).toSorted()).toEqual(["left", "right"]);
    expect(["left", "right"]).toContain(last.targetLabel);
    expect(last.loss).toBeCloseTo(loss ?? NaN, 5);
  });

  it("has an answer at every step where each frame has a class", async () => {
    const { session, open } = await trained("a class of each frame");
    const { id: trace, steps } = await open(example(0));
    const { columns } = await session.columns({ trace, steps: [0, steps] });
    for (const { predictions, targetLabel, loss } of columns) {
      expect(predictions).toHaveLength(2);
      expect(targetLabel).toMatch(/left|right/);
      expect(loss).toBeGreaterThan(0);
    }
  });

  it("reads rows that somebody typed, whose answer nobody knows", async () => {
    const { open } = await trained("frames with a class each");
    const summary = await open(typed("x y\n1 2\n3 4"));
    expect(summary.steps).toBe(2);
    expect(summary.loss).toBeUndefined();
  });
});
