/**
 * One worker thread and the channel to it. A thread may die (out of memory, a bug, killed); whoever
 * waits for an answer is then told why, and `onDeath` fires once.
 */
import { Worker } from "node:worker_threads";
import { connect, type Client } from "../../protocol/channel.ts";
import type { WorkerContract } from "../../protocol/workerContract.ts";
import { workerTransport } from "../../protocol/workerTransport.ts";

export interface WorkerThread {
  readonly client: Client<WorkerContract>;
  /** Called once with the reason, unless `end` was asked for. */
  onDeath(listener: (reason: string) => void): void;
  /** Ends the thread on purpose; pending calls reject with `reason`. */
  end(reason: string): Promise<void>;
  /** Ends the thread as a crash would. */
  kill(): Promise<void>;
}

export interface WorkerOptions {
  /** Path of dist/worker.js. */
  readonly script: string;
  /** Shown by debuggers and profilers. */
  readonly name: string;
  /** Absolute paths: a config may name files in them. */
  readonly workspaceFolders: readonly string[];
  /** Whether training tries 256-bit vectors. */
  readonly wideVectors: boolean;
  /** Bound of the JavaScript heap in MB. */
  readonly memoryMb: number;
  /** A line that the worker wrote to its standard output or error. */
  readonly onOutput: (line: string) => void;
}

export function startWorker(options: WorkerOptions): WorkerThread {
  const { script, name, workspaceFolders, wideVectors, memoryMb, onOutput } = options;
  const worker = new Worker(script, {
    name,
    workerData: { workspaceFolders, wideVectors },
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    stdout: true,
    stderr: true,
  });
  const client = connect<WorkerContract>(workerTransport(worker));
  const listeners: ((reason: string) => void)[] = [];
  let cause: string | undefined;
  let ended = false;

  for (const stream of [worker.stdout, worker.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => onOutput(text.trimEnd()));
  }
  worker.on("error", (error) => (cause = describeDeath(error)));
  worker.on("exit", (code) => {
    if (ended) return;
    ended = true;
    const reason = cause ?? `the worker ended with code ${code}`;
    client.dispose(`The work was cut short: ${reason}.`);
    for (const listener of listeners) listener(reason);
  });

  return {
    client,
    onDeath: (listener) => void listeners.push(listener),
    async end(reason) {
      ended = true;
      client.dispose(reason);
      await worker.terminate();
    },
    async kill() {
      await worker.terminate();
    },
  };
}

function describeDeath(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return "the worker ran out of memory";
  return `the worker crashed (${message ?? String(error)})`;
}
