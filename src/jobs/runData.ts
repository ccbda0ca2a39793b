/** The data that a run was trained on, read again only when one of its sequences is asked for. */
import { dirname } from "node:path";
import { UserError } from "../config/problem.ts";
import { loadDataset, type Dataset } from "../data/dataset.ts";
import { configFileOf } from "../runs/runFolder.ts";
import { createFileSource } from "./fileSource.ts";
import type { RunDescription } from "./loadedRun.ts";

export interface RunData {
  /** Throws `UserError` when the data is gone, or is not what the network was trained on any more. */
  datasetOf(run: RunDescription): Promise<Dataset>;
}

/** Keeps the data of the run that was asked for last: panels ask for many sequences of one run. */
export function createRunData(workspaceFolders: readonly string[]): RunData {
  let kept: { readonly folder: string; readonly dataset: Promise<Dataset> } | undefined;
  return {
    async datasetOf(description) {
      const { folder } = description.run;
      if (kept?.folder !== folder) kept = { folder, dataset: read(description, workspaceFolders) };
      const { dataset } = kept;
      try {
        return await dataset;
      } catch (error) {
        // The person may mend it and ask again.
        if (kept?.dataset === dataset) kept = undefined;
        throw error;
      }
    },
  };
}

export const fileSourceOf = ({ run }: RunDescription, workspaceFolders: readonly string[]) =>
  createFileSource(dirname(configFileOf(run)), { workspaceFolders });

async function read(
  description: RunDescription,
  workspaceFolders: readonly string[],
): Promise<Dataset> {
  const { run, config, encoding } = description;
  const { name } = run.record;
  let dataset: Dataset;
  try {
    const files = fileSourceOf(description, workspaceFolders);
    dataset = await loadDataset(config.data, config.training, files);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, place, advice } = error.details;
    throw new UserError(code, `The data of "${name}" cannot be read. ${error.message}`, {
      place,
      advice: [advice, typing].filter(Boolean).join(" "),
    });
  }
  // Token 17 has to mean what it meant to the network.
  if (JSON.stringify(dataset.encoding) !== JSON.stringify(encoding)) {
    throw new UserError(
      "data",
      `The data has changed since "${name}" was trained, so that its sequences are not those that the network knows.`,
      { advice: `Restore the data, or train a new run. ${typing}` },
    );
  }
  return dataset;
}

const typing = "A sequence that you type yourself needs no data.";
