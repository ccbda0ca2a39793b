/** Ways to train that cannot work, or do not do what they seem to. */
import type { Config, LossConfig, TrainingConfig } from "../schema.ts";
import type { PathProblem } from "../validate.ts";
import {
  error,
  hasClassesOfNumbers,
  hasLabels,
  hasNumbers,
  idle,
  warning,
  type IsWritten,
} from "./judgement.ts";

export function trainingProblems(
  { data, model, training }: Config,
  isWritten: IsWritten,
): PathProblem[] {
  const problems: PathProblem[] = [];
  const { bptt, clip, validation } = training;
  if (hasLabels(data) && bptt !== "full") {
    problems.push(
      error(
        ["training", "bptt"],
        `Which labels belong to a window is not known, and "bptt": ${bptt} cuts sequences into windows: take "full".`,
      ),
    );
  }
  const longest = longestSequence(data);
  if (bptt !== "full" && longest !== undefined && bptt > longest.steps) {
    problems.push(
      warning(
        ["training", "bptt"],
        `Gradients cannot travel back ${bptt} steps: ${longest.why} has ${longest.steps}. This does the same as "full".`,
      ),
    );
  }
  if (training.recompute) problems.push(...recomputeProblems(data, model, training));
  const { updateEverySteps } = training;
  if (updateEverySteps !== undefined && bptt === "full") {
    problems.push({
      ...error(
        ["training", "updateEverySteps"],
        'With "bptt": "full" there are no windows that could overlap: give "bptt" a number of steps, or take this out.',
      ),
      at: "key",
    });
  } else if (updateEverySteps !== undefined && bptt !== "full" && updateEverySteps > bptt) {
    problems.push(
      error(
        ["training", "updateEverySteps"],
        `Gradients travel back ${bptt} steps, so that of every ${updateEverySteps} steps ${updateEverySteps - bptt} would teach nothing: take at most "bptt".`,
      ),
    );
  }
  if (isWritten("training", "carryState") && bptt === "full" && data.kind !== "text") {
    problems.push(
      idle(
        ["training", "carryState"],
        'With "bptt": "full" every sequence is one window, so that there is nothing to carry.',
      ),
    );
  }
  const mayExplode = model.layers.some(
    (layer) => layer.cell === "rnn" && layer.nonlinearity === "relu",
  );
  if (mayExplode && clip.norm === undefined && clip.value === undefined) {
    problems.push(
      warning(
        ["training", "clip"],
        'A recurrent "relu" has no upper bound, so that gradients explode easily; "clip": { "norm": 1 } prevents it.',
      ),
    );
  }
  problems.push(...lossProblems(data, training.loss), ...optimizerProblems(training));
  if (validation.share === 0) {
    if (training.earlyStopping)
      problems.push(
        error(
          ["training", "earlyStopping"],
          'Early stopping watches the validation loss, and "validation.share" is 0: give it a share such as 0.1.',
        ),
      );
    if (validation.everyUpdates !== undefined)
      problems.push(
        idle(
          ["training", "validation", "everyUpdates"],
          'Nothing is validated while "share" is 0.',
        ),
      );
  }
  return problems;
}

/** What is not computed step after step, forwards, cannot be computed again in segments. */
function recomputeProblems(
  data: Config["data"],
  { layers, decoder, pooling }: Config["model"],
  { loss }: TrainingConfig,
): PathProblem[] {
  const path = ["training", "recompute"];
  const problems: PathProblem[] = [];
  if (layers.some(({ bidirectional }) => bidirectional)) {
    problems.push(
      error(
        path,
        "A layer that reads backwards begins at the end of the sequence: it cannot go segment by segment.",
      ),
    );
  }
  if (decoder || pooling) {
    problems.push(error(path, "Attention and a decoder need the whole source at once."));
  }
  if (loss?.kind === "ctc" || hasLabels(data)) {
    problems.push(error(path, "CTC looks at a whole sequence at once."));
  }
  return problems;
}

function lossProblems(data: Config["data"], loss: LossConfig | undefined): PathProblem[] {
  if (!loss) return [];
  const isNumbers = hasNumbers(data) && !hasClassesOfNumbers(data);
  const path = ["training", "loss", "kind"];
  if (hasLabels(data)) {
    if (loss.kind === "ctc") return [];
    return [
      error(
        path,
        `The places of this data's labels are not known, and "${loss.kind}" needs one answer for each step: take "ctc".`,
      ),
    ];
  }
  if (loss.kind === "ctc") {
    return [
      error(
        path,
        '"ctc" is for labels whose places are not known, and this data says what belongs to each step: leave "loss" out.',
      ),
    ];
  }
  if (loss.kind === "cross-entropy") {
    const labels = loss.classWeights?.map(({ label }) => label) ?? [];
    const repeated = labels.flatMap((label, index) =>
      labels.indexOf(label) === index
        ? []
        : error(
            ["training", "loss", "classWeights", index, "label"],
            `"${label}" is listed twice.`,
          ),
    );
    if (!isNumbers) return repeated;
    return [
      error(
        path,
        'This data has numbers to predict, and "cross-entropy" is for classes: take "mean-squared-error".',
      ),
    ];
  }
  if (!isNumbers) {
    return [
      error(
        path,
        `This data has classes to predict, and "${loss.kind}" is for numbers: take "cross-entropy".`,
      ),
    ];
  }
  if (loss.kind !== "sigmoid-cross-entropy") return [];
  if (data.kind !== "table") {
    return [error(path, "Only the columns of a table can be a yes or no each.")];
  }
  if (!data.standardize) return [];
  return [
    error(
      path,
      'Its targets are 0 or 1, and "data.standardize" shifts and scales every column: set it to false.',
    ),
  ];
}

function optimizerProblems({
  optimizer,
  schedule,
  validation,
  epochs,
}: TrainingConfig): PathProblem[] {
  const problems: PathProblem[] = [];
  if (optimizer.kind === "sgd" && optimizer.nesterov && optimizer.momentum === 0) {
    problems.push(
      error(
        ["training", "optimizer", "nesterov"],
        'Nesterov\'s step looks ahead along the momentum, and there is none: give "momentum" a share such as 0.9.',
      ),
    );
  }
  if (!schedule) return problems;
  if (schedule.kind === "plateau" && validation.share === 0) {
    problems.push(
      error(
        ["training", "schedule", "kind"],
        '"plateau" watches the validation loss, and "validation.share" is 0: give it a share such as 0.1.',
      ),
    );
  }
  if ("minimumLearningRate" in schedule && schedule.minimumLearningRate >= optimizer.learningRate) {
    problems.push(
      error(
        ["training", "schedule", "minimumLearningRate"],
        `The learning rate begins at ${optimizer.learningRate}, so that it cannot fall to ${schedule.minimumLearningRate}.`,
      ),
    );
  }
  if (schedule.kind === "step" && schedule.everyEpochs >= epochs) {
    problems.push(
      warning(
        ["training", "schedule", "everyEpochs"],
        `Training ends after ${epochs} epochs, before the learning rate is first reduced.`,
      ),
    );
  }
  return problems;
}

/** Steps of the longest sequence, where the config alone decides them. */
function longestSequence(data: Config["data"]): { steps: number; why: string } | undefined {
  if (data.kind === "table") {
    const single = data.shape === "one-to-one";
    return { steps: single ? 1 : data.window, why: single ? "a one-to-one sequence" : "a window" };
  }
  if (data.kind === "labelled-text")
    return {
      steps: data.maximumLength + (data.predict === "text" ? 1 : 0),
      why: '"maximumLength": a text',
    };
  if (data.kind === "synthetic") {
    return { steps: data.task === "copy" ? data.length + 20 : data.length, why: "a sequence" };
  }
  return undefined;
}
