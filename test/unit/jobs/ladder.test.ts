/** The task ladder: that every rung can be trained, that results are kept, and what the table says. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/validate.ts";
import { climb, type Climb } from "../../../src/jobs/ladder/climb.ts";
import { ladderTable } from "../../../src/jobs/ladder/ladderTable.ts";
import { isSolved, rungs, type Rung } from "../../../src/jobs/ladder/rungs.ts";
import { createKernels } from "../../../src/jobs/kernels.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

/** A rung that takes a moment. */
const low: Rung = {
  id: "low",
  title: "Parity of four bits",
  config: {
    data: { kind: "synthetic", task: "parity", length: 4, examples: 40 },
    model: { layers: [{ cell: "rnn", hidden: 3 }] },
    training: { epochs: 1, batch: 10 },
  },
  measure: "accuracy",
  unit: "steps right",
  chance: 0.5,
  solved: 0.99,
  published: "guessed",
};

const plainKernels = () => createKernels({ kernels: "reference" });

const climbed = (value: number, seed: number): Climb => ({
  rung: "low",
  seed,
  config: "",
  value,
  ...(isSolved(low, value) && { solvedAfter: 400 }),
  updates: 1000 * seed,
  elapsedMs: 1,
});

describe("the ladder", () => {
  it.each(rungs.map((rung) => [rung.id, rung] as const))(
    "has a config without problems on the rung %s, and chance does not count as solved",
    (_, rung) => {
      expect(parseConfig(JSON.stringify(rung.config)).problems).toEqual([]);
      expect(isSolved(rung, rung.chance)).toBe(false);
    },
  );

  it("names each rung once", () => {
    expect(new Set(rungs.map(({ id }) => id)).size).toBe(rungs.length);
  });
});

describe("climbing", () => {
  it("trains each seed once, keeps the result, and goes on from what is kept", async () => {
    const folder = await temporaryFolder();
    const seen: [number, boolean][] = [];
    const options = {
      folder,
      createKernels: plainKernels,
      onClimb: (_: Rung, { seed }: Climb, known: boolean) => void seen.push([seed, known]),
    } as const;
    const first = await climb([low], { ...options, seeds: [1] });
    const both = await climb([low], { ...options, seeds: [1, 2] });
    expect(seen).toEqual([
      [1, false],
      [1, true],
      [2, false],
    ]);
    expect(both[0]).toEqual(first[0]);
    expect(both.map(({ updates }) => updates)).toEqual([4, 4]);
    for (const { value } of both) expect(value).toBeGreaterThan(0.3);
    expect(JSON.parse(both[1].config)).toMatchObject({ training: { seed: 2, epochs: 1 } });
  });

  it("trains again what has another config, or whose results are damaged", async () => {
    const folder = await temporaryFolder();
    const options = {
      folder,
      seeds: [1],
      createKernels: plainKernels,
    };
    await climb([low], options);
    const longer = { ...low, config: { ...low.config, training: { epochs: 2, batch: 10 } } };
    const [again] = await climb([longer], options);
    expect(again.updates).toBe(8);
    await writeFile(join(folder, "results.json"), '[{"rung": "low"');
    const [mended] = await climb([longer], options);
    expect(mended.value).toBe(again.value);
    expect(JSON.parse(await readFile(join(folder, "results.json"), "utf8"))).toHaveLength(1);
  });

  it("stops without a result when it is interrupted", async () => {
    const folder = await temporaryFolder();
    const signal = AbortSignal.abort();
    expect(await climb([low], { folder, seeds: [1], createKernels: plainKernels, signal })).toEqual(
      [],
    );
  });
});

describe("the table of the ladder", () => {
  it("has mean and spread over seeds beside chance and the literature", () => {
    expect(ladderTable([low], [climbed(1, 1), climbed(0.98, 2), climbed(0.99, 3)])).toBe(
      "| task | reached here | chance | solved | updates until then | published |\n" +
        "| --- | --- | --- | --- | --- | --- |\n" +
        "| Parity of four bits | 99.0 % ± 1.0 % steps right | 50.0 % | 1 of 3 | 400 | guessed |\n",
    );
  });

  it("leaves out what was not climbed, and the spread of a single seed", () => {
    const other = { ...low, id: "other" };
    const table = ladderTable([other, low], [climbed(0.75, 1)]);
    expect(table.split("\n")).toHaveLength(4);
    expect(table).toContain("| 75.0 % steps right |");
  });
});
