/** A data set of a synthetic task: every sequence is generated anew, from the seed and its own number, when it is read. */
import type { DataConfig, TrainingConfig } from "../../config/schema.ts";
import { shapeOf, type Dataset } from "../dataset.ts";
import type { SyntheticEncoding } from "../encoding.ts";
import { createUniform } from "../randomness.ts";
import { grouped } from "../wording.ts";
import type { Example, NamedValue, Split, StepLabel } from "../split.ts";
import { blankIndex } from "../labels.ts";
import { addingTask, waveformTask } from "./numberTasks.ts";
import { phonemes, phonemeTask } from "./phonemeTask.ts";
import { reberTask } from "./reber.ts";
import { copyTask, parityTask, temporalOrderTask } from "./symbolTasks.ts";
import type { Task } from "./task.ts";

type SyntheticConfig = Extract<DataConfig, { kind: "synthetic" }>;

/** @param blank the class that stands for no label, where labels have no places */
export function createTask(
  {
    task,
    length,
    condition = "first-step",
  }: Pick<SyntheticConfig, "task" | "length"> & Partial<Pick<SyntheticConfig, "condition">>,
  blank = 0,
): Task {
  switch (task) {
    case "adding":
      return addingTask(length);
    case "copy":
      return copyTask(length);
    case "temporal-order":
      return temporalOrderTask(length);
    case "parity":
      return parityTask(length);
    case "reber":
      return reberTask(length);
    case "waveform":
      return waveformTask(length, condition);
    case "phonemes":
      return phonemeTask(length, blank);
    case "dates":
    case "reversal":
      throw new Error(`The task "${task}" has pairs of texts, which are read as such.`);
  }
}

/** Training has `examples` sequences; those that are held back come on top, so that they are the share of all. */
export function loadSynthetic(data: SyntheticConfig, training: TrainingConfig): Dataset {
  const task = createTask(
    data,
    data.task === "phonemes" ? blankIndex(training, phonemes.length) : 0,
  );
  const { share } = training.validation;
  const held = share === 0 ? 0 : Math.max(1, Math.round((data.examples * share) / (1 - share)));
  const trainingSplit = createSyntheticSplit(task, data.examples, training.seed, 1);
  const validation = createSyntheticSplit(task, held, training.seed, 2);
  const measured = Array.from({ length: Math.min(held, mostMeasured) }, (_, index) =>
    validation.read(index),
  );
  return {
    encoding: task.encoding,
    ...shapeOf(trainingSplit),
    training: trainingSplit,
    validation,
    summary: `${grouped(data.examples)} sequences of the task "${data.task}", ${grouped(task.steps)} steps${isUneven(data.task) ? " at most" : ""}${held === 0 ? "" : `, and ${grouped(held)} held back`}`,
    baselines: held === 0 ? [] : task.baselines(measured, training.loss),
    warnings: [],
  };
}

/** Whether sequences differ in length. */
const isUneven = (task: SyntheticConfig["task"]): boolean =>
  task === "reber" || task === "phonemes";

/** Enough for three digits of a mean. */
const mostMeasured = 5000;

/** Numbers of the inputs of all examples. */
const mostKept = 2 ** 21;

function createSyntheticSplit(
  task: Task,
  sequenceCount: number,
  seed: number,
  part: number,
): Split {
  const generate = (index: number): Example => task.generate(createUniform(seed, part, index));
  const { input } = task.layout;
  const numbers = sequenceCount * task.steps * (input.kind === "dense" ? input.size : 1);
  // Unless there are very many, each is made once: to make one again takes longer than to train on it.
  const made = numbers <= mostKept ? new Map<number, Example>() : undefined;
  const read = (index: number): Example => {
    const example = made?.get(index) ?? generate(index);
    made?.set(index, example);
    return example;
  };
  return {
    layout: task.layout,
    sequenceCount,
    steps: sequenceCount === 0 ? 0 : task.steps,
    read,
    describe: (index) => ({ title: task.describe(read(index)), detail: `example ${index + 1}` }),
    labels(index) {
      const example = read(index);
      return Array.from({ length: example.steps }, (_, t) => labelOf(task, example, t));
    },
  };
}

function labelOf({ encoding, layout }: Task, example: Example, t: number): StepLabel {
  const { input, target, weights, steps } = example;
  const atLast = layout.output.at === "last-step";
  const position = atLast ? 0 : t;
  const hasLoss = atLast ? t === steps - 1 : weights[t] > 0;
  const {
    classes,
    symbols,
    inputNames = [],
    outputNames = [],
  } = encoding satisfies SyntheticEncoding;
  const inputs = named(inputNames, input, t * inputNames.length);
  return {
    input: symbols
      ? symbols[input[t]]
      : inputs.map(({ value }) => Number(value.toPrecision(3))).join(" "),
    ...(symbols ? {} : { inputValues: inputs }),
    ...(hasLoss && classes ? { target: targetText(layout, classes, target, position) } : {}),
    ...(hasLoss && !classes
      ? { targetValues: named(outputNames, target, position * outputNames.length) }
      : {}),
  };
}

/** Labels without places are told all at once. */
const targetText = (
  { output }: Task["layout"],
  classes: readonly string[],
  target: Example["target"],
  position: number,
): string =>
  output.kind === "labels"
    ? Array.from(target, (label) => classes[label]).join(" ")
    : classes[target[position]];

const named = (names: readonly string[], values: ArrayLike<number>, at: number): NamedValue[] =>
  names.map((name, index) => ({ name, value: values[at + index] }));
