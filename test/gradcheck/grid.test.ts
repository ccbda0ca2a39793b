/**
 * Gradients of every combination that a config allows in kind: cells in all their variants, directions, losses, and the
 * ways to cut sequences.
 */
import { describe, expect, it } from "vitest";
import { choicesIn, keysIn, nodeIn, titleOf, type JsonObject } from "./choices.ts";
import {
  cells,
  cellTitle,
  combine,
  problemsOf,
  root,
  sources,
  truncations,
  ways,
  type Combination,
} from "./grid.ts";

const losses = choicesIn(
  nodeIn(root, "training", "loss"),
  {
    labelSmoothing: [undefined, 0.2],
    classWeights: [undefined, "of this data"],
    delta: [0.6],
    blank: [undefined, 2],
  },
  "training.loss",
);

const weighted = (loss: JsonObject, labels: readonly string[] | undefined): JsonObject =>
  loss.classWeights === undefined
    ? loss
    : {
        ...loss,
        classWeights: (labels ?? ["?"]).map((label, index) => ({ label, weight: 0.4 + 2 * index })),
      };

/** Every loss with the data that can have it. */
const tasks = Object.entries(sources).flatMap(([name, source]) =>
  losses.flatMap((loss) => {
    if (source.only !== undefined && loss.kind !== source.only) return [];
    const task = { name, source, loss: weighted(loss, source.labels), title: titleOf(loss) };
    const model = { ...source.model, layers: [cells[0]] };
    return combine("", source.data, model, { loss: task.loss }).length > 0 ? [task] : [];
  }),
);

const withEveryLoss = (layer: JsonObject): readonly Combination[] =>
  tasks.flatMap(({ name, source, loss, title }) =>
    Object.entries(truncations).flatMap(([cut, training]) =>
      combine(
        `${title}, ${name}, ${cut}`,
        source.data,
        { ...source.model, layers: [layer] },
        { ...training, loss },
      ),
    ),
  );

describe("gradients of every cell with every loss, cut in every way", () => {
  for (const cell of cells) {
    for (const [way, bidirectional] of Object.entries(ways)) {
      it(`${cellTitle(cell)}, ${way}`, async () => {
        const combinations = withEveryLoss({ ...cell, ...bidirectional });
        expect(combinations.length).toBeGreaterThan(way === "one way" ? 90 : 18);
        expect(await problemsOf(combinations, cell)).toEqual([]);
      });
    }
  }

  it("has data for every loss, and every loss for each data", () => {
    const titles = new Set(tasks.map(({ title }) => title));
    expect([...titles].toSorted()).toEqual(losses.map(titleOf).toSorted());
    expect(new Set(tasks.map(({ name }) => name)).size).toBe(Object.keys(sources).length);
  });
});

/** Keys of which no derivative of a loss over a batch depends, and why a grid is not needed for those that do. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  training: [
    // How often, in what order, and for how long.
    "epochs",
    "batch",
    "validation",
    "earlyStopping",
    "checkpointEveryUpdates",
    "seed",
    // From which weights, and which are kept on the way: test/unit/jobs.
    "start",
    "snapshots",
    // What is done with gradients once they are there: test/golden/optimizers, schedules and updates.
    "optimizer",
    "schedule",
    "accumulate",
    "clip",
    "gradientNoise",
    "averageWeights",
    // The same numbers in other places: test/unit/jobs/threads.
    "threads",
    // Which token a decoder reads: sequenceToSequence.test.ts.
    "scheduledSampling",
  ],
  model: ["initialization"],
};

describe("the grid", () => {
  it("knows every key that a gradient depends on", () => {
    const varied = {
      training: ["bptt", "updateEverySteps", "recompute", "carryState", "loss"],
      model: ["embedding", "layers", "decoder", "pooling"],
    };
    for (const part of ["training", "model"] as const) {
      const known = [...varied[part], ...elsewhere[part]];
      expect(keysIn(nodeIn(root, part)).toSorted(), part).toEqual(known.toSorted());
    }
  });

  it("has every cell of the schema in every variant", () => {
    expect(new Set(cells.map(cellTitle)).size).toBe(cells.length);
    expect(new Set(cells.map(({ cell }) => cell))).toEqual(new Set(["rnn", "lstm", "gru"]));
  });
});
