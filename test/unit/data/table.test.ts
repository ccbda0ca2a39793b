import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeOutput } from "../../../src/data/describeOutput.ts";
import { sequenceAt } from "../../../src/data/sequences.ts";
import { csv, load, refusal } from "./builders.ts";

const shapes = ["one-to-one", "one-to-many", "many-to-one", "many-to-many"] as const;
const weather = {
  kind: "table",
  path: "w.csv",
  inputs: ["a"],
  targets: ["b"],
  window: 3,
  standardize: false,
};
const none = { validation: { share: 0 } };

/** Row r holds a = r and b = 100 + r, so that every number says which row it came from. */
const counting = (count: number): string =>
  csv(
    ["day", "a", "b"],
    Array.from({ length: count }, (_, row) => [`d${row}`, row, 100 + row]),
  );

const first = async (more: object, rows = 8) => {
  const { training, output } = await load(
    { ...weather, ...more },
    { "w.csv": counting(rows) },
    none,
  );
  const { steps, input, target, weights } = training.read(0);
  return {
    steps,
    input: [...input],
    target: [...target],
    weights: [...weights],
    output,
    count: training.sequenceCount,
  };
};

describe("a table's windows", () => {
  it("names its rows in any script", async () => {
    const names = ["Mañana", "日", "d", "🙂 x", ""];
    const table = csv(
      ["day", "a", "b"],
      names.map((name, row) => [name, row, row]),
    );
    const named = { ...weather, time: "day", window: 5, horizon: 0 };
    const { training } = await load(named, { "w.csv": table }, none);
    expect(training.labels(0).map(({ input }) => input)).toEqual(names);
  });

  it("predict the next row at every step (many-to-many)", async () => {
    expect(await first({})).toEqual({
      steps: 3,
      input: [0, 1, 2],
      target: [101, 102, 103],
      weights: [1, 1, 1],
      output: { size: 1, at: "each-step" },
      count: 5,
    });
  });

  it("predict the same row with horizon 0, and several rows at once with more", async () => {
    expect(await first({ horizon: 0 })).toMatchObject({ target: [100, 101, 102], count: 6 });
    expect(await first({ horizon: 2 })).toMatchObject({
      target: [101, 102, 102, 103, 103, 104],
      output: { size: 2 },
      count: 4,
    });
  });

  it("predict after their last row only (many-to-one)", async () => {
    expect(await first({ shape: "many-to-one", horizon: 2 })).toEqual({
      steps: 3,
      input: [0, 1, 2],
      target: [103, 104],
      weights: [1],
      output: { size: 2, at: "last-step" },
      count: 4,
    });
  });

  it("read their first row only (one-to-many)", async () => {
    expect(await first({ shape: "one-to-many", inputs: ["b"] })).toMatchObject({
      input: [100, 0, 0],
      target: [101, 102, 103],
      weights: [1, 1, 1],
    });
  });

  it("are single rows (one-to-one)", async () => {
    expect(await first({ shape: "one-to-one", horizon: 1 })).toMatchObject({
      steps: 1,
      input: [0],
      target: [101],
      count: 7,
    });
  });

  it("may be a single row of any shape", async () => {
    for (const shape of shapes) {
      expect(await first({ shape, window: 1 })).toMatchObject({
        steps: 1,
        input: [0],
        target: [101],
      });
    }
  });

  it("keep several columns side by side", async () => {
    const { training } = await load(
      { ...weather, inputs: ["b", "a"], targets: ["a", "b"], horizon: 2, window: 2 },
      { "w.csv": counting(6) },
      none,
    );
    const { input, target } = training.read(1);
    expect([...input]).toEqual([101, 1, 102, 2]);
    expect([...target]).toEqual([2, 102, 3, 103, 3, 103, 4, 104]);
  });
});

describe("a table's split", () => {
  it("lets no training window reach a row that is held back, nor the other way round", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          rows: fc.integer({ min: 12, max: 60 }),
          window: fc.integer({ min: 1, max: 5 }),
          horizon: fc.integer({ min: 0, max: 4 }),
          share: fc.double({ min: 0, max: 0.3, noNaN: true }),
          shape: fc.constantFrom(...shapes),
        }),
        async ({ rows, share, ...rest }) => {
          const data = { ...weather, ...rest, inputs: ["b"], targets: ["b"] };
          // Whatever fits: too few rows are another test's business.
          const steps = rest.shape === "one-to-one" ? 1 : rest.window;
          const held = Math.floor(rows * share);
          fc.pre(rows - held >= steps + rest.horizon);
          const { training, validation } = await load(
            data,
            { "w.csv": counting(rows) },
            { validation: { share } },
          );
          const boundary = 100 + rows - held;
          const reach = (split: typeof training): number[] =>
            Array.from({ length: split.sequenceCount }, (_, index) => {
              const { input, target } = split.read(index, 1000);
              return [...input, ...target].filter((value) => value !== 0);
            }).flat();
          const [seen, heldBack] = [reach(training), reach(validation)];
          expect(seen.every((value) => value < boundary)).toBe(true);
          expect(heldBack.every((value) => value >= boundary)).toBe(true);
          // And nothing is wasted: the last training row is reached.
          expect(Math.max(...seen)).toBe(boundary - 1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("standardises on the training rows only", async () => {
    const file = csv(
      ["a", "b"],
      [
        [1, 0],
        [3, 10],
        [1, 20],
        [3, 30],
        [1000, 1000],
      ],
    );
    const data = { ...weather, standardize: true, window: 2 };
    const { encoding, training } = await load(
      data,
      { "w.csv": file },
      { validation: { share: 0.2 } },
    );
    expect(encoding).toMatchObject({
      inputs: [{ name: "a", mean: 2, deviation: 1 }],
      targets: [{ name: "b", mean: 15, deviation: Math.sqrt(125) }],
    });
    expect([...training.read(0).input]).toEqual([-1, 1]);
  });

  it("shifts a column that never changes, and says so", async () => {
    const file = csv(
      ["a", "b"],
      Array.from({ length: 9 }, (_, row) => [0.1, row]),
    );
    const { encoding, warnings, training } = await load(
      { ...weather, standardize: true },
      { "w.csv": file },
      none,
    );
    expect(encoding).toMatchObject({ inputs: [{ mean: 0.1, deviation: 1 }] });
    expect([...training.read(0).input]).toEqual([0, 0, 0]);
    expect(warnings).toEqual([
      { message: expect.stringContaining('"a" never changes'), path: ["data", "inputs", 0] },
    ]);
  });

  it("warns when what is held back is shorter than a window", async () => {
    const { warnings, validation } = await load(
      weather,
      { "w.csv": counting(20) },
      { validation: { share: 0.1 } },
    );
    expect(validation.sequenceCount).toBe(0);
    expect(validation.steps).toBe(0);
    expect(warnings[0].message).toContain("The 2 rows that are held back are fewer than the 4");
  });
});

describe("a table's sequence", () => {
  it("has the data's own units, names and places", async () => {
    const file = csv(
      ["day", "a", "b"],
      [
        ["mon", 0.1, 28.3],
        ["tue", 0.2, 14.7],
        ["wed", 0.7, 3],
        ["thu", 0.3, -1],
      ],
    );
    const dataset = await load(
      { ...weather, standardize: true, time: "day", window: 2 },
      { "w.csv": file },
      none,
    );
    const { title, steps } = sequenceAt(dataset, { kind: "example", split: "training", index: 1 });
    expect(title).toBe("tue … wed");
    expect(steps[0]).toEqual({
      input: "tue",
      inputValues: [{ name: "a", value: 0.2 }],
      targetValues: [{ name: "b", value: 3 }],
      place: { file: "w.csv", line: 3, column: 1, length: "tue,0.2,14.7".length },
    });
    expect(dataset.summary).toBe("4 rows from mon to thu; a → b");
  });

  it("has no input values where none are read, and no target where none is predicted", async () => {
    const oneToMany = await load(
      { ...weather, shape: "one-to-many" },
      { "w.csv": counting(9) },
      none,
    );
    expect(
      oneToMany.training.labels(0).map(({ inputValues }) => inputValues !== undefined),
    ).toEqual([true, false, false]);
    const manyToOne = await load(
      { ...weather, shape: "many-to-one" },
      { "w.csv": counting(9) },
      none,
    );
    expect(
      manyToOne.training.labels(0).map(({ targetValues }) => targetValues !== undefined),
    ).toEqual([false, false, true]);
  });

  it("can be longer than a window, up to the end of its part", async () => {
    const dataset = await load(weather, { "w.csv": counting(20) }, { validation: { share: 0.5 } });
    const { batch, steps } = sequenceAt(dataset, {
      kind: "example",
      split: "training",
      index: 2,
      steps: 999,
    });
    expect(batch.steps).toBe(10 - 2 - 1);
    expect(steps).toHaveLength(batch.steps);
    expect(steps.at(-1)?.targetValues).toEqual([{ name: "b", value: 109 }]);
  });

  it("has its output described in the data's own units, row by row ahead", async () => {
    const { encoding } = await load(
      { ...weather, targets: ["a", "b"], standardize: true, horizon: 2 },
      { "w.csv": counting(9) },
      none,
    );
    const { forecast } = describeOutput(encoding, [0, 0, 0, 0]);
    expect(forecast?.map(({ name, predicted }) => `${name} ${predicted}`)).toEqual([
      "a +1 4",
      "b +1 104",
      "a +2 4",
      "b +2 104",
    ]);
  });
});

describe("losses to beat in a table", () => {
  it("are measured over the same positions as the validation loss", async () => {
    const { baselines, validation } = await load(
      { ...weather, inputs: ["b"], window: 4 },
      { "w.csv": counting(30) },
      { validation: { share: 0.5 } },
    );
    // Every row is one more than the one before.
    expect(baselines).toEqual([{ name: "same as the last row", loss: 1, unit: "units²" }]);
    expect(validation.sequenceCount).toBe(11);
    const ahead = await load(
      { ...weather, horizon: 3 },
      { "w.csv": counting(30) },
      { validation: { share: 0.5 } },
    );
    expect(ahead.baselines[0].loss).toBeCloseTo((1 + 4 + 9) / 3, 12);
    const same = await load(
      { ...weather, horizon: 0 },
      { "w.csv": counting(30) },
      { validation: { share: 0.5 } },
    );
    expect(same.baselines[0].loss).toBe(1);
    const once = await load(
      { ...weather, shape: "one-to-many", window: 3 },
      { "w.csv": counting(30) },
      { validation: { share: 0.5 } },
    );
    expect(once.baselines[0].loss).toBeCloseTo((1 + 4 + 9) / 3, 12);
  });

  it("equal what a network would be charged for saying the same", async () => {
    const file = csv(
      ["a", "b"],
      Array.from({ length: 40 }, (_, row) => [Math.sin(row), Math.cos(row * row)]),
    );
    const data = {
      ...weather,
      inputs: ["b"],
      targets: ["b"],
      standardize: true,
      shape: "many-to-one",
    };
    const { baselines, validation } = await load(
      data,
      { "w.csv": file },
      { validation: { share: 0.4 } },
    );
    let sum = 0;
    for (let index = 0; index < validation.sequenceCount; index++) {
      const { input, target } = validation.read(index);
      sum += (input[2] - target[0]) ** 2;
    }
    expect(baselines[0].loss).toBeCloseTo(sum / validation.sequenceCount, 5);
  });
});

describe("a table that cannot be used", () => {
  const good = "day,a,b\nd0,1,2\nd1,3,4\nd2,5,6\nd3,7,8\nd4,9,10\n";
  it.each([
    [
      "text in a column of numbers",
      good.replace("5,6", "n/a,6"),
      'w.csv, line 4, column 4: "n/a" in column "a" is not a number.',
      4,
      4,
    ],
    [
      "NaN",
      good.replace("5,6", "5,NaN"),
      'w.csv, line 4, column 6: "NaN" in column "b" is not a number.',
      4,
      6,
    ],
    [
      "infinity",
      good.replace("5,6", "5,1e999"),
      'w.csv, line 4, column 6: "1e999" in column "b" is not a number.',
      4,
      6,
    ],
    [
      "an empty cell",
      good.replace("5,6", "5,"),
      'w.csv, line 4, column 6: the cell of column "b" is empty.',
      4,
      6,
    ],
    [
      "a ragged row",
      good.replace("5,6", "5"),
      "w.csv, line 4, column 1: this row has 2 cells, but the header has 3.",
      4,
      1,
    ],
    [
      "an unclosed quote",
      good.replace("5,6", '"5,6'),
      "w.csv, line 4, column 4: this cell opens with a double quote that is never closed.",
      4,
      4,
    ],
    [
      "a bad number behind a quoted line break",
      good.replace("d2,5,6", '"d\n2",x,6'),
      'w.csv, line 5, column 4: "x" in column "a" is not a number.',
      5,
      4,
    ],
  ])("%s", async (_, file, message, line, column) => {
    const refused = await refusal(weather, { "w.csv": file });
    expect(refused.message).toBe(message);
    expect(refused.details.place).toMatchObject({ file: "w.csv", line, column });
  });

  it("says how to write decimals", async () => {
    const refused = await refusal(weather, { "w.csv": "day;a;b\n" + "d;1,5;2\n".repeat(9) });
    expect(refused.details.advice).toBe("Write decimals with a point.");
  });

  it("does not look at columns that nobody reads", async () => {
    const { summary } = await load(
      weather,
      { "w.csv": "day,a,b,note\n" + "x,1,2,n/a\n".repeat(9) },
      none,
    );
    expect(summary).toContain("9 rows");
  });

  it("names the nearest column, and where in the config it was asked for", async () => {
    const refused = await refusal({ ...weather, inputs: ["a", "B"] }, { "w.csv": good });
    expect(refused.message).toBe('w.csv has no column "B". Did you mean "b"?');
    expect(refused.details).toMatchObject({
      path: ["data", "inputs", 1],
      advice: 'Its columns are "day", "a", "b".',
    });
    expect((await refusal({ ...weather, time: "date" }, { "w.csv": good })).details.path).toEqual([
      "data",
      "time",
    ]);
  });

  it("has too few rows for the window and horizon", async () => {
    const refused = await refusal(
      { ...weather, window: 5, horizon: 2 },
      { "w.csv": good },
      { validation: { share: 0.2 } },
    );
    expect(refused.message).toBe(
      "w.csv has 5 rows, of which 4 are trained on; a window of 5 and a horizon of 2 need at least 7.",
    );
    expect(refused.details).toMatchObject({
      advice: expect.stringContaining("Lower data.window to 2"),
      path: ["data", "window"],
    });
    const exactly = await load({ ...weather, window: 3, horizon: 2 }, { "w.csv": good }, none);
    expect(exactly.training.sequenceCount).toBe(1);
  });
});
