import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { languageBaselines, majorityBaseline } from "../../../src/data/baselines.ts";
import { checkAgainstData, problemOf } from "../../../src/data/checkAgainstData.ts";
import { loadDataset } from "../../../src/data/dataset.ts";
import { createUniform, shuffle } from "../../../src/data/randomness.ts";
import { specOf } from "../../../src/data/spec.ts";
import { configOf, countsOf, load, memoryFiles } from "./builders.ts";

describe("losses to beat in a text", () => {
  it("are the entropies of a source whose statistics are known", () => {
    // A cycle of four: without memory ln 4, with the token before nearly nothing.
    const cycle = Int32Array.from({ length: 40_000 }, (_, at) => at % 4);
    const [unigram, bigram] = languageBaselines(
      countsOf(cycle),
      countsOf(cycle.subarray(0, 4000)),
      4,
      "character",
    );
    expect(unigram).toMatchObject({
      name: "unigram",
      unit: "nats per character",
      loss: expect.closeTo(Math.log(4), 4),
    });
    expect(bigram).toMatchObject({ name: "bigram", loss: expect.closeTo(0, 3) });
  });

  it("are equal for a source without memory", () => {
    const uniform = createUniform(5);
    const coin = Int32Array.from({ length: 60_000 }, () => (uniform() < 0.25 ? 1 : 0));
    const entropy = -0.25 * Math.log(0.25) - 0.75 * Math.log(0.75);
    for (const { loss } of languageBaselines(
      countsOf(coin.subarray(0, 50_000)),
      countsOf(coin.subarray(50_000)),
      2,
      "word",
    )) {
      expect(loss).toBeGreaterThan(entropy - 0.02);
      expect(loss).toBeLessThan(entropy + 0.02);
    }
  });

  it("are probabilities that sum to one after every token, also one that never occurred", () => {
    const training = countsOf(Int32Array.of(0, 1, 0, 2, 0, 1, 1));
    for (const previous of [0, 1, 2, 3]) {
      for (const kind of [0, 1]) {
        const sum = [0, 1, 2, 3].reduce(
          (total, next) =>
            total +
            Math.exp(
              -languageBaselines(training, countsOf(Int32Array.of(previous, next)), 4, "word")[kind]
                .loss,
            ),
          0,
        );
        expect(sum, `after ${previous}`).toBeCloseTo(1, 12);
      }
    }
  });

  it("are none when nothing is held back", () => {
    expect(
      languageBaselines(countsOf(Int32Array.of(0, 1)), countsOf(Int32Array.of(1)), 2, "word"),
    ).toEqual([]);
  });
});

describe("losses to beat in labelled texts", () => {
  it("are those of always answering with the shares of the classes", () => {
    const training = Int32Array.from({ length: 1000 }, (_, at) => (at % 4 === 0 ? 1 : 0));
    const [{ name, loss, accuracy }] = majorityBaseline(training, training, ["ham", "spam"]);
    expect(name).toBe('majority class "ham"');
    expect(accuracy).toBe(0.75);
    expect(loss).toBeCloseTo(-0.25 * Math.log(0.25) - 0.75 * Math.log(0.75), 3);
  });
});

const check = async (
  data: object,
  files: Record<string, string>,
  training: object,
  model: object = {},
) => {
  const config = configOf(data, training, model);
  const dataset = await loadDataset(config.data, config.training, memoryFiles(files));
  return checkAgainstData(config, dataset);
};

describe("a config against its data", () => {
  const book = { kind: "text", path: "t" };
  const text = { t: "abcdefghij".repeat(10) };
  const mail = {
    m: "text,label\n" + Array.from({ length: 20 }, (_, at) => `a b c,${at % 2}`).join("\n"),
  };

  it("finds nothing wrong where nothing is", async () => {
    expect(await check(book, text, { bptt: 5, batch: 8 })).toEqual([]);
    expect(await check({ kind: "labelled-text", path: "m" }, mail, { batch: 4 })).toEqual([]);
    expect(await check({ kind: "synthetic", task: "adding" }, {}, {})).toEqual([]);
  });

  it("finds a bptt that is longer than the data", async () => {
    const problems = await check(book, text, { bptt: 500, batch: 1 });
    expect(problems).toEqual([
      {
        severity: "warning",
        path: ["training", "bptt"],
        message: "Gradients cannot travel back 500 steps: the text that is trained on has 89.",
      },
    ]);
    const [short] = await check({ kind: "labelled-text", path: "m" }, mail, { bptt: 50, batch: 4 });
    expect(short.message).toContain("the longest text has 3");
  });

  it("finds a batch that is larger than the data, and says which is used", async () => {
    const [stretches] = await check(book, text, { bptt: 10, batch: 32 });
    expect(stretches).toMatchObject({ path: ["training", "batch"] });
    expect(stretches.message).toContain(
      "8 stretches of 10 steps to read side by side. A batch of 8 is used.",
    );
    const [examples] = await check({ kind: "labelled-text", path: "m" }, mail, { batch: 64 });
    expect(examples.message).toContain("there are 18 to train on. A batch of 18 is used.");
  });

  it("finds an embedding that is larger than the vocabulary", async () => {
    const [problem] = await check(book, text, { bptt: 5, batch: 8 }, { embedding: 11 });
    expect(problem).toMatchObject({
      path: ["model", "embedding"],
      message: expect.stringContaining("only 10 tokens"),
    });
  });

  it("finds early stopping with nothing to validate, besides what reading found", async () => {
    const problems = await check(
      book,
      { t: "abcdefgh" },
      { bptt: 2, batch: 2, earlyStopping: { patience: 1 } },
    );
    expect(problems.map(({ path }) => path.join("."))).toEqual([
      "training.validation.share",
      "training.earlyStopping",
    ]);
  });

  it("turns an error from reading into a mark at the key that led there", async () => {
    const error = await load({ ...book, path: "x" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(problemOf(error as UserError)).toEqual({
      severity: "error",
      message:
        'There is no file or folder "x" beside this config. Paths are relative to the config\'s own folder.',
      path: ["data", "path"],
    });
    expect(problemOf(new UserError("x", "Wrong."))).toEqual({
      severity: "error",
      message: "Wrong.",
      path: ["data"],
    });
  });
});

describe("the network of a config", () => {
  it("takes its shape from the data and the rest from the config", async () => {
    const config = configOf({ kind: "text", path: "t" }, {}, { embedding: 3 });
    const dataset = await loadDataset(
      config.data,
      config.training,
      memoryFiles({ t: "abcabcabcabc" }),
    );
    expect(specOf(config, dataset)).toMatchObject({
      input: { kind: "tokens", vocabulary: 3, embedding: 3 },
      output: { size: 3, at: "each-step" },
      loss: "cross-entropy",
      layers: [{ cell: "rnn", hidden: 2, nonlinearity: "tanh" }],
    });
    const numbers = await load({ kind: "synthetic", task: "adding" });
    expect(specOf(configOf({ kind: "synthetic", task: "adding" }), numbers)).toMatchObject({
      input: { kind: "dense", size: 2 },
      output: { size: 1, at: "last-step" },
      loss: "mean-squared-error",
    });
  });
});

describe("numbers from a seed", () => {
  it("are uniform, and unlike those of a neighbouring seed", () => {
    const draws = 20_000;
    const counts = Array.from({ length: 10 }, () => 0);
    const uniform = createUniform(1, 2, 3);
    for (let draw = 0; draw < draws; draw++) counts[Math.floor(uniform() * 10)]++;
    for (const count of counts) expect(Math.abs(count - draws / 10)).toBeLessThan(200);
    // The first numbers of neighbouring seeds are as good as independent too: examples are made of them.
    const firsts = Array.from({ length: 5000 }, (_, seed) => createUniform(1, 1, seed)());
    const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length;
    const products = firsts
      .slice(1)
      .reduce((sum, value, at) => sum + (value - mean) * (firsts[at] - mean), 0);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
    expect(Math.abs((products / firsts.length) * 12)).toBeLessThan(0.05);
  });

  it("shuffle without losing anything", () => {
    const items = Int32Array.from({ length: 100 }, (_, at) => at);
    const shuffled = shuffle(items.slice(), createUniform(3));
    expect(shuffled).not.toEqual(items);
    expect(shuffled.slice().sort()).toEqual(items);
  });
});
