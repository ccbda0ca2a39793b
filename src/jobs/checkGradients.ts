/** A gradient check of the network that a config describes, on the data that it names. */
import { dirname } from "node:path";
import {
  checkGradients as compare,
  type CheckProgress,
  type GradientCheck,
} from "../analysis/gradientCheck.ts";
import { UserError } from "../config/problem.ts";
import type { Config } from "../config/schema.ts";
import { createBatcher } from "../data/batcher.ts";
import { loadDataset, type Dataset } from "../data/dataset.ts";
import { specOf } from "../data/spec.ts";
import { referenceKernels } from "../engine/kernels/reference.ts";
import { describeModel } from "../engine/describeModel.ts";
import { createModel } from "../engine/model.ts";
import { createRandom } from "../engine/rng.ts";
import type { Batch } from "../trace/batch.ts";
import type { ModelDescription } from "../trace/trace.ts";
import { createBreather } from "./breather.ts";
import { createFileSource } from "./fileSource.ts";
import { refuseTargets } from "./refuseTargets.ts";
import { requireConfig } from "./requireConfig.ts";

export interface GradientCheckRequest {
  /** Absolute. */
  readonly configFile: string;
  /** May be unsaved. */
  readonly text: string;
  readonly workspaceFolders?: readonly string[];
  /** Entries of each tensor that are compared; "all" of them. */
  readonly entries?: number | "all";
  /** Sequences side by side. */
  readonly sequences?: number;
  /** Longer sequences are cut, where a loss is taken at every step. */
  readonly steps?: number;
  readonly tolerance?: number;
}

export interface GradientCheckResult extends GradientCheck {
  readonly model: ModelDescription;
  readonly seed: number;
  readonly tolerance: number;
  /** What was run. */
  readonly batch: { readonly sequences: number; readonly steps: number; readonly wasCut: boolean };
  /** Whether some derivatives could be compared, and none is beyond the tolerance. */
  readonly passed: boolean;
}

/** So that a check of a network with a hundred units takes seconds. */
export const checkDefaults = { entries: 8, sequences: 2, steps: 32, tolerance: 1e-6 } as const;
/** Beyond this, one pass in float64 takes a minute and the check a day. */
const mostParameters = 5_000_000;

const betweenReportsMs = 100;

/** Throws `UserError` for a config or data that cannot be used. Rejects when `signal` aborts. */
export async function checkGradients(
  request: GradientCheckRequest,
  control: {
    readonly signal?: AbortSignal;
    /** At most ten times a second. */
    readonly onProgress?: (progress: CheckProgress) => void;
  } = {},
): Promise<GradientCheckResult> {
  const config = requireConfig(request.configFile, request.text);
  const files = createFileSource(dirname(request.configFile), request);
  const dataset = await loadDataset(config.data, config.training, files);
  const spec = specOf(config, dataset);
  refuseTargets(spec.loss, dataset.training, config.training);
  const { parameterCount } = describeModel(spec);
  if (parameterCount > mostParameters) {
    throw new UserError(
      "too-large",
      `A network of ${parameterCount.toLocaleString("en")} parameters cannot be checked in reasonable time.`,
      { advice: "Check a smaller one of the same kind: what is wrong shows there too." },
    );
  }
  const { seed } = config.training;
  const model = createModel(spec, {
    kernels: referenceKernels("float64"),
    random: createRandom(seed),
  });
  const { batch, wasCut } = firstBatch(dataset, config, request);
  const { entries = checkDefaults.entries, tolerance = checkDefaults.tolerance } = request;
  const comparing = compare(model, batch, {
    entries: entries === "all" ? Infinity : entries,
    seed,
    tolerance,
  });

  const breathe = createBreather();
  let told = -Infinity;
  let next = comparing.next();
  while (!next.done) {
    control.signal?.throwIfAborted();
    if (performance.now() - told >= betweenReportsMs) {
      told = performance.now();
      control.onProgress?.(next.value);
    }
    await breathe();
    next = comparing.next();
  }
  const found = next.value;
  if (!Number.isFinite(found.loss)) {
    throw new UserError(
      "not-finite",
      `The loss of these sequences is ${found.loss}: it has no gradient to check.`,
      {
        advice: "Smaller first weights, or standardized data, keep it finite.",
      },
    );
  }
  const all = [...found.parameters, ...found.initial, ...found.input, ...found.states];
  const passed =
    all.some(({ worst }) => worst !== undefined) &&
    all.every(({ worst }) => worst === undefined || worst.error <= tolerance);
  const { size: sequences, steps } = batch;
  return {
    ...found,
    model: model.description,
    seed,
    tolerance,
    batch: { sequences, steps, wasCut },
    passed,
  };
}

/** The first sequences that training would read, from a state of zero, as far as a loss is taken. */
function firstBatch(
  { training }: Dataset,
  config: Config,
  { sequences = checkDefaults.sequences, steps = checkDefaults.steps }: GradientCheckRequest,
): { readonly batch: Batch; readonly wasCut: boolean } {
  const { bptt } = config.training;
  const window = bptt === "full" ? training.steps : Math.min(bptt, training.steps);
  // What a sequence ends in cannot be cut off, nor labels of which nobody knows where they are.
  const { at, kind } = training.layout.output;
  const isWhole = at === "last-step" || kind === "labels" || training.decoderSteps !== undefined;
  const wasCut = !isWhole && window > steps;
  const batcher = createBatcher(training, {
    batch: sequences,
    bptt: wasCut ? steps : bptt,
    carryState: false,
  });
  batcher.startEpoch();
  for (let batch = batcher.next(); batch; batch = batcher.next()) {
    if (batch.target) return { batch: { ...batch, carry: false }, wasCut };
  }
  throw new UserError("data", "The data holds no sequence with a loss to check.", {
    path: ["data"],
  });
}
