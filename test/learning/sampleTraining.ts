/** Trains the samples that ship, as a person would, with other sizes where a test must be short. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { buildSamples } from "../../media/samples/build.mjs";
import { applyOverrides } from "../../src/config/overrides.ts";
import { loadDataset, type Baseline, type Dataset } from "../../src/data/dataset.ts";
import { createFileSource } from "../../src/jobs/fileSource.ts";
import { requireConfig } from "../../src/jobs/requireConfig.ts";
import { train } from "../../src/jobs/train.ts";
import { readMetrics } from "../../src/runs/metrics.ts";
import type { MetricsRow, TrainingResult } from "../../src/protocol/training.ts";

let samples: Promise<string> | undefined;

async function makeSamples(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "unroll-samples-"));
  await buildSamples(folder);
  return folder;
}

afterAll(async () => {
  if (samples) await rm(await samples, { recursive: true, force: true });
  samples = undefined;
});

export interface TrainedSample {
  readonly result: TrainingResult;
  readonly rows: readonly MetricsRow[];
  readonly dataset: Dataset;
}

/** `overrides` are as on the command line: `training.epochs=2`. */
export async function trainSample(
  file: string,
  overrides: readonly string[] = [],
): Promise<TrainedSample> {
  samples ??= makeSamples();
  const folder = await samples;
  const configFile = join(folder, file);
  const text = applyOverrides(await readFile(configFile, "utf8"), overrides);
  const result = await train({ configFile, text });
  const { rows } = await readMetrics(result.runFolder);
  const config = requireConfig(configFile, text);
  const files = createFileSource(dirname(configFile));
  const dataset = await loadDataset(config.data, config.training, files);
  return { result, rows, dataset };
}

/** What something simpler reaches, measured on the same validation data. */
export function baseline({ dataset }: TrainedSample, name: string): Baseline {
  const found = dataset.baselines.find((each) => each.name.startsWith(name));
  if (!found) {
    const known = dataset.baselines.map((each) => each.name).join(", ");
    throw new Error(`No baseline "${name}"; there are: ${known}.`);
  }
  return found;
}
