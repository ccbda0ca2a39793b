import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspect } from "../../../src/jobs/inspect.ts";
import type { Inspection } from "../../../src/protocol/training.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

const text = "the cat sat on the mat. ".repeat(10);

/** Inspects a character model of `text` with a config changed here and there. */
async function inspectText(changes: {
  data?: Record<string, unknown>;
  training?: Record<string, unknown>;
}): Promise<Inspection> {
  const folder = await temporaryFolder({ "text.txt": text });
  const config = {
    data: { kind: "text", path: "text.txt", ...changes.data },
    model: { layers: [{ cell: "lstm", hidden: 8 }] },
    training: { batch: 2, bptt: 10, ...changes.training },
  };
  return inspect({ configFile: join(folder, "unroll.json"), text: JSON.stringify(config) });
}

describe("inspecting a config with its data", () => {
  it("counts the parameters and says how much data there is", async () => {
    const { parameterCount, summary, problems } = await inspectText({});
    // Eleven different characters: 4·8·(11 + 8 + 2) for the layer, 11·(8 + 1) for the output.
    expect(parameterCount).toBe(4 * 8 * (11 + 8 + 2) + 11 * 9);
    expect(summary).toContain("240 characters");
    expect(problems).toEqual([]);
  });

  it("says how much memory training takes: more for a larger batch, in proportion", async () => {
    const bytes = await Promise.all(
      [2, 4].map(async (batch) => (await inspectText({ training: { batch } })).trainingBytes ?? 0),
    );
    // 11 characters, 8 units, 10 steps: gates and their gradients alone are 2 · 32 numbers for each step.
    expect(bytes[0]).toBeGreaterThan(2 * 10 * 2 * 32 * 4);
    expect(bytes[0]).toBeLessThan(100_000);
    expect(bytes[1] / bytes[0]).toBeGreaterThan(1.1);
    expect(bytes[1] / bytes[0]).toBeLessThan(2);
  });

  it("refuses what cannot fit into memory, with a batch that would", async () => {
    const { problems } = await inspectText({
      data: { kind: "synthetic", task: "copy", length: 5000, path: undefined },
      training: { batch: 2000, bptt: "full" },
    });
    expect(problems).toMatchObject([{ severity: "error", path: ["training", "batch"] }]);
    const [, fitting] = /This training needs [\d,]+ MB at once.* A "batch" of (\d+) would fit/.exec(
      problems[0].message,
    ) ?? ["", "0"];
    expect(Number(fitting)).toBeGreaterThan(10);
    const smaller = await inspectText({
      data: { kind: "synthetic", task: "copy", length: 5000, path: undefined },
      training: { batch: Number(fitting), bptt: "full" },
    });
    expect(smaller.problems).toEqual([]);
  });

  it("marks a path that does not exist", async () => {
    const { problems, parameterCount } = await inspectText({ data: { path: "other.txt" } });
    expect(parameterCount).toBeUndefined();
    expect(problems).toMatchObject([{ severity: "error", path: ["data", "path"] }]);
    expect(problems[0].message).toContain("other.txt");
  });

  it("marks a truncation longer than the data, and a batch larger than it", async () => {
    const { problems } = await inspectText({ training: { bptt: 5000, batch: 200 } });
    expect(problems.map(({ path }) => path.join("."))).toEqual(["training.bptt", "training.batch"]);
    expect(problems[0].message).toContain("5000");
  });

  it("says nothing while the text itself has mistakes", async () => {
    expect(await inspect({ configFile: "/nowhere/unroll.json", text: "{" })).toEqual({
      problems: [],
    });
  });
});
