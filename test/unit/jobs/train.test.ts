import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { createPauseGate } from "../../../src/jobs/pauseGate.ts";
import { train } from "../../../src/jobs/train.ts";
import type { ProgressReport } from "../../../src/jobs/trainingReport.ts";
import { readCheckpoint } from "../../../src/runs/checkpoint.ts";
import { readMetrics } from "../../../src/runs/metrics.ts";
import { currentOwner } from "../../../src/runs/owner.ts";
import { readRun, readRuns, updateRecord } from "../../../src/runs/runFolder.ts";
import { experiment, kinds, remains, stopAfter, type Kind } from "./trainingFixture.ts";

const allKinds = Object.keys(kinds) as Kind[];

describe("training", () => {
  it.each(allKinds)("leaves the same bits twice: %s", async (kind) => {
    const request = await experiment(kind);
    const [first, second] = [await train(request), await train(request)];
    expect(first.state).toBe("finished");
    expect(first.runFolder).not.toBe(second.runFolder);
    expect(await remains(second.runFolder)).toEqual(await remains(first.runFolder));
  });

  it("leaves other bits with another seed", async () => {
    const weights = [];
    for (const seed of [1, 2]) {
      const { runFolder } = await train(
        await experiment("text, state carried", { training: { seed } }),
      );
      const { parameters } = await readCheckpoint(runFolder, "last");
      weights.push(parameters.get("weight_hh_l0")?.data);
    }
    expect(weights[0]).not.toEqual(weights[1]);
  });

  it("learns: the loss falls, and the best weights are those of the lowest validation", async () => {
    const request = await experiment("text, state carried", {
      training: { epochs: 8, optimizer: { kind: "adam", learningRate: 0.02 } },
    });
    const result = await train(request);
    const { rows } = await readMetrics(result.runFolder);
    const losses = rows.flatMap((row) => row.trainLoss ?? []);
    expect(losses.at(-1)).toBeLessThan(losses[0] * 0.8);
    const validations = rows.filter((row) => row.validationLoss !== undefined);
    expect(validations).toHaveLength(8);
    const lowest = Math.min(...validations.map((row) => row.validationLoss ?? Infinity));
    expect(result.bestValidationLoss).toBe(lowest);
    const best = validations.find((row) => row.validationLoss === lowest);
    expect((await readCheckpoint(result.runFolder, "best")).update).toBe(best?.update);
    const { record } = await readRun(result.runFolder);
    expect(record).toMatchObject({
      state: "finished",
      epoch: 8,
      update: result.updates,
      stoppedEarly: false,
    });
    expect(record.best).toEqual({ update: best?.update, loss: lowest, measuredOn: "validation" });
  });

  it("measures the accuracy of classes", async () => {
    const { runFolder } = await train(
      await experiment("labelled text", {
        training: { epochs: 12, optimizer: { kind: "adam", learningRate: 0.03 } },
      }),
    );
    const { record } = await readRun(runFolder);
    expect(record.validationAccuracy).toBe(1);
    const { rows } = await readMetrics(runFolder);
    expect(rows.filter((row) => row.validationAccuracy !== undefined)).toHaveLength(12);
  });

  it("keeps the best epoch by training loss when nothing is held back", async () => {
    const result = await train(
      await experiment("adding problem", { training: { validation: { share: 0 } } }),
    );
    expect(result.validationLoss).toBeUndefined();
    const { record } = await readRun(result.runFolder);
    expect(record.best?.measuredOn).toBe("training");
    expect((await readCheckpoint(result.runFolder, "best")).update).toBe(record.best?.update);
  });

  it("validates at the interval that the config says, and once more at the end", async () => {
    const request = await experiment("adding problem", {
      training: { epochs: 2, batch: 5, validation: { share: 0.1, everyUpdates: 3 } },
    });
    const result = await train(request);
    const { rows } = await readMetrics(result.runFolder);
    const at = rows.filter((row) => row.validationLoss !== undefined).map((row) => row.update);
    const expected = Array.from({ length: Math.floor(result.updates / 3) }, (_, i) => (i + 1) * 3);
    expect(at).toEqual(
      expected.at(-1) === result.updates ? expected : [...expected, result.updates],
    );
  });

  it("stops early when validation no longer improves", async () => {
    const request = await experiment("adding problem", {
      training: { epochs: 50, earlyStopping: { patience: 2, minimumImprovement: 1000 } },
    });
    const result = await train(request);
    expect(result).toMatchObject({ state: "finished", stoppedEarly: true });
    expect((await readRun(result.runFolder)).record).toMatchObject({
      epoch: 3,
      stoppedEarly: true,
    });
    await expect(train({ ...request, resume: result })).rejects.toThrow(
      /stopped early: 2 validations/,
    );
  });

  it("reports at most ten times a second, and every row once", async () => {
    const reports: ProgressReport[] = [];
    const started = performance.now();
    const result = await train(
      await experiment("text, state carried", { training: { epochs: 6 } }),
      {
        onProgress: (report) => reports.push(report),
      },
    );
    const seconds = (performance.now() - started) / 1000;
    expect(reports.length).toBeLessThanOrEqual(10 * seconds + 3);
    expect(reports.flatMap((report) => report.rows)).toEqual(
      (await readMetrics(result.runFolder)).rows,
    );
    expect(reports.at(-1)?.status).toMatchObject({
      state: "finished",
      update: result.updates,
      updates: result.updates,
    });
  });

  it("reads a batch larger than the data as one batch", async () => {
    const result = await train(
      await experiment("adding problem", { training: { batch: 1000, epochs: 2 } }),
    );
    expect(result).toMatchObject({ state: "finished", updates: 2 });
  });

  it("lets the event loop run", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const started = performance.now();
    await train(await experiment("text, state carried", { training: { epochs: 20 } }));
    clearInterval(timer);
    expect(turns).toBeGreaterThan((performance.now() - started) / 100);
  });
});

describe("stopping and resuming", () => {
  it.each(allKinds)("is the same, bit for bit, as running through: %s", async (kind) => {
    const request = await experiment(kind, {
      training: { validation: { share: 0.2, everyUpdates: 4 } },
    });
    const through = await remains((await train(request)).runFolder);
    let result = await train(request, stopAfter(1));
    // A validation that is interrupted begins again, so that it has to be given its time.
    for (let round = 1; result.state === "stopped"; round++) {
      result = await train({ ...request, resume: result }, stopAfter(1 + (round % 9)));
    }
    expect(await remains(result.runFolder)).toEqual(through);
  });

  it.each(["sgd", "rmsprop"])("is the same for %s with momentum", async (optimizer) => {
    const request = await experiment("text, state carried", {
      training: { optimizer: { kind: optimizer, learningRate: 0.01, momentum: 0.9 } },
    });
    const through = await remains((await train(request)).runFolder);
    const stopped = await train(request, stopAfter(7));
    const resumed = await train({ ...request, resume: stopped });
    expect(await remains(resumed.runFolder)).toEqual(through);
  });

  it("makes a finished run longer, as if it had been as long from the start", async () => {
    const short = await experiment("table", { training: { epochs: 2 } });
    const long = short.text.replace('"epochs":2', '"epochs":5');
    const through = await train({ ...short, text: long });
    const first = await train(short);
    await expect(train({ ...short, resume: first })).rejects.toThrow(/has finished its 2 epochs/);
    const second = await train({ ...short, text: long, resume: first });
    expect(second.runFolder).toBe(first.runFolder);
    const [a, b] = [await remains(second.runFolder), await remains(through.runFolder)];
    expect(a.last).toEqual(b.last);
    expect(a.best).toEqual(b.best);
  });

  it("finishes a run that was killed after its last update", async () => {
    const request = await experiment();
    const { runFolder } = await train(request);
    await updateRecord(runFolder, { state: "training", owner: undefined });
    expect((await readRun(runFolder)).record.state).toBe("interrupted");
    const resumed = await train({ ...request, resume: { runFolder } });
    expect(resumed.state).toBe("finished");
  });

  it("goes on with the run's own network when the config has changed since", async () => {
    const request = await experiment("adding problem");
    const stopped = await train(request, stopAfter(2));
    const changed = request.text.replace('"hidden":5', '"hidden":50');
    const resumed = await train({ ...request, text: changed, resume: stopped });
    const plain = await train(request);
    expect((await remains(resumed.runFolder)).last).toEqual((await remains(plain.runFolder)).last);
    const again = await train(request, stopAfter(2));
    await expect(train({ ...request, text: "{broken", resume: again })).resolves.toMatchObject({
      state: "finished",
    });
  });

  it("refuses to go on with other data", async () => {
    const request = await experiment("text, state carried");
    const stopped = await train(request, stopAfter(2));
    await writeFile(join(request.folder, "text.txt"), "completely different: XYZ ".repeat(40));
    await expect(train({ ...request, resume: stopped })).rejects.toThrow(/data has changed/);
    expect((await readRun(stopped.runFolder)).record.state).toBe("stopped");
  });

  it("refuses a run that is still training", async () => {
    const request = await experiment();
    const stopped = await train(request, stopAfter(2));
    await updateRecord(stopped.runFolder, { state: "training", owner: currentOwner() });
    await expect(train({ ...request, resume: stopped })).rejects.toThrow(/still training/);
  });

  it("takes up a run whose process was killed, from its last checkpoint", async () => {
    const request = await experiment("text, state carried", {
      training: { checkpointEveryUpdates: 4 },
    });
    const through = await remains((await train(request)).runFolder);
    const killed = await train(request, stopAfter(6));
    // As the process left it: the checkpoint of an earlier update, later measurements, half a line.
    const { runFolder } = await train(request, stopAfter(4));
    await writeFile(
      join(killed.runFolder, "last.safetensors"),
      await readFile(join(runFolder, "last.safetensors")),
    );
    const metrics = await readFile(join(killed.runFolder, "metrics.jsonl"), "utf8");
    await writeFile(join(killed.runFolder, "metrics.jsonl"), `${metrics}{"update":7,"ep`);
    await writeFile(join(killed.runFolder, "last.safetensors.99-1.writing"), "half");
    await updateRecord(killed.runFolder, {
      state: "training",
      owner: { ...currentOwner(), processId: 2 ** 22 + 7 },
    });
    expect((await readRun(killed.runFolder)).record.state).toBe("interrupted");
    const resumed = await train({ ...request, resume: killed });
    expect(await remains(resumed.runFolder)).toEqual(through);
  });
});

describe("pausing", () => {
  it("holds the training, says so, saves a checkpoint, and changes nothing", async () => {
    const request = await experiment("text, state carried");
    const through = await remains((await train(request)).runFolder);
    const gate = createPauseGate();
    const states: string[] = [];
    gate.pause();
    const running = train(request, {
      pauseGate: gate,
      onProgress({ status }) {
        if (states.at(-1) !== status.state) states.push(status.state);
      },
    });
    while (!states.includes("paused")) await new Promise((resolve) => setTimeout(resolve, 5));
    // Both are written in the background.
    await vi.waitFor(async () => {
      const { runs } = await readRuns(request.folder);
      expect(runs[0].record.state).toBe("paused");
      expect((await readCheckpoint(runs[0].folder, "last")).update).toBe(runs[0].record.update);
    }, 10_000);
    gate.resume();
    const result = await running;
    expect(states).toEqual(["training", "paused", "training", "finished"]);
    expect(result.elapsedMs).toBeLessThan(60_000);
    expect(await remains(result.runFolder)).toEqual(through);
  });

  it("can be ended by stopping", async () => {
    const gate = createPauseGate();
    const controller = new AbortController();
    gate.pause();
    const result = await train(await experiment(), {
      pauseGate: gate,
      signal: controller.signal,
      onProgress({ status }) {
        if (status.state === "paused") controller.abort();
      },
    });
    expect(result).toMatchObject({ state: "stopped", updates: 0 });
    expect((await readRun(result.runFolder)).record.state).toBe("stopped");
  });
});

describe("a training that goes wrong", () => {
  const exploding = {
    model: { layers: [{ cell: "rnn", hidden: 6, nonlinearity: "relu" }] },
    training: {
      clip: {},
      optimizer: { kind: "sgd", learningRate: 1e12 },
      checkpointEveryUpdates: 1,
      epochs: 50,
    },
  };

  it("stops when the loss becomes NaN: says where, keeps the last good checkpoint", async () => {
    const result = await train(await experiment("adding problem", exploding));
    expect(result.state).toBe("failed");
    expect(result.failure).toMatch(
      /^The (loss|gradient) became (NaN|infinite); it began in \S+.*, at time step \d+, unit \d+, at update \d+ \(epoch 1\)\./,
    );
    expect(result.failure).toMatch(/lower the learning rate/);
    const kept = Number(/The checkpoint of update (\d+) is kept/.exec(result.failure ?? "")?.[1]);
    const checkpoint = await readCheckpoint(result.runFolder, "last");
    expect(checkpoint.update).toBe(kept);
    for (const [name, { data }] of checkpoint.parameters) {
      expect(data.every(Number.isFinite), name).toBe(true);
    }
    const { record } = await readRun(result.runFolder);
    expect(record).toMatchObject({ state: "failed", failure: result.failure });
  });

  it("begins nothing when the config is wrong, and names the place", async () => {
    const request = await experiment();
    const text = request.text.replace('"cell":"lstm"', '"cell":"lstn"').replaceAll(",", ",\n");
    const error: unknown = await train({ ...request, text }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      details: { code: "config", place: { file: request.configFile } },
    });
    expect(await readdir(request.folder)).not.toContain(".unroll");
  });

  it("begins nothing when the data is missing", async () => {
    const request = await experiment("text, state carried", { data: { path: "none.txt" } });
    await expect(train(request)).rejects.toThrow(/none\.txt/);
    expect(await readdir(request.folder)).not.toContain(".unroll");
  });

  it("says that the folder cannot be written", async () => {
    const request = await experiment();
    await writeFile(join(request.folder, ".unroll"), "a file in the place of the folder");
    await expect(train(request)).rejects.toThrow(
      /Cannot make the run folder in .*: a file is where a folder should be/,
    );
    await expect(train(request)).rejects.toBeInstanceOf(UserError);
  });

  it("fails with what is kept when the disk refuses in the middle", async () => {
    const request = await experiment("adding problem", { training: { epochs: 100_000 } });
    let removed: Promise<void> | undefined;
    const result = await train(request, {
      onProgress({ status }) {
        if (status.update > 3)
          removed ??= rm(status.runFolder, { recursive: true, maxRetries: 20, retryDelay: 1 });
      },
    });
    await removed;
    expect(result.state).toBe("failed");
    expect(result.failure).toMatch(
      /^Cannot .*does not exist.*The checkpoint of update \d+ is kept/s,
    );
  });
});
