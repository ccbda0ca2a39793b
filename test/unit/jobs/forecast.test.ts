import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { problemOf, trained, typed } from "./tracingFixture.ts";

const window = 12;
const both = { window, targets: ["temperature", "rain"] };

/** The table's last rows, as a person would type them. */
async function lastRows(folder: string, count: number): Promise<string[]> {
  const lines = (await readFile(join(folder, "weather.csv"), "utf8")).trim().split("\n");
  return lines.slice(-count).map((line) => line.split(",").slice(1).join(" "));
}

type Trained = Awaited<ReturnType<typeof trained>>;

const ask = ({ session, runFolder }: Trained, steps: number) =>
  session.forecast({ runFolder, checkpoint: "last", steps });

/** What the network says after the last of some typed rows. */
async function saysAfter({ session, open }: Trained, rows: readonly string[]): Promise<number[]> {
  const { id: trace, steps } = await open(typed(rows.join("\n")));
  const { columns } = await session.columns({ trace, steps: [steps - 1, steps] });
  return columns[0].forecast?.map(({ predicted }) => predicted) ?? [];
}

function expectClose(found: readonly number[], expected: readonly number[], place: string): void {
  expect(found, place).toHaveLength(expected.length);
  found.forEach((value, i) => expect(value, place).toBeCloseTo(expected[i], 3));
}

describe("forecasting beyond the end of a table", () => {
  it("reads the last window, then its own forecasts in place of rows to come", async () => {
    const run = await trained("table", { data: both });
    const { names, rows } = await ask(run, 15);
    expect(names).toEqual(["temperature", "rain"]);
    expect(rows).toHaveLength(15);
    const read = await lastRows(run.folder, window);
    for (const [step, row] of rows.entries()) {
      expectClose(row, await saysAfter(run, read.slice(-window)), `row ${step + 1}`);
      read.push(row.join(" "));
    }
  });

  it("adds up the changes that it forecasts, with what is known of their errors", async () => {
    const data = {
      derived: [
        { kind: "difference", name: "warmer", of: "temperature" },
        { kind: "difference", name: "slowly", of: "temperature", rows: 2 },
      ],
      inputs: ["warmer", "slowly"],
      targets: ["warmer", "slowly"],
      window: 12,
    };
    const run = await trained("table", { data, training: { loss: { kind: "gaussian" } } });
    const { names, rows, deviations = [] } = await ask(run, 5);
    // A difference over two rows does not add up.
    expect(names).toEqual(["warmer", "slowly", "temperature"]);
    const [last] = await lastRows(run.folder, 1);
    let value = Number(last.split(" ")[0]);
    let variance = 0;
    for (const [step, [change, , temperature]] of rows.entries()) {
      value += change;
      variance += deviations[step][0] ** 2;
      expect(temperature).toBeCloseTo(value, 9);
      expect(deviations[step][2]).toBeCloseTo(Math.sqrt(variance), 9);
    }
  });

  it("gives the price whose return it forecasts", async () => {
    const derived = [{ kind: "log-difference", name: "return", of: "temperature" }];
    const data = { derived, inputs: ["return"], targets: ["return"], window: 12 };
    const positive = await trained("table", { data });
    const { names, rows } = await ask(positive, 3);
    expect(names).toEqual(["return", "temperature"]);
    const [last] = await lastRows(positive.folder, 1);
    const total = rows.reduce((sum, [change]) => sum + change, 0);
    expect(rows[2][1]).toBeCloseTo(Number(last.split(" ")[0]) * Math.exp(total), 9);
  });

  it("says how sure a Gaussian network is of each number, in the table's units", async () => {
    const run = await trained("table", { data: both, training: { loss: { kind: "gaussian" } } });
    const { rows, deviations } = await ask(run, 4);
    expect(rows.flat()).toHaveLength(8);
    expect(deviations?.flat()).toHaveLength(8);
    for (const deviation of deviations?.flat() ?? []) expect(deviation).toBeGreaterThan(0);
    const { id: trace, steps } = await run.open(
      typed((await lastRows(run.folder, window)).join("\n")),
    );
    const { columns } = await run.session.columns({ trace, steps: [steps - 1, steps] });
    const said = columns[0].forecast?.map(({ deviation }) => deviation ?? NaN) ?? [];
    expectClose(deviations?.[0] ?? [], said, "the first row's deviations");
    const plain = await ask(await trained("table", { data: both }), 1);
    expect(plain.deviations).toBeUndefined();
  });

  it("takes all rows of a longer horizon before it reads the first of them", async () => {
    const run = await trained("table", { data: { ...both, horizon: 3 } });
    const { rows } = await ask(run, 5);
    const read = await lastRows(run.folder, window);
    expectClose(rows.slice(0, 3).flat(), await saysAfter(run, read), "the first three rows");
    read.push(...rows.slice(0, 3).map((row) => row.join(" ")));
    const next = await saysAfter(run, read.slice(-window));
    expectClose(rows.slice(3).flat(), next.slice(0, 4), "the last two rows");
  });

  it("goes as far as its horizon when an input is not predicted, and says why no further", async () => {
    const run = await trained("table", { data: { window, horizon: 2 } });
    const { names, rows } = await ask(run, 2);
    expect(names).toEqual(["temperature"]);
    expectClose(rows.flat(), await saysAfter(run, await lastRows(run.folder, window)), "both rows");
    const problem = await problemOf(ask(run, 3));
    expect(problem.message).toMatch(
      /2 rows ahead, not 3: .*"rain" is an input that it does not predict/,
    );
    expect(problem.details.advice).toMatch(/data\.targets.*data\.horizon/);
  });

  it("starts from where the table ends now", async () => {
    const run = await trained("table", { data: both });
    const [before] = (await ask(run, 1)).rows;
    await appendFile(join(run.folder, "weather.csv"), "day 120,-5,6\n");
    const [after] = (await ask(run, 1)).rows;
    expect(after).not.toEqual(before);
    expectClose(
      after,
      await saysAfter(run, await lastRows(run.folder, window)),
      "after the new row",
    );
  });

  it("forecasts with networks that answer once, or read once", async () => {
    const once = await trained("table", { data: { ...both, shape: "many-to-one" } });
    const [first] = (await ask(once, 3)).rows;
    expectClose(first, await saysAfter(once, await lastRows(once.folder, window)), "many-to-one");

    const readsOnce = await trained("table", { data: { ...both, shape: "one-to-many" } });
    const { rows } = await ask(readsOnce, window);
    expect(rows).toHaveLength(window);
    expectClose(
      rows[0],
      await saysAfter(readsOnce, await lastRows(readsOnce.folder, 1)),
      "one-to-many",
    );
    expect((await problemOf(ask(readsOnce, window + 1))).message).toMatch(/12 rows ahead, not 13/);
  });

  it("refuses what does not look ahead", async () => {
    expect((await problemOf(ask(await trained("adding problem"), 1))).message).toMatch(
      /not trained on a table/,
    );
    expect(
      (await problemOf(ask(await trained("table", { data: { window, horizon: 0 } }), 1))).message,
    ).toMatch(/horizon of 0/);
    const run = await trained("table", { data: both });
    for (const steps of [0, 1.5, 100_000])
      expect((await problemOf(ask(run, steps))).message).toMatch(/not a number of rows/);
  });
});
