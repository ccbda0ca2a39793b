/** Every loss in a whole training, from the config to the weights and what is shown of them. */
import { describe, expect, it } from "vitest";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { forecast } from "../../../src/jobs/forecast.ts";
import { loadRun } from "../../../src/jobs/loadedRun.ts";
import { train } from "../../../src/jobs/train.ts";
import type { TrainingRequest } from "../../../src/jobs/trainingSetup.ts";
import { readMetrics } from "../../../src/runs/metrics.ts";
import { readRun } from "../../../src/runs/runFolder.ts";
import { experiment, type ConfigChanges, type Kind } from "./trainingFixture.ts";

const optimizer = { kind: "adam", learningRate: 0.02 };
const experimentWith = (kind: Kind, loss: Record<string, unknown>, data = {}) =>
  experiment(kind, { training: { epochs: 8, loss, optimizer }, data } satisfies ConfigChanges);

async function lossesOf(request: TrainingRequest) {
  const result = await train(request);
  const { rows } = await readMetrics(result.runFolder);
  return { ...result, losses: rows.flatMap(({ trainLoss }) => trainLoss ?? []) };
}

const yesOrNo = { targets: ["wet"], inputs: ["temperature"], standardize: false, path: "wet.csv" };
async function wetDays(wet: (day: number) => number) {
  const { writeFile } = await import("node:fs/promises");
  const request = await experimentWith("table", { kind: "sigmoid-cross-entropy" }, yesOrNo);
  const rows = Array.from({ length: 120 }, (_, day) => `${Math.sin(day / 3)},${wet(day)}`);
  await writeFile(`${request.folder}/wet.csv`, `temperature,wet\n${rows.join("\n")}\n`);
  return request;
}

describe("a training", () => {
  for (const kind of ["mean-absolute-error", "huber", "gaussian"]) {
    it(`with the loss ${kind} learns, and says in its record what it measured`, async () => {
      const { losses, runFolder } = await lossesOf(await experimentWith("table", { kind }));
      expect(losses.at(-1)).toBeLessThan(losses[0] - 0.1);
      const { record } = await readRun(runFolder);
      expect(record.model.loss).toBe(kind);
      expect(record.model.output.size).toBe(kind === "gaussian" ? 2 : 1);
      // In the same loss: the temperature goes up and down, so that the last row says more than the mean.
      const [last, mean] = record.baselines;
      expect(last.name).toBe("same as the last row");
      expect(mean.name).toBe("mean of the training rows");
      expect(last.loss).toBeLessThan(mean.loss);
      expect(losses.at(-1)).toBeLessThan(mean.loss);
    });
  }

  it("with a sigmoid learns to say yes or no, as probabilities in a forecast", async () => {
    const request = await wetDays((day) => (Math.sin(day / 3) > 0 ? 1 : 0));
    const { losses, runFolder } = await lossesOf(request);
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    const kernels = referenceKernels("float32");
    const { rows } = await forecast(
      await loadRun(runFolder, "last"),
      { steps: 1, workspaceFolders: [] },
      kernels,
    );
    expect(rows[0][0]).toBeGreaterThan(0);
    expect(rows[0][0]).toBeLessThan(1);
  });

  it("with a sigmoid refuses targets that are no yes or no", async () => {
    const request = await wetDays((day) => day % 3);
    await expect(train(request)).rejects.toMatchObject({
      name: "UserError",
      message: 'A target is 2, and "sigmoid-cross-entropy" needs a yes (1) or no (0) for each.',
      details: { path: ["training", "loss", "kind"] },
    });
  });

  it("with weights of classes and smoothed labels learns, and counts right answers as before", async () => {
    const loss = {
      kind: "cross-entropy",
      labelSmoothing: 0.1,
      classWeights: [{ label: "spam", weight: 3 }],
    };
    const { losses, runFolder } = await lossesOf(await experimentWith("labelled text", loss));
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    expect((await readRun(runFolder)).record.validationAccuracy).toBe(1);
  });

  it("refuses the weight of a class that the data does not have", async () => {
    const loss = { kind: "cross-entropy", classWeights: [{ label: "spma", weight: 3 }] };
    await expect(train(await experimentWith("labelled text", loss))).rejects.toMatchObject({
      message: 'The data has no class "spma".',
      details: { path: ["training", "loss", "classWeights", 0, "label"] },
    });
  });
});
