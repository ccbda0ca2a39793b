import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import type * as fileSystem from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { createTraceSession } from "../../../src/jobs/traceSession.ts";
import { createKernels } from "../../../src/jobs/kernels.ts";
import { train } from "../../../src/jobs/train.ts";
import type { ProgressReport } from "../../../src/jobs/trainingReport.ts";
import { readCheckpoint } from "../../../src/runs/checkpoint.ts";
import { listSnapshots, readSnapshot, snapshotFile } from "../../../src/runs/snapshots.ts";
import { experiment, remains, stopAfter } from "./trainingFixture.ts";

/** The disk that is full, where a test says so. */
const disk = vi.hoisted(() => ({ refuses: undefined as string | undefined }));
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof fileSystem>();
  return {
    ...real,
    open: (path: string, ...rest: [string]) => {
      if (disk.refuses !== undefined && path.includes(disk.refuses)) {
        const full = new Error("ENOSPC: no space left on device, open");
        throw Object.assign(full, { code: "ENOSPC", syscall: "open" });
      }
      return real.open(path, ...rest);
    },
  };
});

const updatesOfThreeEpochs = 18;
const withSnapshots = (snapshots: object = {}) => ({ training: { snapshots } });
const weightsOf = async (runFolder: string, update: number) =>
  (await readSnapshot(runFolder, update)).parameters;

const session = () =>
  createTraceSession({ createKernels: () => createKernels({ kernels: "reference" }) });
const choice = { kind: "example", split: "validation", index: 0 } as const;

describe("snapshots of a training", () => {
  it("are not taken, and leave no trace, unless the config asks", async () => {
    const reports: ProgressReport[] = [];
    const { runFolder } = await train(await experiment(), {
      onProgress: (report) => reports.push(report),
    });
    expect(await readdir(runFolder)).not.toContain("snapshots");
    expect(await listSnapshots(runFolder)).toEqual([]);
    expect(reports.every(({ status }) => status.snapshot === undefined)).toBe(true);
  });

  it("are the weights before the first update, at each interval, and at the end", async () => {
    const reports: ProgressReport[] = [];
    const { runFolder, updates } = await train(
      await experiment("adding problem", withSnapshots({ everyUpdates: 5 })),
      { onProgress: (report) => reports.push(report) },
    );
    expect(updates).toBe(updatesOfThreeEpochs);
    expect(await listSnapshots(runFolder)).toEqual([0, 5, 10, 15, 18]);
    const last = await readCheckpoint(runFolder, "last");
    expect(await weightsOf(runFolder, 18)).toEqual(last.parameters);
    expect(await weightsOf(runFolder, 15)).not.toEqual(last.parameters);
    expect(reports.at(-1)?.status.snapshot).toBe(18);
  });

  it("change no bit of the training", async () => {
    const plain = await train(await experiment());
    const kept = await train(
      await experiment("adding problem", withSnapshots({ everyUpdates: 1 })),
    );
    const { files, ...without } = await remains(plain.runFolder);
    const { files: more, ...including } = await remains(kept.runFolder);
    expect(including).toEqual(without);
    expect(more).toEqual([...files, "snapshots"].sort((a, b) => a.localeCompare(b)));
  });

  it("thin out, so that a training of any length keeps an even picture", async () => {
    const request = await experiment("adding problem", withSnapshots({ everyUpdates: 2, keep: 5 }));
    const { runFolder } = await train(request);
    expect(await listSnapshots(runFolder)).toEqual([0, 8, 16, 18]);
  });

  it("go on when a run is resumed, and are those of a run that was never stopped", async () => {
    const request = await experiment("adding problem", withSnapshots({ everyUpdates: 2, keep: 6 }));
    const whole = await train(request);
    const stopped = await train(request, stopAfter(7));
    expect(stopped.state).toBe("stopped");
    expect((await listSnapshots(stopped.runFolder)).at(-1)).toBe(stopped.updates);
    // As if it had been killed later than its last checkpoint: these updates are made again.
    await writeFile(snapshotFile(stopped.runFolder, 17), "of another future");
    const { runFolder } = await train({ ...request, resume: stopped });
    const kept = await listSnapshots(runFolder);
    expect(kept).toEqual(await listSnapshots(whole.runFolder));
    for (const update of kept) {
      const [again, once] = [
        snapshotFile(runFolder, update),
        snapshotFile(whole.runFolder, update),
      ];
      expect(await readFile(again), `update ${update}`).toEqual(await readFile(once));
    }
  });

  it.each([
    ["the disk is full", "snapshots", async () => {}],
    [
      "a file is where a folder should be",
      undefined,
      (folder: string) => writeFile(join(folder, "snapshots"), "in the way"),
    ],
  ])("end with one warning when %s, and training goes on", async (reason, refuses, spoil) => {
    const warnings: string[] = [];
    const request = await experiment("adding problem", withSnapshots({ everyUpdates: 2 }));
    const stopped = await train(request, stopAfter(3));
    await rm(join(stopped.runFolder, "snapshots"), { recursive: true });
    await spoil(stopped.runFolder);
    disk.refuses = refuses;
    const result = await train(
      { ...request, resume: stopped },
      { onWarning: (message) => warnings.push(message) },
    ).finally(() => (disk.refuses = undefined));
    expect(result.state).toBe("finished");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^No more snapshots are taken; training goes on without\. /);
    expect(warnings[0]).toContain(reason);
  });
});

describe("a trace through a snapshot", () => {
  it("is the one that the weights of that update give", async () => {
    const { runFolder } = await train(
      await experiment("adding problem", withSnapshots({ everyUpdates: 5 })),
    );
    const { trace } = session();
    const traced = async (checkpoint: number | "newest" | "last") =>
      trace({ runFolder, checkpoint, choice });
    const first = await traced(0);
    expect(first).toMatchObject({ checkpoint: "snapshot", update: 0 });
    expect(await traced("newest")).toMatchObject({ checkpoint: "snapshot", update: 18 });
    expect((await traced("newest")).loss).toBe((await traced("last")).loss);
    expect(first.loss).not.toBe((await traced(5)).loss);
  });

  it("names the nearest ones when that update has none", async () => {
    const { runFolder } = await train(
      await experiment("adding problem", withSnapshots({ everyUpdates: 5 })),
    );
    const at = (checkpoint: number) => session().trace({ runFolder, checkpoint, choice });
    await expect(at(7)).rejects.toThrow(
      "no snapshot of update 7: the nearest are those of 5 and 10.",
    );
    await expect(at(70)).rejects.toThrow("no snapshot of update 70: the nearest is that of 18.");
  });

  it("says how to keep some where there is none, and takes the last weights for the newest", async () => {
    const { runFolder } = await train(await experiment());
    const { trace } = session();
    await expect(trace({ runFolder, checkpoint: 0, choice })).rejects.toThrow(
      "no snapshot of update 0, nor of any other.",
    );
    const newest = await trace({ runFolder, checkpoint: "newest", choice });
    expect(newest.checkpoint).toBe("last");
  });

  it("says which one is damaged, and is not misled by other files", async () => {
    const { runFolder } = await train(
      await experiment("adding problem", withSnapshots({ everyUpdates: 5 })),
    );
    const folder = join(runFolder, "snapshots");
    await mkdir(join(folder, "007.safetensors"));
    await writeFile(join(folder, "10.safetensors.abc.writing"), "half");
    expect(await listSnapshots(runFolder)).toEqual([0, 5, 10, 15, 18]);
    const at = (checkpoint: number) => session().trace({ runFolder, checkpoint, choice });
    await writeFile(snapshotFile(runFolder, 10), "half");
    await expect(at(10)).rejects.toThrow("The snapshot of update 10 is damaged.");
    await writeFile(snapshotFile(runFolder, 5), await readFile(snapshotFile(runFolder, 15)));
    await expect(at(5)).rejects.toThrow("The snapshot of update 5 is one of update 15.");
  });
});
