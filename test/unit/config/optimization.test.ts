/** Optimizers, schedules and losses in a config: defaults that change nothing, and combinations that cannot work. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/validate.ts";

const parse = (
  training: Record<string, unknown>,
  data: Record<string, unknown> = { kind: "synthetic", task: "adding" },
) => {
  const text = JSON.stringify({
    data,
    model: { layers: [{ cell: "lstm", hidden: 4 }] },
    training,
  });
  const { config, problems } = parseConfig(text);
  return {
    config,
    found: problems.map(({ severity, path, offset, length }) => ({
      severity,
      path: path.join("."),
      marked: text.slice(offset, offset + length),
    })),
  };
};

describe("how a network learns", () => {
  it("is what it was where nothing new is asked for", () => {
    const { config, found } = parse({});
    expect(found).toEqual([]);
    expect(config?.training).toMatchObject({
      accumulate: 1,
      optimizer: { kind: "adam", weightDecay: 0 },
      clip: { norm: 1 },
    });
    expect(config?.training).not.toHaveProperty("schedule");
    expect(config?.training).not.toHaveProperty("gradientNoise");
    expect(config?.training).not.toHaveProperty("averageWeights");
  });

  it("takes every optimizer and schedule with its defaults", () => {
    for (const kind of ["sgd", "adam", "adamw", "rmsprop", "adagrad"]) {
      expect(parse({ optimizer: { kind } }).found, kind).toEqual([]);
    }
    for (const kind of ["constant", "step", "exponential", "cosine", "plateau"]) {
      const schedule = { kind, warmupUpdates: 10 };
      expect(parse({ epochs: 20, schedule }).found, kind).toEqual([]);
    }
    expect(parse({ gradientNoise: {}, averageWeights: {}, accumulate: 4 }).found).toEqual([]);
  });

  it("refuses Nesterov's momentum without momentum", () => {
    const { config, found } = parse({ optimizer: { kind: "sgd", nesterov: true } });
    expect(config).toBeUndefined();
    expect(found).toEqual([
      { severity: "error", path: "training.optimizer.nesterov", marked: "true" },
    ]);
  });

  it("refuses a plateau where nothing is validated", () => {
    const { found } = parse({ schedule: { kind: "plateau" }, validation: { share: 0 } });
    expect(found).toEqual([
      { severity: "error", path: "training.schedule.kind", marked: '"plateau"' },
    ]);
  });

  it("refuses a lowest learning rate above the first", () => {
    const { found } = parse({ schedule: { kind: "cosine", minimumLearningRate: 0.5 } });
    expect(found).toEqual([
      { severity: "error", path: "training.schedule.minimumLearningRate", marked: "0.5" },
    ]);
  });

  it("says when the training ends before the first reduction", () => {
    const { config, found } = parse({ epochs: 10, schedule: { kind: "step", everyEpochs: 10 } });
    expect(config).toBeDefined();
    expect(found).toEqual([
      { severity: "warning", path: "training.schedule.everyEpochs", marked: "10" },
    ]);
  });
});

describe("the loss", () => {
  const table = { kind: "table", path: "a.csv", inputs: ["a"], targets: ["b"] };
  const path = "training.loss.kind";

  it("of numbers fits data with numbers", () => {
    for (const kind of ["mean-squared-error", "mean-absolute-error", "huber", "gaussian"]) {
      expect(parse({ loss: { kind } }).found, kind).toEqual([]);
      const { found } = parse({ loss: { kind } }, { kind: "text", path: "a.txt" });
      expect(found, kind).toEqual([{ severity: "error", path, marked: `"${kind}"` }]);
    }
  });

  it("of classes fits data with classes", () => {
    const loss = { kind: "cross-entropy" };
    expect(parse({ loss }, { kind: "text", path: "a.txt" }).found).toEqual([]);
    expect(parse({ loss }).found).toEqual([{ severity: "error", path, marked: '"cross-entropy"' }]);
  });

  it("of labels needs columns that are left as they are", () => {
    const loss = { kind: "sigmoid-cross-entropy" };
    expect(parse({ loss }, { ...table, standardize: false }).found).toEqual([]);
    for (const data of [table, { kind: "synthetic", task: "adding" }]) {
      expect(parse({ loss }, data).found).toEqual([
        { severity: "error", path, marked: '"sigmoid-cross-entropy"' },
      ]);
    }
  });

  it("weighs each class once", () => {
    const classWeights = [
      { label: "spam", weight: 2 },
      { label: "spam", weight: 3 },
    ];
    const loss = { kind: "cross-entropy", classWeights };
    expect(parse({ loss }, { kind: "labelled-text", path: "a.csv" }).found).toEqual([
      { severity: "error", path: "training.loss.classWeights.1.label", marked: '"spam"' },
    ]);
  });
});

const errorsOf = (data: Record<string, unknown>, training: Record<string, unknown> = {}) => {
  const layers = [
    { cell: "gru", hidden: 4 },
    { cell: "lstm", hidden: 3, bidirectional: true },
  ];
  const { problems } = parseConfig(JSON.stringify({ data, model: { layers }, training }));
  return problems
    .filter(({ severity }) => severity === "error")
    .map((problem) => problem.path.join("."));
};

describe("a layer that reads both ways", () => {
  const path = "model.layers.1.bidirectional";
  const table = { kind: "table", path: "a.csv", inputs: ["a", "b"], targets: ["b"] };

  it("may read texts with labels, windows with one answer, and columns beside what is predicted", () => {
    expect(errorsOf({ kind: "labelled-text", path: "a.csv" })).toEqual([]);
    expect(errorsOf({ ...table, shape: "many-to-one" })).toEqual([]);
    expect(errorsOf({ ...table, inputs: ["a"] })).toEqual([]);
    expect(errorsOf({ kind: "synthetic", task: "parity" })).toEqual([]);
  });

  it("is refused where it would read the answer, or only part of a sequence", () => {
    expect(errorsOf({ kind: "text", path: "a.txt" })).toEqual([path]);
    expect(errorsOf({ kind: "synthetic", task: "reber" })).toEqual([path]);
    expect(errorsOf(table)).toEqual([path]);
    expect(errorsOf({ kind: "labelled-text", path: "a.csv" }, { bptt: 20 })).toEqual([path]);
  });
});

const problemsOf = (...layers: readonly Record<string, unknown>[]) =>
  parseConfig(
    JSON.stringify({ data: { kind: "synthetic", task: "adding" }, model: { layers } }),
  ).problems.map(({ severity, path }) => `${severity} ${path.join(".")}`);
const lstm = (hidden: number, more: Record<string, unknown> = {}) => ({
  cell: "lstm",
  hidden,
  ...more,
});

describe("a residual layer", () => {
  it("needs as many numbers below it as it hands on", () => {
    expect(problemsOf(lstm(4), lstm(4, { residual: true }))).toEqual([]);
    expect(problemsOf(lstm(8), lstm(4, { residual: true, bidirectional: true }))).toEqual([]);
    const wrong = ["error model.layers.1.residual"];
    expect(problemsOf(lstm(4), lstm(5, { residual: true }))).toEqual(wrong);
    expect(problemsOf(lstm(4), lstm(4, { residual: true, bidirectional: true }))).toEqual(wrong);
  });

  it("is not the first", () => {
    expect(problemsOf(lstm(4, { residual: true }))).toEqual(["error model.layers.0.residual"]);
  });

  it("may drop something, and variational needs something to drop", () => {
    expect(problemsOf(lstm(4, { dropout: 0.2, variational: true }))).toEqual([]);
    expect(problemsOf(lstm(4, { variational: true }))).toEqual([
      "warning model.layers.0.variational",
    ]);
    expect(problemsOf(lstm(4, { dropout: 1 }))).toEqual(["error model.layers.0.dropout"]);
  });
});

describe("labels without places", () => {
  const phonemes = { kind: "synthetic", task: "phonemes" };

  it("take CTC, also when no loss is named, with the blank where it is wanted", () => {
    expect(parse({}, phonemes).found).toEqual([]);
    const { config, found } = parse({ loss: { kind: "ctc" } }, phonemes);
    expect(found).toEqual([]);
    expect(config?.training.loss).toEqual({ kind: "ctc", blank: 0 });
    expect(parse({ loss: { kind: "ctc", blank: -1 } }, phonemes).found).toMatchObject([
      { severity: "error", path: "training.loss.blank" },
    ]);
  });

  it("refuse every other loss, and windows", () => {
    for (const kind of ["cross-entropy", "mean-squared-error", "gaussian"]) {
      expect(parse({ loss: { kind } }, phonemes).found, kind).toMatchObject([
        { severity: "error", path: "training.loss.kind", marked: `"${kind}"` },
      ]);
    }
    expect(parse({ bptt: 20 }, phonemes).found).toMatchObject([
      { severity: "error", path: "training.bptt", marked: "20" },
    ]);
  });

  it("are the only ones to take it", () => {
    for (const task of ["adding", "parity"]) {
      expect(parse({ loss: { kind: "ctc" } }, { kind: "synthetic", task }).found).toMatchObject([
        { severity: "error", path: "training.loss.kind", marked: '"ctc"' },
      ]);
    }
  });
});
