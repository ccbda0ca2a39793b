/** Networks of model files in the debugger: programs like those of runs, with the person's own sequence as the source. */
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { createDebuggee } from "../../../src/jobs/debugging/debuggee.ts";
import { createRunData } from "../../../src/jobs/runData.ts";
import type { TracedSequence } from "../../../src/jobs/tracedSequence.ts";
import { createTraceSession } from "../../../src/jobs/traceSession.ts";
import { createTraceStore } from "../../../src/jobs/traceStore.ts";
import type { Program } from "../../../src/debug/debuggee.ts";
import { tensorOf } from "../../../src/trace/trace.ts";
import { onDisk } from "./modelOnDisk.ts";
import { kernels, problemOf } from "./tracingFixture.ts";

function workbench() {
  const traces = createTraceStore<TracedSequence>();
  const data = createRunData([]);
  const debuggee = createDebuggee({ createKernels: kernels, workspaceFolders: [], traces, data });
  const reports: string[] = [];
  const context = {
    signal: new AbortController().signal,
    report: (text: string) => void reports.push(text),
  };
  return {
    debuggee,
    reports,
    session: createTraceSession({ createKernels: kernels, traces, data }),
    launch: (configuration: Readonly<Record<string, unknown>>): Promise<Program> =>
      debuggee.launch("launch", configuration, context),
  };
}

const dense = "lstm-2-mean-squared-error-each-step-dense";
const tokens = "gru-after-1-cross-entropy-each-step-embedding";

/** Of layer 0. */
const unit = (each: Program, t: number): number => {
  const { data, shape } = tensorOf(each.trace, "layers.0.forward.h");
  return data[t * shape[2] + 1];
};

describe("a program of a model file", () => {
  it("lists an array one line per step, and computes what a trace of it computes", async () => {
    const { model, batch } = await onDisk(dense);
    const { launch, session, reports } = workbench();
    const sequence = { file: "input.npy", index: 1 };
    const program = await launch({ model: model.file, sequence });
    expect(program.trace.steps).toBe(batch.steps);
    const [{ text, path }] = program.sources;
    expect(path).toBeUndefined();
    expect(text?.trimEnd().split("\n")).toHaveLength(batch.steps);
    expect(text).toMatch(/^0 {2}step 0 {2}x0 /);
    expect(program.reading(3).place).toMatchObject({ source: 0, line: 4, column: 1 });
    expect(reports[0]).toBe(`model.pt reads input.npy, sequence 2 of 3: ${batch.steps} steps.`);

    const { id, modelFile } = await session.traceModel({
      model,
      sequence: { file: model.file.replace("model.pt", "input.npy"), index: 1 },
    });
    expect(await session.summary({ trace: program.traceId })).toMatchObject({ modelFile });
    const traced = session.records(id).tensors.get("layers.1.forward.h");
    expect([...tensorOf(program.trace, "layers.1.forward.h").data]).toEqual([
      ...(traced?.data ?? []),
    ]);
  });

  it("is the text file itself where a vocabulary turns text into tokens", async () => {
    const { model, write } = await onDisk(tokens);
    await write("tokens.txt", "a\nb\nc\nd\ne\nf\ng\nh\n");
    const file = await write("text.txt", "badge");
    const { launch } = workbench();
    const sequence = { file: "text.txt", vocabulary: "tokens.txt" };
    const program = await launch({ model: model.file, sequence });
    expect(program.sources).toEqual([{ name: "text.txt", path: file }]);
    expect(program.reading(2)).toMatchObject({
      input: "d",
      place: { line: 1, column: 3, endColumn: 4 },
    });
  });

  it("can be edited, and put back", async () => {
    const { model } = await onDisk(dense);
    const { launch, debuggee } = workbench();
    const program = await launch({ model: model.file, sequence: { file: "input.npy" } });
    const { signal } = new AbortController();
    const ablation = { kind: "ablation", layer: 0, direction: "forward", unit: 1, t: 2 } as const;
    const edited = await debuggee.edit(program, ablation, signal);
    expect([1, 2, 3].map((t) => unit(edited, t))).toEqual([unit(program, 1), 0, 0]);
    expect((await debuggee.undo(edited, signal)).traceId).toBe(program.traceId);
  });

  it("says which key of a launch configuration cannot be used, and why", async () => {
    const { model } = await onDisk(dense);
    const { launch } = workbench();
    const refusals = [
      [{ model: "model.pt" }, /"model".*path of a model file/],
      [{ model: model.file }, /"sequence".*no data of its own/],
      [{ model: model.file, sequence: { text: "abc" } }, /"sequence".*no data of its own/],
      [{ model: model.file, sequence: { file: "input.npy", index: -1 } }, /"sequence.index"/],
      [{ model: model.file, sequence: { file: "input.npy", batchFirst: 1 } }, /batchFirst/],
      [{ model: model.file, sequence: { file: "input.npy", index: 7 } }, /no sequence 8/],
      [{ model: model.file, sequence: { file: "none.npy" } }, /none\.npy/],
      [{ model: `${dirname(model.file)}/none.pt`, sequence: { file: "input.npy" } }, /none\.pt/],
    ] as const;
    for (const [configuration, why] of refusals) {
      expect((await problemOf(launch(configuration))).message).toMatch(why);
    }
  });
});
