/** What the debugger debugs: real runs of every kind of data, launched, edited, and put back. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Program, ProgramEdit, TensorEdit } from "../../../src/debug/debuggee.ts";
import { createDebuggee } from "../../../src/jobs/debugging/debuggee.ts";
import { createRunData } from "../../../src/jobs/runData.ts";
import type { TracedSequence } from "../../../src/jobs/tracedSequence.ts";
import { createTraceSession } from "../../../src/jobs/traceSession.ts";
import { createTraceStore } from "../../../src/jobs/traceStore.ts";
import { tensorOf, type Trace } from "../../../src/trace/trace.ts";
import { kernels, problemOf, trained } from "./tracingFixture.ts";
import type { Kind } from "./trainingFixture.ts";

const never = new AbortController().signal;

/** A run of some kind of data, and a debugger and panels that look at it. */
async function workbench(kind: Kind) {
  const { runFolder, folder } = await trained(kind);
  const data = createRunData([folder]);
  const traces = createTraceStore<TracedSequence>();
  const debuggee = createDebuggee({
    createKernels: kernels,
    workspaceFolders: [folder],
    traces,
    data,
  });
  const session = createTraceSession({ createKernels: kernels, traces, data });
  const reports: string[] = [];
  const launch = (sequence: unknown, more: object = {}) =>
    debuggee.launch(
      "launch",
      { run: runFolder, checkpoint: "last", sequence, ...more },
      { signal: never, report: (text) => reports.push(text) },
    );
  const edit = (program: Program, change: ProgramEdit) => debuggee.edit(program, change, never);
  return { runFolder, folder, debuggee, session, launch, edit, reports };
}

const hidden = (t: number, unit: number, value: number): TensorEdit => ({
  kind: "values",
  tensor: "layers.0.forward.h",
  t,
  indices: [unit],
  values: [value],
});

const bitsOf = (trace: Trace, name: string): number[] => [...tensorOf(trace, name).data];

describe("a program", () => {
  it("is a range of a text: each step at its line and column, with prediction and target", async () => {
    const { launch, folder, reports } = await workbench("text, state carried");
    await writeFile(
      join(folder, "poem.txt"),
      "the cat\r\nsat on the log\r\n".replaceAll("\r\n", " \r"),
    );
    const program = await launch({ file: "poem.txt", from: { line: 2, column: 1 }, steps: 6 });
    expect(program.sources).toEqual([{ name: "poem.txt", path: join(folder, "poem.txt") }]);
    expect(program.trace.steps).toBe(6);
    expect(program.reading(0).place).toEqual({
      source: 0,
      line: 2,
      column: 1,
      endLine: 2,
      endColumn: 2,
    });
    const read = Array.from({ length: 6 }, (_, t) => program.reading(t));
    expect(read.map(({ input }) => input).join("")).toBe("sat␣on");
    expect(program.classes?.[read[5].target ?? -1]).toBe("␣");
    const probabilities = Array.from(program.probabilities(2) ?? []);
    expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 6);
    expect(program.sourceAt(join(folder, "poem.txt"))).toBe(0);
    expect(program.sourceAt(`vscode-remote://host${join(folder, "poem.txt")}`)).toBe(0);
    expect(program.sourceAt(join(folder, "text.txt"))).toBeUndefined();
    expect(reports[0]).toMatch(/last weights, after \d+ updates.*6 steps, mean loss/);
  });

  it("is an example of the data, in the file that it comes from", async () => {
    const { launch, folder } = await workbench("text, state not carried");
    const program = await launch({ split: "training", index: 1 });
    expect(program.sources[0].path).toBe(join(folder, "text.txt"));
    expect(program.reading(0)).toMatchObject({
      input: "the",
      place: { line: 1, column: 16, endColumn: 19 },
    });
  });

  it("is a text that was typed, shown as a document of its own", async () => {
    const { launch } = await workbench("text, state carried");
    const program = await launch({ text: "the\r\ncat".replace("\r\n", " ") });
    expect(program.sources).toEqual([{ name: "typed text", text: "the cat" }]);
    expect(program.reading(4).place).toMatchObject({ line: 1, column: 5 });
    expect(program.reading(6).target).toBeUndefined();
  });

  it("is rows of a table, with forecasts and truths in the table's own units", async () => {
    const { launch, folder } = await workbench("table");
    const program = await launch({ rows: [3, 12] });
    expect(program.sources[0].path).toBe(join(folder, "weather.csv"));
    expect(program.reading(0)).toMatchObject({ input: "row 3", place: { line: 4 } });
    expect(program.trace.steps).toBe(10);
    const [forecast] = program.forecast(9) ?? [];
    expect(forecast.name).toBe("temperature");
    expect(forecast.truth).toBeCloseTo(10 + 8 * Math.sin(12 / 6), 1);
    expect(program.classes).toBeUndefined();
  });

  it("is a listing of one line per step where the data has no text", async () => {
    const { launch } = await workbench("adding problem");
    const program = await launch({ split: "training", index: 0 });
    const [{ text = "", path }] = program.sources;
    expect(path).toBeUndefined();
    expect(text.trim().split("\n")).toHaveLength(8);
    expect(program.reading(3).place).toMatchObject({ line: 4, column: 1 });
    expect(text.split("\n")[7]).toContain("→");
  });

  it("is a labelled text whose answer comes at its last step", async () => {
    const { launch } = await workbench("labelled text");
    const program = await launch({ split: "training", index: 0 });
    const last = program.trace.steps - 1;
    expect(program.classes).toEqual(["ham", "spam"]);
    expect(program.reading(last).target).toBe(1);
    expect(program.reading(0).target).toBeUndefined();
    expect(program.probabilities(0)).toBeUndefined();
    expect(program.probabilities(last)).toHaveLength(2);
    expect(program.reading(1).place.column).toBe(program.reading(0).place.column + 4);
  });
});

describe("a launch that cannot be", () => {
  it("says which key of the configuration is wrong", async () => {
    const { launch } = await workbench("text, state carried");
    const refusal = async (sequence: unknown, more?: object) =>
      (await problemOf(launch(sequence, more))).message;
    expect(await refusal(undefined)).toContain('"sequence"');
    expect(await refusal({ rows: [1] })).toContain('"sequence.rows"');
    expect(await refusal({ file: "text.txt", from: { line: 0 } })).toContain('"sequence.from"');
    expect(await refusal({ split: "test" })).toContain('"sequence.split"');
    expect(await refusal({ index: -1 })).toContain('"sequence.index"');
    expect(await refusal({ text: 3 })).toContain('"sequence.text"');
    expect(await refusal({ text: "a" }, { checkpoint: "first" })).toContain('"checkpoint"');
    expect(await refusal({ text: "a" }, { checkpoint: -1 })).toContain('"checkpoint"');
    expect(await refusal({ text: "a" }, { checkpoint: 3 })).toContain("no snapshot of update 3");
    expect(await refusal({ text: "a" }, { run: "characters" })).toContain('"run"');
    expect(await refusal({ rows: [1, 3] })).toContain("not trained on a table");
  });

  it("names a run that is gone, a token that is unknown, a file outside, and data that has changed", async () => {
    const { launch, folder } = await workbench("text, state carried");
    expect(
      (await problemOf(launch({ text: "a" }, { run: join(folder, "gone") }))).message,
    ).toContain("no run in");
    expect((await problemOf(launch({ text: "the Ω" }))).message).toContain(
      'the character "Ω" at typed text, line 1, column 5',
    );
    expect((await problemOf(launch({ file: "../../secret.txt" }))).message).toContain(
      "outside the workspace",
    );
    await writeFile(
      join(folder, "text.txt"),
      "entirely other words, and shorter ones, ".repeat(20),
    );
    expect((await problemOf(launch({ split: "training", index: 0 }))).message).toContain(
      "has changed",
    );
  });
});

describe("an edited program", () => {
  it("is what it would have been, knows its original, and is the original again when the edit is undone", async () => {
    const { launch, edit, debuggee, session } = await workbench("text, state carried");
    const program = await launch({ text: "the cat sat on the mat" });
    const once = await edit(program, hidden(5, 2, 0.5));
    const twice = await edit(once, {
      kind: "ablation",
      layer: 1,
      direction: "forward",
      unit: 0,
      t: 3,
    });
    expect(twice.original).toBe(program);
    expect(twice.edits).toHaveLength(2);
    expect(tensorOf(once.trace, "layers.0.forward.h").data[5 * 5 + 2]).toBe(0.5);
    expect(bitsOf(once.trace, "output").slice(0, 5)).toEqual(
      bitsOf(program.trace, "output").slice(0, 5),
    );
    expect(bitsOf(once.trace, "output")).not.toEqual(bitsOf(program.trace, "output"));
    const summary = await session.summary({ trace: twice.traceId });
    expect(summary.counterfactual).toMatchObject({ original: program.traceId, from: 3 });
    expect(summary.counterfactual?.edits[0]).toMatch(
      /^h\[2\] of layer 0 at step 5: -?[\d.e-]+ → 0.5$/,
    );
    expect(summary.counterfactual?.edits[1]).toBe("unit 0 of layer 1 held at 0 from step 3");
    const undone = await debuggee.undo(twice, never);
    for (const name of once.trace.tensors.keys()) {
      expect(bitsOf(undone.trace, name), name).toEqual(bitsOf(once.trace, name));
    }
    expect(await debuggee.undo(undone, never)).toBe(program);
  });

  it("after a walk of edits and undos is bit for bit what a fresh launch with the same edits gives", async () => {
    const { launch, edit, debuggee } = await workbench("table");
    const choice = { rows: [1, 8] };
    const early = hidden(2, 1, -0.3);
    const gate: TensorEdit = { ...hidden(4, 0, 0.9), tensor: "layers.0.forward.f" };
    let walked = await edit(await launch(choice), gate);
    walked = await edit(walked, hidden(6, 3, 0.1));
    walked = await debuggee.undo(walked, never);
    walked = await edit(walked, early);
    const fresh = await edit(await edit(await launch(choice), gate), early);
    for (const name of fresh.trace.tensors.keys()) {
      expect(bitsOf(walked.trace, name), name).toEqual(bitsOf(fresh.trace, name));
    }
  });

  it("shows panels what changed: heatmaps, timeline, loss", async () => {
    const { launch, edit, session } = await workbench("text, state carried");
    const program = await launch({ text: "the cat sat" });
    const { traceId } = await edit(program, hidden(4, 0, 1));
    const heatmap = await session.heatmap({
      trace: traceId,
      tensor: "change.layers.0.forward.h",
      steps: [0, 11],
      units: [0, 5],
      columns: 11,
      rows: 5,
      order: "index",
    });
    const values = new Float32Array(heatmap.values);
    expect([...values.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    const before = tensorOf(program.trace, "layers.0.forward.h").data[4 * 5];
    expect(values[4]).toBeCloseTo(1 - before, 6);
    const { columns } = await session.columns({ trace: traceId, steps: [0, 11] });
    expect(columns[3].original?.hChangeNorms).toEqual([0, 0]);
    expect(columns[5].original?.hChangeNorms[1]).toBeGreaterThan(0);
    expect(columns[5].original?.predictions).toHaveLength(8);
    expect(columns[5].original?.loss).not.toBe(columns[5].loss);
    await expect(
      session.gradientFlow({ trace: traceId, layer: 0, direction: "forward", rows: 4, columns: 4 }),
    ).rejects.toThrow("of the original");
  });

  it("with an edited weight has it from that step on, and the model keeps its own", async () => {
    const { launch, edit } = await workbench("adding problem");
    const program = await launch({ split: "training", index: 0 });
    const weight: TensorEdit = {
      kind: "values",
      tensor: "param.weight_hh_l0",
      t: 2,
      indices: [4],
      values: [3],
    };
    const edited = await edit(program, weight);
    expect(edited.parameters.get("weight_hh_l0")?.data[4]).toBe(3);
    expect(program.parameters.get("weight_hh_l0")?.data[4]).not.toBe(3);
    const width = 5;
    const h = "layers.0.forward.h";
    expect(bitsOf(edited.trace, h).slice(0, 2 * width)).toEqual(
      bitsOf(program.trace, h).slice(0, 2 * width),
    );
    expect(bitsOf(edited.trace, h)).not.toEqual(bitsOf(program.trace, h));
  });

  it("reads another token, or another number, where its input was edited", async () => {
    const text = await workbench("text, state carried");
    const program = await text.launch({ text: "the cat" });
    const z = { kind: "values", tensor: "token", t: 4, indices: [0], values: [1] } as const;
    const edited = await text.edit(program, z);
    const input = tensorOf(edited.trace, "input");
    expect(input.data[4 * input.shape[2] + 1]).toBe(1);
    const table = await workbench("table");
    const rows = await table.launch({ rows: [1, 8] });
    const warmer = await table.edit(rows, {
      kind: "values",
      tensor: "input",
      t: 3,
      indices: [0],
      values: [9],
    });
    expect(tensorOf(warmer.trace, "input").data[3 * 2]).toBe(9);
    expect(warmer.forecast(7)?.[0].predicted).not.toBe(rows.forecast(7)?.[0].predicted);
  });

  it("is refused where a value is computed, is not there, or is no number", async () => {
    const { launch, edit } = await workbench("text, state carried");
    const program = await launch({ text: "the cat" });
    const refusal = async (change: Partial<TensorEdit>) =>
      (await problemOf(edit(program, { ...hidden(1, 0, 1), ...change }))).message;
    expect(await refusal({ tensor: "output" })).toContain('"output" cannot be set');
    expect(await refusal({ tensor: "grad.layers.0.forward.h" })).toContain("cannot be set");
    expect(await refusal({ indices: [5] })).toContain("no number 5");
    expect(await refusal({ t: 7 })).toContain("no step 7");
    expect(await refusal({ values: [Number.NaN] })).toContain("not a number");
    expect(await refusal({ tensor: "param.nothing" })).toContain('no weight "nothing"');
    expect(await refusal({ tensor: "input", values: [0] })).toContain("one token");
    const ablation = { kind: "ablation", layer: 0, direction: "forward", unit: 9, t: 0 } as const;
    expect((await problemOf(edit(program, ablation))).message).toContain("no unit 9");
  });
});
