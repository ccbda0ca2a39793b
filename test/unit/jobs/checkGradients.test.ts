/** The gradient check as the command line and the editor run it: on a config and its own data. */
import { describe, expect, it } from "vitest";
import { checkGradients } from "../../../src/jobs/checkGradients.ts";
import { gradientCheckText } from "../../../src/jobs/gradientCheckText.ts";
import { experiment, kinds, type Kind } from "./trainingFixture.ts";

describe("checking the gradients of a config", () => {
  it.each(Object.keys(kinds) as Kind[])("finds them right for %s", async (kind) => {
    const result = await checkGradients(await experiment(kind));
    expect(result.passed, gradientCheckText(result)).toBe(true);
    expect(result.parameters.map(({ name }) => name)).toContain("weight_hh_l0");
    expect(result.input.length).toBe(result.batch.steps);
  });

  it("says at the top what was compared, and how much of it", async () => {
    const result = await checkGradients(await experiment("table"));
    const [verdict] = gradientCheckText(result).split("\n");
    expect(verdict).toMatch(/^The gradients are right: [\d,]+ of [\d,]+ derivatives were compared/);
    const all = await checkGradients({ ...(await experiment("table")), entries: "all" });
    expect(gradientCheckText(all)).toMatch(/^The gradients are right: all derivatives/);
  });

  it("names what is wrong, and marks it", async () => {
    const result = await checkGradients(await experiment("table"));
    const [first, ...others] = result.parameters;
    const worst = { index: [1, 0], backward: 2, difference: 1, error: 0.5 };
    const parameters = [{ ...first, worst }, ...others];
    const text = gradientCheckText({ ...result, parameters, passed: false });
    expect(text).toMatch(/^The gradients are WRONG in weight_ih_l0 \(/);
    expect(text).toMatch(/weight_ih_l0 .* 5\.0e-1 +\[1,0\] {2}← wrong/);
  });

  it("shows the largest error of every tensor at every step, with a bar, and marks the one that is wrong", async () => {
    const result = await checkGradients(await experiment("table"));
    const { steps } = result.batch;
    const states = result.states.map((check) =>
      check.t === 3
        ? { ...check, worst: { index: [0, 1], backward: 2, difference: 1, error: 0.5 } }
        : check,
    );
    const text = gradientCheckText({ ...result, states, passed: false });
    expect(text).toMatch(/^The gradients are WRONG in layers\.0\.forward\.\w at step 3/);
    const lines = text.split("\n");
    const heading = lines.findIndex((line) => line.startsWith("step "));
    expect(lines[heading]).toMatch(/^step +input +layers\.0\.forward\.h/);
    const rows = lines.slice(heading + 1, heading + 1 + steps);
    expect(rows.map((line) => Number(line.split(" ")[0]))).toEqual([...Array(steps).keys()]);
    expect(rows[3]).toMatch(/5\.0e-1 █/);
    expect(rows[2]).toMatch(/[▁▂▃▄▅▆▇]/);
    expect(rows[2]).not.toContain("█");
  });

  it("does not cut what a sequence ends in, and says when it cut", async () => {
    const adding = await checkGradients({ ...(await experiment("adding problem")), steps: 3 });
    expect(adding.batch.wasCut).toBe(false);
    const table = await checkGradients({ ...(await experiment("table")), steps: 3, sequences: 1 });
    expect(table.batch).toEqual({ sequences: 1, steps: 3, wasCut: true });
    expect(gradientCheckText(table)).toContain("1 sequence of 3 steps (longer ones were cut)");
  });

  it("tells how far it is, and stops when it is told to", async () => {
    const abort = new AbortController();
    const seen: number[] = [];
    const checking = checkGradients(await experiment("table"), {
      signal: abort.signal,
      onProgress({ done, total }) {
        seen.push(done / total);
        abort.abort();
      },
    });
    await expect(checking).rejects.toThrow();
    expect(seen).toHaveLength(1);
  });

  it("refuses a config that is wrong, at its place", async () => {
    const { configFile } = await experiment("table");
    await expect(checkGradients({ configFile, text: "{}" })).rejects.toMatchObject({
      name: "UserError",
    });
  });
});
