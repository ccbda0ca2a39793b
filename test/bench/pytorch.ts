/** PyTorch as a peer: a Python process that trains the same workloads, when there is one. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Workload } from "../../src/jobs/benchmarkWorkload.ts";

export interface Peer {
  readonly version: string;
  /** Milliseconds per training step, mean over `updates`. */
  measure(workload: Workload, updates: number): Promise<number>;
  stop(): void;
}

/** Undefined where `python` does not exist or has no torch. */
export async function startPytorch(python: string): Promise<Peer | undefined> {
  // A library made to imitate an older processor would make the comparison unfair to PyTorch.
  const { OPENBLAS_CORETYPE: _, ...environment } = process.env;
  const script = new URL("pytorch.py", import.meta.url).pathname;
  const child = spawn(python, [script], {
    env: environment,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const failed = new Promise<undefined>((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("exit", () => resolve(undefined));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown> | undefined> => {
    const line = await Promise.race([lines.next(), failed]);
    return line && !line.done ? (JSON.parse(line.value) as Record<string, unknown>) : undefined;
  };
  const hello = await next();
  if (!hello) return undefined;
  return {
    version: String(hello["version"]),
    async measure(workload, updates) {
      child.stdin.write(`${JSON.stringify({ ...workload, updates })}\n`);
      const answer = await next();
      if (!answer) throw new Error("The PyTorch process ended while it was measured.");
      return Number(answer["stepMs"]);
    },
    stop: () => void child.kill(),
  };
}
