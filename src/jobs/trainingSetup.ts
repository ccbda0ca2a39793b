/**
 * Everything that a training needs before its first update: the data read, the network made, a new run
 * folder, or an old one taken up at its last checkpoint. What fails here fails before anything began.
 */
import { dirname } from "node:path";
import type { Config } from "../config/schema.ts";
import type { Batcher } from "../data/batcher.ts";
import { loadDataset, type Dataset } from "../data/dataset.ts";
import { describeModel } from "../engine/describeModel.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import type { LossOptions } from "../engine/losses/takeLoss.ts";
import type { Model } from "../engine/model.ts";
import { createRandom, resumableRandom, type ResumableRandom } from "../engine/rng.ts";
import { createRun, type Run } from "../runs/runFolder.ts";
import type { TrainingProgress } from "../runs/trainingProgress.ts";
import { createEvaluator, type Evaluator } from "./evaluation.ts";
import { createFileSource } from "./fileSource.ts";
import type { KernelChoice } from "./kernels.ts";
import { makeTrainer, threadsFor, type ThreadOptions } from "./makeTrainer.ts";
import { requireMemory } from "./trainingMemory.ts";
import { planTraining } from "./trainingPlan.ts";
import { emptySums } from "./measurements.ts";
import { refuseTargets } from "./refuseTargets.ts";
import { requireConfig } from "./requireConfig.ts";
import { fitStart, type FittedStart } from "./start/fitStart.ts";
import { readStart } from "./start/startSource.ts";
import type { Trainer } from "./trainer.ts";
import { openRun, refuseOtherData, takeUp } from "./resumedRun.ts";

export interface TrainingRequest extends ThreadOptions {
  /** Absolute. */
  readonly configFile: string;
  /** May be unsaved. */
  readonly text: string;
  /**
   * Goes on with this run under its own config; of `text` only `training.epochs` and
   * `training.earlyStopping` count, so that a run can be made longer.
   */
  readonly resume?: { readonly runFolder: string };
  /** Folders that the config may read from besides its own, when it lies inside one of them. */
  readonly workspaceFolders?: readonly string[];
}

export interface TrainingSetup {
  readonly run: Run;
  readonly config: Config;
  readonly dataset: Dataset;
  readonly trainer: Trainer;
  readonly batcher: Batcher;
  readonly evaluator: Evaluator | undefined;
  /** Drew the first weights, and then shuffles. */
  readonly shuffler: ResumableRandom;
  /** Draws masks and noise: apart from the shuffler, which is set back to the beginning of an epoch. */
  readonly noise: ResumableRandom;
  readonly progress: TrainingProgress;
  /** What of `training.start` was not taken. */
  readonly startWarnings: FittedStart["warnings"];
  /** Planned. */
  readonly updates: number;
}

/** About as many as a curve has pixels, and files stay small however long the training. */
const maximumRows = 2000;

/** Makes the second generator's seed another one than the first's. */
const noiseSeed = 0x6e6f6973;

/** A run that goes on says what it was computed with. */
export type CreateKernels = (choice: Pick<KernelChoice, "fused">) => Kernels;

/** Throws `UserError`. */
export async function prepareTraining(
  request: TrainingRequest,
  createKernels: CreateKernels,
): Promise<TrainingSetup> {
  const resumed = request.resume && (await openRun(request.resume.runFolder, request.text));
  const kernels = createKernels({ fused: resumed?.progress.fused });
  const config = resumed?.config ?? requireConfig(request.configFile, request.text);
  const files = createFileSource(dirname(request.configFile), request);
  const dataset = await loadDataset(config.data, config.training, files);
  if (resumed) await refuseOtherData(resumed.run, dataset);

  const random = createRandom(config.training.seed);
  const { accumulate, epochs, seed } = config.training;
  const shuffler = resumableRandom(random);
  const noise = resumableRandom(createRandom((seed ^ noiseSeed) >>> 0));
  const { plan, batcher, validated } = planTraining(config, dataset, () => shuffler.uniform());
  const { spec } = plan;
  refuseTargets(spec.loss, dataset.training, config.training);
  const threads =
    resumed?.progress.threads ?? threadsFor(config.training.threads, plan, kernels, request);
  requireMemory(plan, threads);
  const start = resumed ? undefined : await readStart(config, request);
  const fitted = start && fitStart(start, config, describeModel(spec), dataset.encoding);
  const trainer = makeTrainer(plan, threads, kernels, { random, noise }, request);
  if (fitted) setWeights(trainer.model, fitted);
  const evaluator = validated && createEvaluator(trainer, validated);
  const updates = Math.ceil(batcher.updatesPerEpoch / accumulate) * epochs;

  const parts = {
    config,
    dataset,
    trainer,
    batcher,
    evaluator,
    shuffler,
    noise,
    updates,
  };
  try {
    if (resumed) return { ...parts, startWarnings: [], ...(await takeUp(resumed, parts)) };
    const run = await createNewRun(request, parts, spec.lossOptions ?? {});
    return {
      ...parts,
      startWarnings: fitted?.warnings ?? [],
      run,
      progress: firstProgress(shuffler, trainer, updates),
    };
  } catch (error) {
    // Its threads have begun already.
    await trainer.end();
    throw error;
  }
}

function setWeights({ parameters }: Model, { taken }: FittedStart): void {
  for (const { name, value } of parameters) {
    const found = taken.get(name);
    if (found === "zero") value.fill(0);
    else if (found) value.set(found);
  }
}

const createNewRun = (
  request: TrainingRequest,
  { config, dataset, trainer, updates }: Omit<TrainingSetup, "run" | "progress" | "startWarnings">,
  { classWeights, labelSmoothing }: LossOptions,
): Promise<Run> =>
  createRun({
    configFile: request.configFile,
    config,
    encoding: dataset.encoding,
    model: trainer.model.description,
    dataSummary: dataset.summary,
    // Weighted classes and smoothed labels make another loss of what they are measured in.
    baselines: classWeights || labelSmoothing ? [] : dataset.baselines,
    updates,
  });

const firstProgress = (
  shuffler: ResumableRandom,
  { threads, model }: Trainer,
  updates: number,
): TrainingProgress => ({
  epoch: 0,
  update: 0,
  random: [...shuffler.state()],
  position: null,
  threads,
  fused: model.kernels.fused,
  validationDue: false,
  elapsedMs: 0,
  rowEvery: Math.max(1, Math.ceil(updates / maximumRows)),
  sinceRow: emptySums(),
  sinceEpoch: emptySums(),
  patience: { spent: 0 },
});
