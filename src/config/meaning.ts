/**
 * What the schema allows but cannot work, or does not do what it seems to; as far as it can be told
 * without reading the data. `checkAgainstData` in src/data tells the rest.
 */
import type { ConfigPath } from "./positions.ts";
import type { Config, LossConfig, SyntheticTask, TrainingConfig } from "./schema.ts";
import { fieldOf } from "./schemaTree.ts";
import type { PathProblem } from "./validate.ts";

/** Fewest steps in which a synthetic task makes sense. */
export const shortestLength: Readonly<Record<SyntheticTask, number>> = {
  adding: 2,
  copy: 1,
  "temporal-order": 10,
  parity: 1,
  reber: 8,
  waveform: 1,
};

/** Tasks that read numbers rather than symbols. */
const numericTasks: ReadonlySet<SyntheticTask> = new Set(["adding", "waveform"]);

const error = (path: ConfigPath, message: string): PathProblem => ({
  severity: "error",
  path,
  message,
});
const warning = (path: ConfigPath, message: string): PathProblem => ({
  severity: "warning",
  path,
  message,
});
/** About a key that is there but does nothing. */
const idle = (path: ConfigPath, message: string): PathProblem => ({
  ...warning(path, message),
  at: "key",
});

/** `written` is the config as parsed, before defaults: only what somebody wrote can be superfluous. */
export function problemsOfMeaning(config: Config, written: unknown): PathProblem[] {
  const isWritten = (...path: string[]): boolean => has(written, path);
  return [
    ...dataProblems(config, isWritten),
    ...modelProblems(config, isWritten),
    ...trainingProblems(config, isWritten),
  ];
}

type IsWritten = (...path: string[]) => boolean;

const has = (root: unknown, path: readonly string[]): boolean =>
  path.reduce((value: unknown, key) => fieldOf(value, key), root) !== undefined;

function dataProblems({ data }: Config, isWritten: IsWritten): PathProblem[] {
  const problems: PathProblem[] = [];
  const paths = data.kind === "synthetic" ? [] : [data.path].flat();
  paths.forEach((path, index) => {
    if (!/^([/\\]|[a-z]:)/i.test(path)) return;
    const place =
      data.kind === "text" && Array.isArray(data.path) ? ["data", "path", index] : ["data", "path"];
    problems.push(
      error(
        place,
        "A path is relative to this config and stays inside the workspace folder, so that the experiment runs on other machines too.",
      ),
    );
  });

  if (data.kind === "synthetic" && data.length < shortestLength[data.task]) {
    problems.push(
      error(
        ["data", "length"],
        `The task "${data.task}" needs at least ${shortestLength[data.task]} steps.`,
      ),
    );
  }
  if (data.kind !== "table") return problems;

  for (const key of ["inputs", "targets"] as const) {
    data[key].forEach((name, index) => {
      if (data[key].indexOf(name) === index) return;
      problems.push(error(["data", key, index], `"${name}" is listed twice.`));
    });
  }
  data.targets.forEach((name, index) => {
    if (data.horizon > 0 || !data.inputs.includes(name)) return;
    problems.push(
      warning(
        ["data", "targets", index],
        `With "horizon": 0 the network predicts "${name}" of the row in which it already reads it: the answer leaks. Use a horizon of 1 or more, or take it out of "inputs".`,
      ),
    );
  });
  data.inputs.forEach((name, index) => {
    if (name !== data.time) return;
    problems.push(
      warning(
        ["data", "inputs", index],
        `"${name}" only names the rows; as an input it has to be a number.`,
      ),
    );
  });
  if (data.shape === "one-to-one") {
    if (isWritten("data", "window"))
      problems.push(
        idle(
          ["data", "window"],
          'With "shape": "one-to-one" every row is a sequence of one step, so "window" has no effect.',
        ),
      );
  } else if (data.window < 2) {
    problems.push(
      warning(
        ["data", "window"],
        "A window of one step gives a recurrent network nothing to remember.",
      ),
    );
  }
  return problems;
}

function modelProblems(config: Config, isWritten: IsWritten): PathProblem[] {
  const { data, model } = config;
  const problems: PathProblem[] = [];
  const readsNumbers =
    data.kind === "table" || (data.kind === "synthetic" && numericTasks.has(data.task));
  if (model.embedding !== undefined && readsNumbers) {
    problems.push({
      ...error(
        ["model", "embedding"],
        "An embedding turns tokens into vectors, and this data is numbers already: remove it.",
      ),
      at: "key",
    });
  }
  const cells = new Set(model.layers.map((layer) => layer.cell));
  if (model.initialization.recurrent === "identity" && (cells.has("lstm") || cells.has("gru"))) {
    const gated = [...cells].filter((cell) => cell !== "rnn").map((cell) => cell.toUpperCase());
    problems.push(
      warning(
        ["model", "initialization", "recurrent"],
        `"identity" is meant for a plain RNN with "relu" (Le et al. 2015); here it also fills each gate of the ${gated.join(" and ")}.`,
      ),
    );
  }
  problems.push(...directionProblems(config), ...connectionProblems(model));
  if (isWritten("model", "initialization", "forgetBias") && !cells.has("lstm")) {
    problems.push(
      idle(
        ["model", "initialization", "forgetBias"],
        "Only an LSTM has a forget gate, and this model has no LSTM layer.",
      ),
    );
  }
  return problems;
}

/** A layer that reads backwards has to have whole sequences, and must not meet what is to be predicted. */
function directionProblems({ data, model, training }: Config): PathProblem[] {
  const index = model.layers.findIndex(({ bidirectional }) => bidirectional);
  if (index < 0) return [];
  const refuse = (why: string) => [error(["model", "layers", index, "bidirectional"], why)];
  if (data.kind === "text") {
    return refuse(
      "Backwards it reads the very characters that it is to predict, and the text has no end to begin at: only a layer that reads forward can model language.",
    );
  }
  if (data.kind === "synthetic" && data.task === "reber") {
    return refuse("Backwards it reads the very symbols that it is to predict.");
  }
  if (data.kind === "table" && data.shape === "many-to-many" && data.horizon > 0) {
    const leaked = data.targets.find((name) => data.inputs.includes(name));
    if (leaked !== undefined) {
      return refuse(
        `Backwards it reads "${leaked}" of the rows that it is to predict: the answer leaks. Take "shape": "many-to-one", or a layer that reads forward.`,
      );
    }
  }
  if (training.bptt !== "full") {
    return refuse(
      `Backwards it begins at the end of a sequence, and "bptt": ${training.bptt} cuts sequences into windows: take "full".`,
    );
  }
  return [];
}

/** About dropout and residual connections. */
function connectionProblems({ layers }: Config["model"]): PathProblem[] {
  return layers.flatMap(({ hidden, bidirectional, dropout, variational, residual }, index) => {
    const problems: PathProblem[] = [];
    const handsOn = hidden * (bidirectional ? 2 : 1);
    const below = layers[index - 1];
    if (residual && !below) {
      problems.push(
        error(
          ["model", "layers", index, "residual"],
          "The first layer's input is data, which cannot be added to states: only layers above it can be residual.",
        ),
      );
    }
    const reads = below ? below.hidden * (below.bidirectional ? 2 : 1) : handsOn;
    if (residual && reads !== handsOn) {
      problems.push(
        error(
          ["model", "layers", index, "residual"],
          `This layer reads ${reads} numbers and hands on ${handsOn}, which cannot be added: make them the same.`,
        ),
      );
    }
    if (variational && !dropout) {
      problems.push(
        idle(
          ["model", "layers", index, "variational"],
          'Nothing is dropped without "dropout", a share such as 0.3.',
        ),
      );
    }
    return problems;
  });
}

function trainingProblems({ data, model, training }: Config, isWritten: IsWritten): PathProblem[] {
  const problems: PathProblem[] = [];
  const { bptt, clip, validation } = training;
  const longest = longestSequence(data);
  if (bptt !== "full" && longest !== undefined && bptt > longest.steps) {
    problems.push(
      warning(
        ["training", "bptt"],
        `Gradients cannot travel back ${bptt} steps: ${longest.why} has ${longest.steps}. This does the same as "full".`,
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

function lossProblems(data: Config["data"], loss: LossConfig | undefined): PathProblem[] {
  if (!loss) return [];
  const isNumbers =
    data.kind === "table" || (data.kind === "synthetic" && numericTasks.has(data.task));
  const path = ["training", "loss", "kind"];
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
    return { steps: data.maximumLength, why: '"maximumLength": a text' };
  if (data.kind === "synthetic") {
    return { steps: data.task === "copy" ? data.length + 20 : data.length, why: "a sequence" };
  }
  return undefined;
}
