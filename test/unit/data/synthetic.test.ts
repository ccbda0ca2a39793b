import { describe, expect, it } from "vitest";
import { alignmentBaseline } from "../../../src/data/labelBaselines.ts";
import { stepsNeeded } from "../../../src/data/labels.ts";
import { sequenceAt } from "../../../src/data/sequences.ts";
import { createTask } from "../../../src/data/synthetic/synthetic.ts";
import type { Example } from "../../../src/data/split.ts";
import type { SyntheticTask } from "../../../src/config/schema.ts";
import { load } from "./builders.ts";

/** Those of one sequence each; pairs have a test of their own. */
type Task = Exclude<SyntheticTask, "dates" | "reversal">;

const tasks: readonly Task[] = [
  "adding",
  "copy",
  "temporal-order",
  "parity",
  "reber",
  "waveform",
  "phonemes",
];

async function examples(task: SyntheticTask, length: number, count = 200): Promise<Example[]> {
  const { training } = await load({ kind: "synthetic", task, length, examples: count });
  return Array.from({ length: count }, (_, index) => training.read(index));
}

const symbolsOf = (
  task: SyntheticTask,
  tokens: ArrayLike<number>,
  names: "symbols" | "classes" = "symbols",
): string => {
  const { encoding } = createTask({ task, length: 20 });
  return Array.from(tokens, (token) => encoding[names]?.[token]).join("");
};

describe("every synthetic task", () => {
  it.each(tasks)(
    "%s: the same seed gives the same sequences, each as often as it is read",
    async (task) => {
      const read = async (seed: number) => {
        const { training, validation } = await load(
          { kind: "synthetic", task, length: 20, examples: 30 },
          {},
          { seed },
        );
        return [training.read(3), training.read(3), training.read(4), validation.read(3)];
      };
      const [third, again, fourth, held] = await read(1);
      expect(again).toEqual(third);
      expect(fourth).not.toEqual(third);
      expect(held).not.toEqual(third);
      expect(await read(1)).toEqual([third, again, fourth, held]);
      expect((await read(2))[0]).not.toEqual(third);
    },
  );

  it.each(tasks)(
    "%s: a sequence has a label for each step, and a target where its loss is taken",
    async (task) => {
      const dataset = await load({ kind: "synthetic", task, length: 12, examples: 5 });
      const { title, batch, steps } = sequenceAt(dataset, {
        kind: "example",
        split: "training",
        index: 2,
      });
      expect(title).not.toBe("");
      expect(steps).toHaveLength(batch.steps);
      const { output, training } = dataset;
      const { weights } = training.read(2);
      steps.forEach((step, t) => {
        const hasLoss = output.at === "last-step" ? t === steps.length - 1 : weights[t] > 0;
        expect(step.target !== undefined || step.targetValues !== undefined, `step ${t}`).toBe(
          hasLoss,
        );
        expect(step.input).not.toContain("undefined");
      });
    },
  );

  it.each(tasks)("%s: works at its shortest length", async (task) => {
    const shortest = {
      adding: 2,
      copy: 1,
      "temporal-order": 10,
      parity: 1,
      reber: 8,
      waveform: 1,
      phonemes: 10,
    }[task];
    for (const example of await examples(task, shortest, 50)) {
      expect(example.steps).toBeGreaterThan(0);
      expect([...example.target].every(Number.isFinite)).toBe(true);
    }
  });

  it("holds back its share on top of the examples that are trained on", async () => {
    const dataset = await load(
      { kind: "synthetic", task: "parity", length: 5, examples: 900 },
      {},
      { validation: { share: 0.1 } },
    );
    expect([dataset.training.sequenceCount, dataset.validation.sequenceCount]).toEqual([900, 100]);
    const none = await load(
      { kind: "synthetic", task: "parity" },
      {},
      { validation: { share: 0 } },
    );
    expect(none.validation.sequenceCount).toBe(0);
    expect(none.baselines).toEqual([]);
  });
});

describe("the adding problem", () => {
  it("marks one number in each half, and asks for their sum", async () => {
    for (const { input, target } of await examples("adding", 9)) {
      const marked = Array.from({ length: 9 }, (_, t) => t).filter((t) => input[2 * t + 1] === 1);
      expect(marked).toHaveLength(2);
      expect(marked[0]).toBeLessThan(4);
      expect(marked[1]).toBeGreaterThanOrEqual(4);
      expect(target[0]).toBeCloseTo(input[2 * marked[0]] + input[2 * marked[1]], 6);
    }
  });

  it("costs 1/6 when 1 is always answered", async () => {
    const { baselines } = await load({ kind: "synthetic", task: "adding", examples: 20_000 });
    expect(baselines[0].name).toBe("always 1");
    expect(baselines[0].loss).toBeCloseTo(1 / 6, 1);
    expect(Math.abs(baselines[0].loss - 1 / 6)).toBeLessThan(0.01);
  });
});

describe("copying", () => {
  it("asks for ten letters in their order after the sign to recall, and for nothing before", async () => {
    for (const { steps, input, target, weights } of await examples("copy", 7, 50)) {
      expect(steps).toBe(27);
      const written = symbolsOf("copy", input);
      expect(written).toMatch(/^[a-h]{10}·{6}▸·{10}$/);
      expect(symbolsOf("copy", target.slice(17), "classes")).toBe(written.slice(0, 10));
      expect(
        weights
          .map((weight, t) => weight - (t < 17 ? 0 : 1))
          .every((difference) => difference === 0),
      ).toBe(true);
    }
  });
});

describe("temporal order", () => {
  it("asks which of X and Y came when", async () => {
    const seen = new Set<string>();
    for (const { input, target } of await examples("temporal-order", 100)) {
      const written = symbolsOf("temporal-order", input);
      expect(written).toMatch(/^E[abcdXY]{98}B$/);
      const events = written.replaceAll(/[^XY]/g, "");
      expect(events).toHaveLength(2);
      expect(symbolsOf("temporal-order", target, "classes")).toBe(
        { XX: "Q", XY: "R", YX: "S", YY: "U" }[events],
      );
      const [first, second] = [
        written.search(/[XY]/),
        Math.max(written.lastIndexOf("X"), written.lastIndexOf("Y")),
      ];
      expect(first >= 10 && first < 20 && second >= 50 && second < 60, `${first} ${second}`).toBe(
        true,
      );
      seen.add(events);
    }
    expect(seen.size).toBe(4);
  });
});

describe("parity", () => {
  it("asks at every step whether the ones so far are odd", async () => {
    for (const { input, target } of await examples("parity", 15, 50)) {
      let ones = 0;
      input.forEach((bit, t) => {
        ones += bit;
        expect(target[t]).toBe(ones % 2);
      });
    }
  });
});

describe("the embedded Reber grammar", () => {
  /** The grammar's graph as Cleeremans et al. draw it. */
  const graph: Readonly<Record<number, Readonly<Record<string, number>>>> = {
    0: { B: 1 },
    1: { T: 2, P: 3 },
    2: { S: 2, X: 4 },
    3: { T: 3, V: 5 },
    4: { X: 3, S: 6 },
    5: { P: 4, V: 6 },
    6: { E: 7 },
  };
  const endOf = (word: string): number | undefined =>
    Array.from(word).reduce(
      (state: number | undefined, symbol) =>
        state === undefined ? undefined : graph[state]?.[symbol],
      0,
    );

  it("makes words that end in the T or P that they began with, within the length", async () => {
    const lengths = new Set<number>();
    for (const { steps, input, target } of await examples("reber", 25)) {
      const written = symbolsOf("reber", [...input, target[steps - 1]]);
      expect(written).toMatch(/^B([TP]).*\1E$/);
      expect(endOf(written.slice(2, -2)), written).toBe(7);
      expect(steps).toBeLessThanOrEqual(25);
      expect(target.slice(0, -1)).toEqual(input.slice(1));
      lengths.add(steps);
    }
    expect(lengths.size).toBeGreaterThan(5);
  });

  it("costs more for those who forget the second symbol", async () => {
    const { baselines, validation } = await load({
      kind: "synthetic",
      task: "reber",
      length: 30,
      examples: 500,
    });
    const [forgetful, perfect] = baselines.map(({ loss }) => loss);
    expect(perfect).toBeGreaterThan(0.3);
    // One bit for each sequence.
    const positions = Array.from(
      { length: validation.sequenceCount },
      (_, index) => validation.read(index).steps,
    );
    const mean = positions.reduce((sum, steps) => sum + steps, 0) / positions.length;
    expect(forgetful - perfect).toBeCloseTo(Math.LN2 / mean, 6);
  });
});

describe("a wave", () => {
  it("is read from its first step and drawn over all", async () => {
    for (const { input, target, weights } of await examples("waveform", 40, 20)) {
      expect(input.slice(1).every((value) => value === 0)).toBe(true);
      const waves = 1 + 3 * input[0];
      expect(target[10]).toBeCloseTo(Math.sin((2 * Math.PI * waves * 10) / 40), 5);
      expect([...weights].every((weight) => weight === 1)).toBe(true);
    }
  });
});

describe("phonemes", () => {
  it("have fewer labels than frames, so that each string fits, and are told apart by silence when they repeat", async () => {
    const spoken = await examples("phonemes", 60);
    const lengths = new Set(spoken.map(({ target }) => target.length));
    expect([...lengths].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const { target, steps, input, weights } of spoken) {
      expect(stepsNeeded(target)).toBeLessThanOrEqual(steps);
      expect(steps).toBeLessThanOrEqual(60);
      expect(input).toHaveLength(6 * steps);
      expect([...weights.keys()].filter((t) => weights[t] > 0)).toEqual([steps - 1]);
    }
  });

  it("leave room for the blank wherever the config puts it", async () => {
    const data = { kind: "synthetic", task: "phonemes", length: 30, examples: 40 } as const;
    const read = async (blank: number) => {
      const { training, encoding } = await load(data, {}, { loss: { kind: "ctc", blank } });
      const classes = encoding.kind === "synthetic" ? (encoding.classes ?? []) : [];
      return { classes, spoken: Array.from(training.read(3).target, (label) => classes[label]) };
    };
    const [first, middle, last] = [await read(0), await read(4), await read(8)];
    expect([first, middle, last].map(({ classes }) => classes.indexOf("∅"))).toEqual([0, 4, 8]);
    expect(middle.spoken).toEqual(first.spoken);
    expect(last.spoken).toEqual(first.spoken);
    await expect(read(9)).rejects.toThrow("with 8 labels the classes are 0 to 8");
  });

  it("know what a network that does not listen loses: the sum over all paths, counted", () => {
    const classes = 3;
    const strings = [
      { labels: [1], steps: 3 },
      { labels: [1, 1], steps: 4 },
      { labels: [1, 2, 2], steps: 5 },
    ];
    const wanted = strings.map(({ labels, steps }) => {
      let count = 0;
      for (let path = 0; path < classes ** steps; path++) {
        const at = Array.from(
          { length: steps },
          (_, t) => Math.floor(path / classes ** t) % classes,
        );
        const merged = at.filter((k, t) => k !== at[t - 1] && k !== 0);
        if (merged.join() === labels.join()) count++;
      }
      return -Math.log(count / classes ** steps) / labels.length;
    });
    const spoken = strings.map(({ labels, steps }) => ({
      steps,
      input: new Float32Array(steps),
      target: Int32Array.from(labels),
      weights: new Float32Array(steps),
    }));
    const mean = (wanted[0] + wanted[1] + wanted[2]) / 3;
    expect(alignmentBaseline(spoken, classes).loss).toBeCloseTo(mean, 10);
  });
});
