import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { configSchema } from "../../../src/config/schema.ts";
import {
  encodeCheckpoint,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
} from "../../../src/runs/checkpoint.ts";
import { fileProblem } from "../../../src/runs/fileProblem.ts";
import { openMetrics, readMetrics, trimMetrics } from "../../../src/runs/metrics.ts";
import { currentOwner, isAlive } from "../../../src/runs/owner.ts";
import {
  configFileOf,
  createRun,
  readRun,
  readRunConfig,
  readRuns,
  renameRun,
  updateRecord,
  type Run,
} from "../../../src/runs/runFolder.ts";
import { noSums } from "../../../src/runs/trainingProgress.ts";
import { removeUnfinishedWrites, writeAtomically } from "../../../src/runs/writeAtomically.ts";
import { temporaryFolder } from "../jobs/temporaryFolder.ts";

const config = configSchema.parse({
  name: "adding",
  data: { kind: "synthetic", task: "adding" },
  model: { layers: [{ cell: "lstm", hidden: 4 }] },
});

const newRun = (folder: string): Promise<Run> =>
  createRun({
    configFile: join(folder, "unroll.json"),
    config,
    encoding: { kind: "dense" },
    model: {
      input: { kind: "dense", size: 2 },
      layers: [{ cell: "lstm", hidden: 4, inputSize: 2, directions: ["forward"] }],
      output: { size: 1, at: "last-step" },
      loss: "mean-squared-error",
      parameterCount: 133,
    },
    dataSummary: "2,000 sequences",
    updates: 100,
  });

describe("run folder", () => {
  it("gives back what was created, with the config's defaults", async () => {
    const folder = await temporaryFolder();
    const run = await newRun(folder);
    expect(await readRun(run.folder)).toEqual(run);
    expect(run.record).toMatchObject({ name: "adding", state: "training", seed: 1, updates: 100 });
    expect(configFileOf(run)).toBe(join(folder, "unroll.json"));
    expect(await readRunConfig(run.folder)).toEqual(config);
    expect(await readFile(join(folder, ".unroll/.gitignore"), "utf8")).toBe("*\n");
  });

  it("keeps a .gitignore that the person changed", async () => {
    const folder = await temporaryFolder({ ".unroll/.gitignore": "# keep my runs\n" });
    await newRun(folder);
    expect(await readFile(join(folder, ".unroll/.gitignore"), "utf8")).toBe("# keep my runs\n");
  });

  it("names two runs of one config apart, also when they begin at the same moment", async () => {
    const folder = await temporaryFolder();
    const first = await newRun(folder);
    const [second, third] = await Promise.all([newRun(folder), newRun(folder)]);
    expect(new Set([first.folder, second.folder, third.folder]).size).toBe(3);
    expect(first.record.name).toBe("adding");
    expect([second.record.name, third.record.name]).toContain("adding 2");
  });

  it("lists runs newest first, and skips damaged ones with the reason", async () => {
    const folder = await temporaryFolder({
      ".unroll/runs/broken/run.json": '{"version":1,"na',
      ".unroll/runs/foreign/run.json": '{"version":99}',
      ".unroll/runs/halfway/config.json": "{}",
      ".unroll/runs/note.txt": "not a folder",
    });
    const old = await newRun(folder);
    await updateRecord(old.folder, { createdAt: "2001-01-01T00:00:00.000Z" });
    const young = await newRun(folder);
    const { runs, skipped } = await readRuns(folder);
    expect(runs.map((run) => run.record.id)).toEqual([young.record.id, old.record.id]);
    const reasons = Object.fromEntries(
      skipped.map(({ folder, reason }) => [folder.split(/[/\\]/).at(-1), reason]),
    );
    expect(Object.keys(reasons).sort((a, b) => a.localeCompare(b))).toEqual([
      "broken",
      "foreign",
      "halfway",
    ]);
    expect(reasons["broken"]).toMatch(/run\.json is damaged/);
    expect(reasons["foreign"]).toMatch(/version/);
    expect(reasons["halfway"]).toMatch(/does not exist/);
  });

  it("has no runs where nothing was trained", async () => {
    expect(await readRuns(await temporaryFolder())).toEqual({ runs: [], skipped: [] });
  });

  it("keeps the name that the person gave while training goes on", async () => {
    const run = await newRun(await temporaryFolder());
    await renameRun(run.folder, "  my best  ");
    await updateRecord(run.folder, { update: 7, state: "finished" });
    expect((await readRun(run.folder)).record).toMatchObject({ name: "my best", update: 7 });
    await expect(renameRun(run.folder, " ")).rejects.toThrow(/needs a name/);
  });

  it("says that a file is in the place of its folder, and touches nothing", async () => {
    const folder = await temporaryFolder({ ".unroll": "a file" });
    await expect(newRun(folder)).rejects.toThrow(/a file is where a folder should be/);
    await expect(newRun(folder)).rejects.toBeInstanceOf(UserError);
    expect(await readFile(join(folder, ".unroll"), "utf8")).toBe("a file");
    await expect(readRuns(folder)).rejects.toBeInstanceOf(UserError);
  });
});

describe("a run whose process is gone", () => {
  it("reads as interrupted, whether it was training or paused", async () => {
    const run = await newRun(await temporaryFolder());
    const gone = { ...currentOwner(), processId: 2 ** 22 + 5 };
    await updateRecord(run.folder, { owner: gone });
    expect((await readRun(run.folder)).record.state).toBe("interrupted");
    await updateRecord(run.folder, { state: "paused" });
    expect((await readRun(run.folder)).record.state).toBe("interrupted");
    await updateRecord(run.folder, { state: "finished" });
    expect((await readRun(run.folder)).record.state).toBe("finished");
  });

  it.runIf(process.platform === "linux")(
    "is told from a later process with the same number",
    () => {
      const owner = currentOwner();
      expect(isAlive(owner, Date.now())).toBe(true);
      expect(isAlive({ ...owner, processStart: "another boot:1" }, Date.now())).toBe(false);
    },
  );

  it("counts as gone after two minutes of silence, and on another machine only then", () => {
    const owner = currentOwner();
    expect(isAlive(owner, 0, 100_000)).toBe(true);
    expect(isAlive(owner, 0, 130_000)).toBe(false);
    const elsewhere = { processId: 1, host: "another-machine" };
    expect(isAlive(elsewhere, 0, 100_000)).toBe(true);
    expect(isAlive(elsewhere, 0, 130_000)).toBe(false);
  });
});

const row = (update: number) => ({
  update,
  epoch: 0,
  elapsedMs: update * 10,
  trainLoss: 1 / update,
});

describe("metrics", () => {
  it("appends, reads and forgets what came after a checkpoint", async () => {
    const folder = await temporaryFolder();
    const writer = await openMetrics(folder);
    await writer.append([row(1), row(2)]);
    await writer.append([]);
    await writer.append([row(3)]);
    await writer.close();
    expect((await readMetrics(folder)).rows).toEqual([row(1), row(2), row(3)]);
    await trimMetrics(folder, 2);
    expect((await readMetrics(folder)).rows).toEqual([row(1), row(2)]);
  });

  it("leaves out a line that was cut short, and lines that are something else", async () => {
    const folder = await temporaryFolder({
      "metrics.jsonl": `${JSON.stringify(row(1))}\n[1]\nnull\n{"update":"x"}\n${JSON.stringify({ ...row(2), trainLoss: null, extra: 5 })}\n{"update":3,"epo`,
    });
    const { rows, damagedLines } = await readMetrics(folder);
    expect(rows).toEqual([row(1), { update: 2, epoch: 0, elapsedMs: 20 }]);
    expect(damagedLines).toBe(4);
  });

  it("is empty before the first measurement", async () => {
    expect(await readMetrics(await temporaryFolder())).toEqual({ rows: [], damagedLines: 0 });
  });
});

describe("checkpoint", () => {
  const checkpoint: Checkpoint = {
    update: 12,
    parameters: new Map([
      ["weight_ih_l0", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ]),
    optimizer: new Map([["step", Float64Array.of(12)]]),
    carried: new Map([["layers.0.forward.h", Float32Array.of(0.5)]]),
    training: {
      epoch: 1,
      update: 12,
      random: [1, 2, 3, 4],
      position: { window: 3 },
      threads: 1,
      fused: false,
      validationDue: false,
      elapsedMs: 1234.5,
      rowEvery: 1,
      sinceRow: noSums,
      sinceEpoch: { ...noSums, updates: 2, loss: 0.1 + 0.2, weight: 7 },
      patience: { spent: 0 },
    },
  };

  it("gives back every bit", async () => {
    const folder = await temporaryFolder();
    await writeCheckpoint(folder, "last", encodeCheckpoint(checkpoint));
    expect(await readCheckpoint(folder, "last")).toEqual(checkpoint);
  });

  it("says when there is none, and when it is damaged", async () => {
    const folder = await temporaryFolder();
    await expect(readCheckpoint(folder, "best")).rejects.toThrow(/no "best" checkpoint/);
    await writeCheckpoint(folder, "best", encodeCheckpoint(checkpoint));
    const file = join(folder, "best.safetensors");
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, -2));
    await expect(readCheckpoint(folder, "best")).rejects.toThrow(/damaged.*only \d+ bytes follow/s);
    await expect(readCheckpoint(folder, "best")).rejects.toBeInstanceOf(UserError);
  });

  it("keeps the old one when the new one cannot be written", async () => {
    const folder = await temporaryFolder();
    await writeCheckpoint(folder, "last", encodeCheckpoint(checkpoint));
    await rm(folder, { recursive: true });
    await expect(writeCheckpoint(folder, "last", encodeCheckpoint(checkpoint))).rejects.toThrow(
      /Cannot save the checkpoint/,
    );
  });
});

describe("writing beside and renaming", () => {
  it("leaves the old content and nothing else when the rename is refused", async () => {
    const folder = await temporaryFolder();
    const target = join(folder, "target");
    await mkdir(join(target, "occupied"), { recursive: true });
    await expect(writeAtomically(target, "new")).rejects.toBeInstanceOf(UserError);
    expect(await readdir(folder)).toEqual(["target"]);
  });

  it("clears what a killed writer left", async () => {
    const folder = await temporaryFolder({ "run.json": "{}", "run.json.77-0.writing": "{" });
    await removeUnfinishedWrites(folder);
    expect(await readdir(folder)).toEqual(["run.json"]);
  });

  it("never shows a reader half a file", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "f");
    const contents = ["a".repeat(300_000), "b".repeat(200_000)];
    await writeAtomically(file, contents[0]);
    const reading = new AbortController();
    const writer = (async () => {
      for (let i = 0; !reading.signal.aborted; i++) await writeAtomically(file, contents[i % 2]);
    })();
    const seen = new Set<string>();
    for (let i = 0; i < 200 || seen.size < 2; i++) seen.add(await readFile(file, "utf8"));
    reading.abort();
    await writer;
    expect(seen).toEqual(new Set(contents));
  });
});

describe("what the file system refuses", () => {
  it.each([
    ["ENOSPC", /disk is full/],
    ["EACCES", /no permission/],
    ["EROFS", /read-only/],
    ["EIO", /the system answered EIO/],
  ])("explains %s", (code, message) => {
    const error = Object.assign(new Error("x"), { code, syscall: "write" });
    const problem = fileProblem(error, "save", "run.json");
    expect(problem).toBeInstanceOf(UserError);
    expect(String(problem)).toMatch(message);
  });

  it("leaves bugs alone", () => {
    const bug = new TypeError("x is undefined");
    expect(fileProblem(bug, "save", "run.json")).toBe(bug);
  });
});
