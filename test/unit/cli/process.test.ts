/** The real thing: a process with its own arguments, streams, signals and exit code. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { train } from "../../../src/jobs/train.ts";
import { readRuns } from "../../../src/runs/runFolder.ts";
import { experiment } from "../jobs/trainingFixture.ts";
import { bundled } from "../worker/bundle.ts";

let script: string;
beforeAll(async () => {
  script = await bundled("src/cli/main.ts");
});

function unroll(folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, [script, ...args], { cwd: folder });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let error = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (error += text));
  const ended = once(child, "close").then(([code, signal]: unknown[]) => ({
    code,
    signal,
    out,
    error,
  }));
  return { child, ended };
}

/** A process that has trained for some updates. */
async function trainingProcess() {
  const { folder, configFile, text } = await experiment("text, state carried", {
    training: { epochs: 1_000_000, checkpointEveryUpdates: 20 },
  });
  const { child, ended } = unroll(folder, ["train", "--json"]);
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (text: string) => {
      if (/"event":"progress".*"update":\d{2,}/.test(text)) resolve();
    });
  });
  return { folder, configFile, text, child, ended };
}

describe("the process unroll", () => {
  it("trains and answers 0, or 2 and a message for bad usage", async () => {
    const { folder } = await experiment("adding problem");
    expect(await unroll(folder, ["train"]).ended).toMatchObject({ code: 0 });
    const bad = await unroll(folder, ["train", "nowhere.json"]).ended;
    expect(bad.code).toBe(2);
    expect(bad.error).toMatch(/^nowhere\.json: error: /);
    expect((await unroll(folder, ["--version"]).ended).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("stops on Ctrl-C with a checkpoint", async () => {
    const { folder, child, ended } = await trainingProcess();
    child.kill("SIGINT");
    const { code, signal } = await ended;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    const { runs } = await readRuns(folder);
    expect(runs[0].record.state).toBe("stopped");
  });

  it("leaves a run that reads as interrupted, and goes on, when it is killed", async () => {
    const { folder, child, ended, configFile, text } = await trainingProcess();
    child.kill("SIGKILL");
    await ended;
    const { runs, skipped } = await readRuns(folder);
    expect(skipped).toEqual([]);
    expect(runs[0].record.state).toBe("interrupted");
    const shorter = text.replace("1000000", "1");
    const result = await train({
      configFile,
      text: shorter,
      resume: { runFolder: runs[0].folder },
    });
    expect(result.state).toBe("finished");
  });
});
