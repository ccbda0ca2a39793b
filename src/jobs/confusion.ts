/** What a classifier takes for what, on the data that it was never trained on. */
import { UserError } from "../config/problem.ts";
import type { Dataset } from "../data/dataset.ts";
import { classesOf } from "../data/encoding.ts";
import { sequenceAt } from "../data/sequences.ts";
import { visible } from "../data/tokens.ts";
import { createPass, forwardPrepared, prepareWeights, readTrace } from "../engine/bptt.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { softmax } from "../engine/sampling.ts";
import { tensorOf } from "../trace/trace.ts";
import { createBreather } from "./breather.ts";
import { networkOf, type LoadedRun } from "./loadedRun.ts";

export interface Confusion {
  readonly runName: string;
  /** What has one answer: a whole sequence, or each step of it. */
  readonly of: "sequence" | "step";
  readonly classes: readonly string[];
  /** (truth, answer) how often. */
  readonly counts: readonly (readonly number[])[];
  /** Sequences with a wrong answer, the surest first; empty where each step has one. */
  readonly mistakes: readonly Mistake[];
}

export interface Mistake {
  readonly title: string;
  readonly detail: string;
  readonly truth: string;
  readonly answer: string;
  /** Of the answer. */
  readonly probability: number;
}

/** More could not be read as a table. */
const mostClasses = 50;
const mostMistakes = 100;

/**
 * Throws `UserError` for a network that does not tell classes apart, and where nothing was held back. Rejects when `signal`
 * aborts.
 */
export async function confusionOf(
  loaded: LoadedRun,
  { validation }: Pick<Dataset, "validation">,
  kernels: Kernels,
  signal?: AbortSignal,
): Promise<Confusion> {
  const classes = requireClasses(loaded);
  if (validation.sequenceCount === 0) {
    throw new UserError("confusion", "Nothing was held back from the training.", {
      advice: "Train with training.validation.share above 0.",
    });
  }
  const counts = classes.map(() => classes.map(() => 0));
  const mistakes: Mistake[] = [];
  const { at } = validation.layout.output;
  const pass = createPass(networkOf(loaded, kernels), { steps: validation.steps, batch: 1 });
  prepareWeights(pass);
  const breathe = createBreather();
  for (let index = 0; index < validation.sequenceCount; index++) {
    signal?.throwIfAborted();
    const { batch } = sequenceAt(
      { training: validation, validation },
      { kind: "example", split: "validation", index },
    );
    forwardPrepared(pass, batch);
    const { data } = tensorOf(readTrace(pass), "output");
    const { target, weights = [] } = batch;
    if (target?.kind !== "classes") throw new Error("A classifier's targets are classes.");
    for (let row = 0; row < weights.length; row++) {
      if (weights[row] === 0) continue;
      const logits = data.subarray(row * classes.length, (row + 1) * classes.length);
      const answer = indexOfLargest(logits);
      const truth = target.classes[row];
      counts[truth][answer]++;
      if (truth === answer || at === "each-step") continue;
      mistakes.push({
        ...validation.describe(index),
        truth: classes[truth],
        answer: classes[answer],
        probability: softmax(logits)[answer],
      });
    }
    await breathe();
  }
  return {
    runName: loaded.run.record.name,
    of: at === "each-step" ? "step" : "sequence",
    classes,
    counts,
    mistakes: mistakes.toSorted((a, b) => b.probability - a.probability).slice(0, mostMistakes),
  };
}

function requireClasses({ encoding, run }: LoadedRun): readonly string[] {
  const { name, model } = run.record;
  const classes = classesOf(encoding)?.map(visible);
  const writes = encoding.kind === "text" || encoding.kind === "pairs";
  if (!classes || writes || model.loss !== "cross-entropy") {
    throw new UserError("confusion", `"${name}" does not tell classes apart.`, {
      advice: "Choose a run that classifies: texts with labels, sequences of frames, recordings.",
    });
  }
  if (classes.length <= mostClasses) return classes;
  throw new UserError(
    "confusion",
    `"${name}" knows ${classes.length} classes, and a table of more than ${mostClasses} could not be read.`,
  );
}

function indexOfLargest(numbers: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < numbers.length; k++) if (numbers[k] > numbers[best]) best = k;
  return best;
}
