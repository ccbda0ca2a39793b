import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chosenNetwork, readModelFile } from "../../../src/jobs/modelFile.ts";
import { modelSequence } from "../../../src/jobs/modelSequence.ts";

const folder = mkdtempSync(join(tmpdir(), "masked-"));
afterAll(() => rmSync(folder, { recursive: true }));
const models = new URL("../../golden/models/keras/", import.meta.url).pathname;

/** A sequence for a Keras model, as the model editor takes it out of a file. */
async function sequenceOf(model: string, rows: unknown, index: number) {
  const network = chosenNetwork(await readModelFile(join(models, model), {}), undefined);
  const file = join(folder, "x.json");
  writeFileSync(file, JSON.stringify(rows));
  return modelSequence(network, { file, index, batchFirst: true });
}

describe("a sequence for a Keras model that masks", () => {
  const [step, padding] = [
    [1, 2, 3, 4],
    [0, 0, 0, 0],
  ];

  it("ends where the padding begins, as the command line's trace does", async () => {
    const batch = [
      [step, step, step],
      [step, padding, padding],
    ];
    const { sequence } = await sequenceOf("masked.keras", batch, 1);
    expect(sequence.batch).toMatchObject({ steps: 1, size: 1 });
    expect(sequence.steps).toHaveLength(1);
    expect((await sequenceOf("masked.keras", batch, 0)).sequence.batch.steps).toBe(3);
  });

  it("is refused where there is nothing else in it", async () => {
    const nothing = [
      [step, step],
      [padding, padding],
    ];
    await expect(sequenceOf("masked.keras", nothing, 1)).rejects.toThrow(
      /Sequence 2 of x\.json holds nothing but what the model skips/,
    );
  });
});
