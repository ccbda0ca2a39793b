import { describe, expect, it } from "vitest";
import { parseCsv } from "../../../src/data/csv.ts";
import { readTextFile } from "../../../src/data/files.ts";
import { sequenceOfRows } from "../../../src/data/fileRange.ts";
import { csv, load, memoryFiles, refusal } from "./builders.ts";

const closes = [100, 110, 99, 99, 198, 99];
const file = csv(
  ["day", "close", "volume"],
  closes.map((close, row) => [`d${row}`, close, row]),
);
const files = { "p.csv": file };
const table = {
  kind: "table",
  path: "p.csv",
  time: "day",
  window: 2,
  horizon: 1,
  standardize: false,
};
const none = { validation: { share: 0 } };
const move = { kind: "log-difference", name: "return", of: "close" };
const size = { kind: "absolute", name: "size", of: "return" };

/** The values of one column that the network reads, row by row. */
async function valuesOf(derived: readonly object[], name: string): Promise<number[]> {
  const data = { ...table, derived, inputs: [name], targets: [name], window: 1, horizon: 0 };
  const { training } = await load(data, files, none);
  return Array.from({ length: training.sequenceCount }, (_, row) => training.read(row).input[0]);
}

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

describe("a derived column", () => {
  it("is the difference to the row before, or to one further back", async () => {
    const change = { kind: "difference", name: "change", of: "close" };
    expect(await valuesOf([change], "change")).toEqual([10, -11, 0, 99, -99]);
    expect(await valuesOf([{ ...change, rows: 4 }], "change")).toEqual([98, -11]);
  });

  it("is the share by which a price moved: a halving undoes a doubling", async () => {
    const wanted = [Math.log(1.1), Math.log(0.9), 0, Math.log(2), -Math.log(2)];
    expect(await valuesOf([move], "return")).toEqual(near(wanted));
  });

  it("is worked out from another one above it", async () => {
    const wanted = [Math.log(1.1), -Math.log(0.9), 0, Math.log(2), Math.log(2)];
    expect(await valuesOf([move, size], "size")).toEqual(near(wanted));
  });

  it("is the logarithm of a column", async () => {
    const log = { kind: "logarithm", name: "log", of: "close" };
    expect(await valuesOf([log], "log")).toEqual(near(closes.map(Math.log)));
  });

  it("is the mean or the deviation of the last rows", async () => {
    const of = { of: "close", rows: 3, name: "rolling" };
    expect(await valuesOf([{ ...of, kind: "rolling-mean" }], "rolling")).toEqual(
      near([103, 308 / 3, 132, 132]),
    );
    const spread = Math.sqrt((2 * 33 ** 2 + 66 ** 2) / 3);
    expect(await valuesOf([{ ...of, kind: "rolling-deviation" }], "rolling")).toEqual(
      near([Math.sqrt(74 / 3), Math.sqrt(242 / 9), spread, spread]),
    );
  });

  it("never looks ahead: what comes later changes nothing before it", async () => {
    const derived = [
      move,
      { kind: "rolling-deviation", name: "volatility", of: "return", rows: 2 },
      { kind: "rolling-mean", name: "level", of: "close", rows: 3 },
    ];
    const inputs = ["return", "volatility", "level"];
    const read = async (text: string) => {
      const data = { ...table, derived, inputs, targets: ["close"], window: 2 };
      const { training } = await load(data, { "p.csv": text }, none);
      return [...training.read(0).input];
    };
    expect(await read(file.replace("d4,198", "d4,7"))).toEqual(await read(file));
  });
});

describe("a table with derived columns", () => {
  const data = { ...table, derived: [move, size], inputs: ["close", "size"], targets: ["return"] };

  it("begins at the first row that has a past; rows keep their names and places", async () => {
    const { training, summary } = await load(data, files, none);
    expect(summary).toContain("5 rows from d1 to d5");
    expect([...training.read(0).target]).toEqual(near([Math.log(0.9), 0]));
    const [first] = training.labels(0);
    expect(first).toMatchObject({ input: "d1", place: { file: "p.csv", line: 3 } });
  });

  it("reads the same rows from the file as it was trained on", async () => {
    const { encoding, training } = await load({ ...data, standardize: true }, files, none);
    if (encoding.kind !== "table") throw new Error("not a table");
    const whole = parseCsv(await readTextFile(memoryFiles(files), "p.csv"));
    const { batch } = sequenceOfRows(encoding, whole, [3, 4], {
      derived: [
        { kind: "log-difference", name: "return", of: "close", rows: 1 },
        { kind: "absolute", name: "size", of: "return" },
      ],
      condition: "first-step",
    });
    if (batch.input.kind !== "dense") throw new Error("not numbers");
    expect([...batch.input.values]).toEqual([...Float32Array.from(training.read(1).input)]);
  });

  it("has no first row to read where that row has no past", async () => {
    const { encoding } = await load(data, files, none);
    if (encoding.kind !== "table") throw new Error("not a table");
    const whole = parseCsv(await readTextFile(memoryFiles(files), "p.csv"));
    const derived = [{ kind: "log-difference", name: "return", of: "close", rows: 1 }] as const;
    const sized = [...derived, { kind: "absolute", name: "size", of: "return" }] as const;
    expect(() =>
      sequenceOfRows(encoding, whole, [1, 2], { derived: [...sized], condition: "first-step" }),
    ).toThrow("look 1 rows back");
  });

  it("refuses the logarithm of nothing, at its row", async () => {
    const wanted = [{ kind: "logarithm", name: "log", of: "volume" }];
    const refused = await refusal(
      { ...data, derived: wanted, inputs: ["log"], targets: ["log"] },
      files,
    );
    expect(refused.message).toContain('"volume" is 0 here');
    expect(refused.details.place).toMatchObject({ file: "p.csv", line: 2 });
  });

  it("refuses a name that the file has, and a column that is nowhere, with the one that was meant", async () => {
    const taken = await refusal({ ...data, derived: [{ ...move, name: "volume" }] }, files);
    expect(taken.message).toContain('has a column "volume" already');
    expect(taken.details.path).toEqual(["data", "derived", 0, "name"]);
    const unknown = await refusal({ ...data, derived: [{ ...move, of: "closed" }, size] }, files);
    expect(unknown.message).toContain('Did you mean "close"?');
    expect(unknown.details.path).toEqual(["data", "derived", 0, "of"]);
    const misspelt = await refusal({ ...data, inputs: ["sise"] }, files);
    expect(misspelt.message).toContain('Did you mean "size"?');
  });
});
