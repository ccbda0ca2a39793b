/** Which share of a training's time goes into preparing batches: reading, cutting and laying them out for one thread or several. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { applyOverrides } from "../../src/config/overrides.ts";
import { createBatchBuffers, putBatch } from "../../src/engine/parallel/inbox.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { planTraining } from "../../src/jobs/trainingPlan.ts";
import { prepareTraining } from "../../src/jobs/trainingSetup.ts";
import { createUpdater } from "../../src/jobs/trainingUpdate.ts";
import { kernelsOf, shardScript } from "./unrollRunner.ts";
import { median } from "./results.ts";

export interface Preparing {
  readonly what: string;
  readonly threads: number;
  /** Of an update, medians: all of it, and the preparation of its batch. */
  readonly updateMs: number;
  readonly preparingMs: number;
}

const root = join(import.meta.dirname, "../..");

const trainings: readonly { readonly config: string; readonly set?: readonly string[] }[] = [
  { config: "moby-dick/unroll.json" },
  {
    config: "moby-dick/unroll.json",
    set: ['model.layers=[{"cell":"lstm","hidden":32}]', "training.batch=1"],
  },
  {
    config: "moby-dick/unroll.json",
    set: ['model.layers=[{"cell":"lstm","hidden":128}]', "training.batch=32"],
  },
  { config: "spam/unroll.json" },
  { config: "weather/unroll.json" },
  { config: "adding-problem/lstm.unroll.json" },
  { config: "dates/unroll.json" },
  { config: "waveform/unroll.json" },
];

/** Of the samples, in one thread and in two. */
export async function measurePreparing(seconds: number): Promise<readonly Preparing[]> {
  const folder = await mkdtemp(join(tmpdir(), "unroll-bench-"));
  try {
    await cp(join(root, "dist/samples"), folder, { recursive: true });
    const found: Preparing[] = [];
    for (const { config, set = [] } of trainings) {
      for (const threads of [1, 2]) {
        const configFile = join(folder, config);
        const changes = [...set, `training.threads=${threads}`];
        const text = applyOverrides(await readFile(configFile, "utf8"), changes);
        const measured = await measureAlone({ configFile, text, seconds });
        const shown = set.map((change) =>
          change
            .replace(/^.*?"cell":"(\w+)","hidden":(\d+).*$/, "$1 H$2")
            .replace("training.batch=", "B"),
        );
        found.push({ what: [config.replace(/\/.*/, ""), ...shown].join(" "), ...measured });
      }
    }
    return found;
  } finally {
    await rm(folder, { recursive: true, maxRetries: 3 });
  }
}

interface Wanted {
  readonly configFile: string;
  readonly text: string;
  readonly seconds: number;
}

/** In a process of its own, as a person's training: V8 compiles the same loops otherwise for several kinds of data. */
async function measureAlone(wanted: Wanted): Promise<Omit<Preparing, "what">> {
  const command = [import.meta.filename, JSON.stringify(wanted)];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  return JSON.parse(stdout);
}

async function measureTraining({
  configFile,
  text,
  seconds,
}: Wanted): Promise<Omit<Preparing, "what">> {
  const kernels = kernelsOf(false);
  if (!kernels) throw new Error("This machine has no vectors.");
  const setup = await prepareTraining({ configFile, text, shardScript }, () => kernels);
  const { batcher, trainer, dataset } = setup;
  try {
    const updater = createUpdater(setup);
    const { spec } = planTraining(setup.config, dataset, () => 0).plan;
    const inbox =
      trainer.threads > 1
        ? createBatchBuffers(referenceKernels("float32"), spec, batcher.largest)
        : undefined;
    batcher.startEpoch();
    const [whole, preparing] = [[] as number[], [] as number[]];
    // The first part of the time warms up.
    const begin = performance.now();
    for (let now = begin; now < begin + 1500 * seconds; now = performance.now()) {
      let batch = batcher.next();
      if (!batch) {
        batcher.startEpoch();
        batch = batcher.next();
      }
      if (!batch) throw new Error(`${dataset.summary}: no batch.`);
      const read = performance.now();
      await updater.train(batch);
      const trained = performance.now();
      // Once more: the trainer's own is in the middle of its update.
      if (inbox) putBatch(inbox, batch);
      const putMs = performance.now() - trained;
      if (now < begin + 500 * seconds) continue;
      preparing.push(read - now + putMs);
      whole.push(trained - now);
    }
    return { threads: trainer.threads, updateMs: median(whole), preparingMs: median(preparing) };
  } finally {
    await trainer.end();
  }
}

if (import.meta.filename === process.argv[1]) {
  console.log(JSON.stringify(await measureTraining(JSON.parse(process.argv[2]))));
}
