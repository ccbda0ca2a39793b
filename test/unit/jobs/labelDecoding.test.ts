/** What is said of a sequence whose labels have no places: in its trace, its columns and its run. */
import { describe, expect, it } from "vitest";
import { readMetrics } from "../../../src/runs/metrics.ts";
import { readRun } from "../../../src/runs/runFolder.ts";
import { example, trained } from "./tracingFixture.ts";

const kind = "labels without places";

describe("a network that was trained with CTC", () => {
  it("says which labels it hears, where each begins, and how far they are from those that were spoken", async () => {
    const { open, session } = await trained(kind, { training: { epochs: 25 } });
    const { decoding, id, steps, loss } = await open(example(1));
    if (!decoding) throw new Error("There is no decoding.");
    const { labels, starts, beams, target, edits } = decoding;
    expect(target?.length).toBeGreaterThan(0);
    expect(edits).toBeLessThanOrEqual(Math.max(labels.length, target?.length ?? 0));
    expect(starts).toHaveLength(labels.length);
    expect(beams).toHaveLength(3);
    const scores = beams.map(({ logProbability }) => logProbability);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores[0]).toBeLessThanOrEqual(1e-6);
    const { columns } = await session.columns({ trace: id, steps: [0, steps] });
    expect(columns.flatMap(({ begins }) => begins ?? [])).toEqual(labels);
    // The loss of the whole sequence stands at its last step, and no step has a target.
    const losses = columns.flatMap((column) => column.loss ?? []);
    expect(losses).toHaveLength(1);
    expect(columns[steps - 1].loss).toBeCloseTo(loss ?? NaN, 5);
    expect(columns.every(({ targetLabel }) => targetLabel === undefined)).toBe(true);
    expect(columns[0].predictions?.length).toBe(8);
  });

  it("is measured in edits for each label", async () => {
    const { runFolder } = await trained(kind);
    const { rows } = await readMetrics(runFolder);
    const rates = rows.flatMap(({ validationLabelErrorRate }) => validationLabelErrorRate ?? []);
    expect(rates).toHaveLength(1);
    expect(rates[0]).toBeGreaterThan(0);
    const { record } = await readRun(runFolder);
    expect(record.validationLabelErrorRate).toBe(rates[0]);
    expect(record.baselines.map(({ name }) => name)).toEqual(["every step a guess"]);
  });

  it("says nothing of the kind when labels have their places", async () => {
    const { open } = await trained("adding problem");
    expect((await open(example(0))).decoding).toBeUndefined();
  });
});
