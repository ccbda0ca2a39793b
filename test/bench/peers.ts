/** Other libraries as processes of their own that run the same workloads, one at a time, when they are asked to. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Workload } from "../../src/jobs/benchmarkWorkload.ts";

export type Kind = "train" | "evaluate" | "step";

export interface Request extends Workload {
  readonly kind: Kind;
  readonly threads: number;
}

export interface Peer {
  readonly name: string;
  readonly version: string;
  /** Milliseconds of one run, the median over about `seconds`; undefined where the peer cannot. */
  measure(request: Request, seconds: number): Promise<number | undefined>;
  stop(): void;
}

const folder = import.meta.dirname;

/** The peers of JavaScript that test/bench/package.json names, installed now where they are not yet. */
export function startJavaScriptPeers(): Promise<readonly Peer[]> {
  if (!existsSync(`${folder}/node_modules/.package-lock.json`)) {
    console.log("Installing the peers (npm ci in test/bench) …");
    spawnSync("npm ci --ignore-scripts", { cwd: folder, shell: true, stdio: "inherit" });
  }
  const scripts = [
    ["TensorFlow.js", "tensorflow.mjs"],
    ["brain.js", "brain.mjs"],
    ["jax-js", "jaxJs.mjs"],
  ] as const;
  return startAll(
    scripts.map(([name, script]) => start(name, process.execPath, [`${folder}/peers/${script}`])),
  );
}

/** Nobody where `python` does not exist or has no torch. */
export const startPytorch = (python: string): Promise<readonly Peer[]> =>
  startAll([start("PyTorch", python, [`${folder}/peers/pytorch.py`])]);

async function startAll(started: readonly Promise<Peer | undefined>[]): Promise<readonly Peer[]> {
  return (await Promise.all(started)).filter((peer) => peer !== undefined);
}

async function start(
  name: string,
  program: string,
  args: readonly string[],
): Promise<Peer | undefined> {
  // A library made to imitate an older processor would make the comparison unfair to PyTorch.
  const { OPENBLAS_CORETYPE: _, ...environment } = process.env;
  const child = spawn(program, args, { env: environment, stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise<undefined>((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("exit", () => resolve(undefined));
  });
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  /** Libraries may greet; only JSON is an answer. */
  const next = async (): Promise<Record<string, unknown> | undefined> => {
    for (;;) {
      const line = await Promise.race([lines.next(), ended]);
      if (!line || line.done) return undefined;
      if (line.value.startsWith("{")) return JSON.parse(line.value) as Record<string, unknown>;
    }
  };
  const hello = await next();
  if (!hello) return undefined;
  return {
    name,
    version: String(hello["version"]),
    async measure(request, seconds) {
      child.stdin.write(`${JSON.stringify({ ...request, seconds })}\n`);
      const ms = (await next())?.["ms"];
      return typeof ms === "number" ? ms : undefined;
    },
    stop: () => void child.kill(),
  };
}
