/** A training whose numbers break: what was recorded, and where the debugger opens it. */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createModel } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { createDebuggee } from "../../../src/jobs/debugging/debuggee.ts";
import { createFlightRecorder } from "../../../src/jobs/flightRecorder.ts";
import { createRunData } from "../../../src/jobs/runData.ts";
import { train } from "../../../src/jobs/train.ts";
import { createTraceStore } from "../../../src/jobs/traceStore.ts";
import { readRecording, recordingFile, writeRecording } from "../../../src/runs/recording.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import { temporaryFolder } from "./temporaryFolder.ts";
import { kernels, problemOf } from "./tracingFixture.ts";
import { experiment, type Kind } from "./trainingFixture.ts";

const never = new AbortController().signal;

function debuggeeOf(folder: string) {
  const traces = createTraceStore<never>();
  return createDebuggee({
    createKernels: kernels,
    workspaceFolders: [folder],
    traces,
    data: createRunData([folder]),
  });
}

/** Steps so large that the weights leave all bounds within a few updates. */
async function broken(kind: Kind) {
  const { folder, ...request } = await experiment(kind, {
    model: { layers: [{ cell: "rnn", hidden: 6, nonlinearity: "relu" }] },
    training: { epochs: 50, optimizer: { kind: "sgd", learningRate: 1e20 }, clip: undefined },
  });
  const result = await train({ ...request, createKernels: kernels });
  return { folder, result };
}

describe("a training that breaks", () => {
  for (const kind of ["adding problem", "text, state carried", "table"] as const) {
    it(`is opened by the debugger at the step where a number was none: ${kind}`, async () => {
      const { folder, result } = await broken(kind);
      expect(result.state).toBe("failed");
      const { update, batches } = await readRecording(result.runFolder);
      expect(update).toBe(result.updates);
      expect(batches.length).toBeGreaterThan(0);

      const reports: string[] = [];
      const program = await debuggeeOf(folder).launch(
        "attach",
        { run: result.runFolder },
        { signal: never, report: (text) => reports.push(text) },
      );
      const { t = -1, reason = "" } = program.entry ?? {};
      expect(reason).toMatch(/became (?:NaN|infinite) at step \d+\.$/);
      expect(t).toBeLessThan(program.trace.steps);
      expect(program.title).toContain(`update ${update + 1} broke`);
      expect(program.sources[0].text?.trim().split("\n")).toHaveLength(program.trace.steps);
      const values = [...program.trace.tensors.values()].flatMap(({ data }) => [...data]);
      expect(values.every(Number.isFinite)).toBe(false);
      expect(reports[0]).toContain("broke");
    });
  }

  it("leaves nothing behind when it goes well, which attaching to it says", async () => {
    const { folder, ...request } = await experiment("adding problem", { training: { epochs: 1 } });
    const { runFolder } = await train({ ...request, createKernels: kernels });
    expect(existsSync(recordingFile(runFolder))).toBe(false);
    const launch = debuggeeOf(folder).launch(
      "attach",
      { run: runFolder },
      { signal: never, report: () => undefined },
    );
    expect((await problemOf(launch)).message).toContain("is finished, and no number of it broke");
    expect((await problemOf(readRecording(runFolder))).message).toContain("nothing was recorded");
  });
});

const batchOf = (value: number): Batch => ({
  steps: 2,
  size: 1,
  lengths: Int32Array.of(2),
  input: { kind: "dense", values: new Float32Array(4).fill(value) },
  target: { kind: "values", values: new Float32Array(2) },
  weights: new Float32Array(2).fill(1),
  carry: false,
});

const firstValues = (batches: readonly Batch[]): number[] =>
  batches.map(({ input }) => (input.kind === "dense" ? input.values[0] : NaN));

describe("a flight recorder", () => {
  const model = createModel(
    {
      input: { kind: "dense", size: 2 },
      layers: [{ cell: "rnn", hidden: 3, nonlinearity: "tanh" }],
      initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
      output: { size: 1, at: "each-step" },
      loss: "mean-squared-error",
    },
    { kernels: kernels(), random: createRandom(1) },
  );
  const recorder = (limits?: { batches?: number; bytes?: number }) =>
    createFlightRecorder({ model, carried: () => new Map() }, limits);

  it("keeps copies of the last batches, the newest first, and no more than it may", () => {
    const own = recorder({ batches: 3 });
    const reused = batchOf(0);
    for (let k = 1; k <= 5; k++) {
      if (reused.input.kind === "dense") reused.input.values.fill(k);
      own.keep(reused);
    }
    expect(firstValues(own.recording(7)?.batches ?? [])).toEqual([5, 4, 3]);
  });

  it("keeps fewer where they are large, but always the newest", () => {
    const own = recorder({ bytes: 80 });
    for (let k = 1; k <= 4; k++) own.keep(batchOf(k));
    expect(firstValues(own.recording(7)?.batches ?? [])).toEqual([4, 3]);
    const small = recorder({ bytes: 1 });
    small.keep(batchOf(9));
    expect(firstValues(small.recording(0)?.batches ?? [])).toEqual([9]);
  });

  it("is read from the disk as it was written, and refused when it is damaged", async () => {
    const folder = await temporaryFolder();
    const own = recorder();
    own.keep(batchOf(4));
    const recording = own.recording(12);
    if (!recording) throw new Error("A batch was kept.");
    await writeRecording(folder, recording);
    expect(await readRecording(folder)).toEqual(recording);
    const other = await temporaryFolder({ "broken.safetensors": "not at all" });
    expect((await problemOf(readRecording(other))).message).toContain("broken.safetensors");
  });
});
