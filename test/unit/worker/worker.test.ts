import { readdir, readFile } from "node:fs/promises";
import { getPriority } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { connect, type Client } from "../../../src/protocol/channel.ts";
import type { TrainingStatus } from "../../../src/protocol/training.ts";
import type { WorkerContract } from "../../../src/protocol/workerContract.ts";
import { workerTransport } from "../../../src/protocol/workerTransport.ts";
import { readRun, readRuns } from "../../../src/runs/runFolder.ts";
import { experiment } from "../jobs/trainingFixture.ts";
import { bundled } from "./bundle.ts";

let script: string;
beforeAll(async () => {
  script = await bundled("src/worker/main.ts");
});

interface Thread {
  readonly client: Client<WorkerContract>;
  readonly worker: Worker;
  readonly statuses: TrainingStatus[];
  /** Resolves when a status like this has been reported. */
  readonly until: (isIt: (status: TrainingStatus) => boolean) => Promise<TrainingStatus>;
}

function startThread(): Thread {
  const worker = new Worker(script, { workerData: { workspaceFolders: [] } });
  const client = connect<WorkerContract>(workerTransport(worker));
  onTestFinished(async () => {
    client.dispose();
    await worker.terminate();
  });
  const statuses: TrainingStatus[] = [];
  client.on("progress", ({ status }) => void statuses.push(status));
  return {
    client,
    worker,
    statuses,
    until: (isIt) =>
      new Promise((resolve) => {
        const stop = client.on("progress", ({ status }) => {
          if (!isIt(status)) return;
          stop();
          resolve(status);
        });
      }),
  };
}

const endless = () => experiment("text, state carried", { training: { epochs: 1_000_000 } });

/** Of every thread of this process. */
async function priorities(): Promise<readonly number[]> {
  const folder = "/proc/self/task";
  const lines = (await readdir(folder)).map((thread) =>
    // It may have ended meanwhile.
    readFile(join(folder, thread, "stat"), "utf8").catch(() => ""),
  );
  // The 19th field (proc(5)); of those after the name, which may hold spaces, the 17th.
  return (await Promise.all(lines)).map((line) =>
    Number(line.slice(line.lastIndexOf(")")).split(" ")[17]),
  );
}

describe("the worker", () => {
  it("inspects a config", async () => {
    const { client } = startThread();
    const { configFile, text } = await experiment("text, state carried");
    const inspection = await client.call("inspect", { configFile, text });
    expect(inspection.problems).toEqual([]);
    expect(inspection.parameterCount).toBeGreaterThan(100);
    expect(inspection.summary).toMatch(/characters/);
    const missing = text.replace("text.txt", "none.txt");
    const { problems } = await client.call("inspect", { configFile, text: missing });
    expect(problems).toMatchObject([{ severity: "error", path: ["data", "path"] }]);
    expect(problems[0].message).toMatch(/none\.txt/);
    expect(await client.call("inspect", { configFile, text: "{" })).toEqual({ problems: [] });
  });

  it("trains, pauses at once, goes on, stops at once with a checkpoint, and resumes", async () => {
    const { client, until, statuses } = startThread();
    const { configFile, text, folder } = await endless();
    const controller = new AbortController();
    const training = client.call("train", { configFile, text }, { signal: controller.signal });
    await until((status) => status.update > 10);

    const paused = until((status) => status.state === "paused");
    await client.call("pause", null);
    const { update } = await paused;
    const countWhenPaused = statuses.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(statuses.length).toBe(countWhenPaused);

    const going = until((status) => status.state === "training" && status.update > update);
    await client.call("resume", null);
    await going;
    const asked = performance.now();
    controller.abort();
    const result = await training;
    expect(performance.now() - asked).toBeLessThan(2000);
    expect(result.state).toBe("stopped");
    expect((await readRuns(folder)).runs[0].record).toMatchObject({
      state: "stopped",
      update: result.updates,
    });

    const again = new AbortController();
    const resumed = client.call(
      "train",
      { configFile, text, resume: result },
      { signal: again.signal },
    );
    await until((status) => status.update > result.updates);
    again.abort();
    expect(await resumed).toMatchObject({ state: "stopped", runFolder: result.runFolder });
  });

  it("trains one network at a time, and is free again afterwards", async () => {
    const { client, until } = startThread();
    const { configFile, text } = await endless();
    const controller = new AbortController();
    const first = client.call("train", { configFile, text }, { signal: controller.signal });
    await until(({ update }) => update > 0);
    await expect(client.call("train", { configFile, text })).rejects.toMatchObject({
      name: "UserError",
      details: { code: "busy" },
    });
    controller.abort();
    await first;
    await expect(client.call("train", { configFile, text: "{" })).rejects.toMatchObject({
      details: { code: "config" },
    });
    const short = text.replace("1000000", "1");
    await expect(client.call("train", { configFile, text: short })).resolves.toMatchObject({
      state: "finished",
    });
  });

  it("answers other calls while it trains", async () => {
    const { client, until } = startThread();
    const { configFile, text } = await endless();
    const controller = new AbortController();
    const training = client.call("train", { configFile, text }, { signal: controller.signal });
    await until(({ update }) => update > 0);
    const asked = performance.now();
    const { problems } = await client.call("inspect", { configFile, text });
    expect(problems).toEqual([]);
    expect(performance.now() - asked).toBeLessThan(3000);
    controller.abort();
    await training;
  });

  it.runIf(process.platform === "linux")(
    "trains with a lower priority than the editor's own, which keeps its own",
    async () => {
      const usual = getPriority();
      const count = (all: readonly number[]): number =>
        all.filter((priority) => priority === usual + 10).length;
      const before = await priorities();
      const { client, until } = startThread();
      const { configFile, text } = await endless();
      const controller = new AbortController();
      const training = client.call("train", { configFile, text }, { signal: controller.signal });
      await until(({ update }) => update > 0);
      expect(count(await priorities())).toBeGreaterThan(count(before));
      expect(getPriority()).toBe(usual);
      controller.abort();
      await training;
    },
  );

  it("leaves a run that another one takes up when it is killed", async () => {
    const { client, worker, until } = startThread();
    const { configFile, text, folder } = await experiment("text, state carried", {
      training: { epochs: 1_000_000, checkpointEveryUpdates: 5 },
    });
    const training = client.call("train", { configFile, text });
    training.catch(() => {});
    const { runFolder } = await until(({ update }) => update > 50);
    await worker.terminate();
    client.dispose("The worker was killed.");
    await expect(training).rejects.toThrow("The worker was killed.");
    expect((await readRuns(folder)).skipped).toEqual([]);
    const { record } = await readRun(runFolder);
    expect(record.name).toBe("text, state carried");
  });
});
