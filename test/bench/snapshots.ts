/**
 * What it costs a training to be watched: the same one with a snapshot of its weights every ten updates, through each of
 * which a sequence is traced forward and backward in the tracing worker, as the editor does it, and without any of that.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startWorker, type WorkerThread } from "../../src/host/workers/workerThread.ts";
import { readRuns } from "../../src/runs/runFolder.ts";
import { listSnapshots } from "../../src/runs/snapshots.ts";

export interface WatchedTraining {
  readonly what: string;
  /** Milliseconds an update, of each round. */
  readonly alone: readonly number[];
  readonly watched: readonly number[];
  /** Of the last round. */
  readonly snapshots: number;
  readonly traces: number;
}

interface Subject {
  readonly what: string;
  readonly data: object;
  readonly hidden: number;
  readonly training: object;
  /** So many that reading the data once more, in the tracing worker, is a small part of it. */
  readonly updates: number;
}

const everyUpdates = 10;
/** Looking for a new one more often than this would be work by itself. */
const lookEveryMs = 5;

const text = { kind: "text", path: "text.txt" };
const adding = { kind: "synthetic", task: "adding", length: 50, examples: 4000 };
const subjects: readonly Subject[] = [
  {
    what: "adding problem, lstm H32 B20 T50",
    data: adding,
    hidden: 32,
    training: { batch: 20, threads: 1 },
    updates: 2500,
  },
  {
    what: "text, lstm H128 B32 T64",
    data: text,
    hidden: 128,
    training: { batch: 32, bptt: 64, threads: 1 },
    updates: 150,
  },
  {
    what: "text, lstm H128 B32 T64, 2 threads",
    data: text,
    hidden: 128,
    training: { batch: 32, bptt: 64, threads: 2 },
    updates: 500,
  },
];

export async function measureWatching(rounds: number): Promise<readonly WatchedTraining[]> {
  const folder = await mkdtemp(join(tmpdir(), "unroll-bench-"));
  const tracer = workerFor("tracing", folder);
  try {
    const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789.";
    const characters = Array.from(
      { length: 300_000 },
      (_, k) => alphabet[(k * k + 7 * k + (k >> 5)) % alphabet.length],
    );
    await writeFile(join(folder, "text.txt"), characters.join(""));
    const found: WatchedTraining[] = [];
    for (const subject of subjects) found.push(await measure(subject, folder, tracer, rounds));
    return found;
  } finally {
    await tracer.end("measured");
    await rm(folder, { recursive: true, maxRetries: 3 });
  }
}

async function measure(
  subject: Subject,
  folder: string,
  tracer: WorkerThread,
  rounds: number,
): Promise<WatchedTraining> {
  const alone: number[] = [];
  const watched: number[] = [];
  let last = { snapshots: 0, traces: 0 };
  for (let round = 0; round < rounds; round++) {
    alone.push((await train(subject, folder, undefined)).msPerUpdate);
    const { msPerUpdate, ...counts } = await train(subject, folder, tracer);
    watched.push(msPerUpdate);
    last = counts;
  }
  return { what: subject.what, alone, watched, ...last };
}

/** Watched by the tracer, if there is one. */
async function train(
  { data, hidden, training, updates }: Subject,
  folder: string,
  tracer: WorkerThread | undefined,
) {
  const trainer = workerFor("training", folder);
  const config = {
    data,
    model: { layers: [{ cell: "lstm", hidden }] },
    training: {
      ...training,
      epochs: 1_000_000,
      validation: { share: 0 },
      checkpointEveryUpdates: 1_000_000,
      ...(tracer && { snapshots: { everyUpdates, keep: 1000 } }),
    },
  };
  const stop = new AbortController();
  trainer.client.on("progress", ({ status }) => {
    if (status.update >= updates) stop.abort();
  });
  const request = { configFile: join(folder, "unroll.json"), text: JSON.stringify(config) };
  const result = trainer.client.call("train", request, { signal: stop.signal });
  const watching = tracer && watch(folder, tracer, result);
  const { elapsedMs, updates: made, runFolder } = await result;
  const traces = (await watching) ?? 0;
  const snapshots = (await listSnapshots(runFolder)).length;
  await trainer.end("measured");
  await rm(join(folder, ".unroll"), { recursive: true, maxRetries: 3 });
  return { msPerUpdate: elapsedMs / made, snapshots, traces };
}

/** Traces a sequence through every snapshot that it sees, until the training ends; how many these were. */
async function watch(
  folder: string,
  { client }: WorkerThread,
  training: Promise<unknown>,
): Promise<number> {
  const over = new AbortController();
  void training.finally(() => over.abort());
  let runFolder: string | undefined;
  let seen = -1;
  let traces = 0;
  while (!over.signal.aborted) {
    await delay(lookEveryMs);
    runFolder ??= (await readRuns(folder)).runs[0]?.folder;
    const newest = runFolder === undefined ? undefined : (await listSnapshots(runFolder)).at(-1);
    if (runFolder === undefined || newest === undefined || newest === seen) continue;
    seen = newest;
    const choice = { kind: "example", split: "training", index: 0, steps: 50 } as const;
    const { id } = await client.call("trace", { runFolder, checkpoint: newest, choice });
    await client.call("release", { trace: id });
    traces++;
  }
  return traces;
}

const workerFor = (name: string, folder: string): WorkerThread =>
  startWorker({
    script: join(import.meta.dirname, "../../dist/worker.js"),
    name,
    workspaceFolders: [folder],
    wideVectors: false,
    memoryMb: 2048,
    onOutput: (line) => console.log(line),
  });
