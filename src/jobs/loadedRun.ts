/** A trained network as its run folder holds it: record, config, encoding, and the weights of a checkpoint. */
import { existsSync } from "node:fs";
import { UserError } from "../config/problem.ts";
import { configSchema, type Config } from "../config/schema.ts";
import { classesOf, type Encoding } from "../data/encoding.ts";
import { lossOptionsOf, partsOf } from "../data/spec.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { createModel, type Model } from "../engine/model.ts";
import { createRandom } from "../engine/rng.ts";
import type { CheckpointChoice, WeightsChoice } from "../protocol/sequenceChoice.ts";
import {
  checkpointFile,
  readCheckpoint,
  type Checkpoint,
  type StoredParameter,
} from "../runs/checkpoint.ts";
import { readRun, readRunConfig, readRunEncoding, type Run } from "../runs/runFolder.ts";
import { readNewestSnapshot, readSnapshot } from "../runs/snapshots.ts";
import { restoreParameters } from "./restoreParameters.ts";

/** What a run says about its data and its network, without the weights. */
export interface RunDescription {
  readonly run: Run;
  readonly config: Config;
  readonly encoding: Encoding;
}

export interface LoadedRun extends RunDescription {
  /** Which weights they are: `last` also when what was asked for had not been saved yet. */
  readonly checkpoint: CheckpointChoice | "snapshot";
  /** Updates that the weights have seen. */
  readonly update: number;
  readonly parameters: ReadonlyMap<string, StoredParameter>;
  /** Where it is no run of ours, but a network of this file (`modelAsRun.ts`). */
  readonly modelFile?: string;
}

/** Throws `UserError` for a folder that is missing or damaged, or whose parts do not fit each other. */
export async function describeRun(runFolder: string): Promise<RunDescription> {
  if (!existsSync(runFolder)) {
    throw new UserError("run", `There is no run in ${runFolder}.`, {
      place: { file: runFolder },
      advice: "It may have been deleted or moved. Choose another one.",
    });
  }
  const run = await readRun(runFolder);
  const parsed = configSchema.safeParse(await readRunConfig(runFolder));
  if (!parsed.success) throw damaged(run, "config.json is not a config of this version");
  const encoding = await readRunEncoding(runFolder);
  if (!isEncoding(encoding) || !fits(encoding, run)) {
    throw damaged(run, "encoding.json does not fit its network");
  }
  return { run, config: parsed.data, encoding };
}

/** Throws `UserError`, also when the checkpoint is missing or damaged. */
export async function loadRun(runFolder: string, wanted: WeightsChoice): Promise<LoadedRun> {
  const description = await describeRun(runFolder);
  const snapshot = await snapshotOf(runFolder, wanted);
  if (snapshot) {
    const { update, parameters } = snapshot;
    return { ...description, checkpoint: "snapshot", update, parameters };
  }
  // The best weights are known only once the network was validated; until then the last ones are the best.
  const isSaved = wanted === "best" && existsSync(checkpointFile(runFolder, "best"));
  const checkpoint = isSaved ? "best" : "last";
  const { update, parameters } = await readCheckpoint(runFolder, checkpoint);
  return { ...description, checkpoint, update, parameters };
}

/** Undefined when another checkpoint is wanted, or the newest of none. */
function snapshotOf(runFolder: string, wanted: WeightsChoice): Promise<Checkpoint | undefined> {
  if (wanted === "newest") return readNewestSnapshot(runFolder);
  return typeof wanted === "number" ? readSnapshot(runFolder, wanted) : Promise.resolve(undefined);
}

/** Throws `UserError` when the checkpoint is of another network. */
export function networkOf(
  { run, config, encoding, parameters }: LoadedRun,
  kernels: Kernels,
): Model {
  const { input, decoder, output, loss } = run.record.model;
  const model = createModel(
    {
      input,
      ...partsOf(config.model, decoder?.vocabulary),
      // All of it is overwritten at once; this start is the quickest.
      initialization: { input: "uniform", recurrent: "uniform", forgetBias: 0 },
      output,
      loss,
      lossOptions: lossOptionsOf(config.training, encoding),
    },
    { kernels, random: createRandom(0) },
  );
  restoreParameters(model, parameters);
  return model;
}

const kinds: readonly unknown[] = [
  "text",
  "labelled-text",
  "labelled-frames",
  "pairs",
  "table",
  "synthetic",
];

/** Unroll wrote the file itself; this only tells an encoding from something else. */
const isEncoding = (value: unknown): value is Encoding =>
  typeof value === "object" && value !== null && "kind" in value && kinds.includes(value.kind);

function fits(encoding: Encoding, { record }: Run): boolean {
  const { input, output } = record.model;
  const classes = classesOf(encoding);
  const tokens = "vocabulary" in encoding ? encoding.vocabulary.tokens : undefined;
  return (
    (classes === undefined || classes.length === output.size) &&
    (encoding.kind !== "pairs" ||
      (input.kind === "tokens" && input.vocabulary === encoding.source.tokens.length)) &&
    (tokens === undefined || (input.kind === "tokens" && input.vocabulary === tokens.length)) &&
    (!("inputs" in encoding) || (input.kind === "dense" && input.size === encoding.inputs.length))
  );
}

const damaged = ({ folder, record }: Run, reason: string): UserError =>
  new UserError("run", `The run "${record.name}" is damaged: ${reason}.`, {
    place: { file: folder },
    advice: "Train it again.",
  });
