/** What a person means by RUN: a folder, an id or the beginning of one, a name, or `latest`. */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UserError } from "../config/problem.ts";
import { findRuns } from "../runs/findRuns.ts";
import { readRun, type Run } from "../runs/runFolder.ts";

/** Looks below `folder`. Throws `UserError` when it is not one run. */
export async function findRun(reference: string, folder: string): Promise<Run> {
  const path = resolve(folder, reference);
  if (await isFile(join(path, "run.json"))) return readRun(path);

  const { runs } = await findRuns(folder);
  if (runs.length === 0) {
    throw new UserError("run", `There are no runs in ${folder}.`, {
      advice: "Train one: unroll train",
    });
  }
  if (reference === "latest") return runs[0];
  const matching = [
    runs.filter(({ record }) => record.id === reference),
    runs.filter(({ record }) => record.name === reference),
    runs.filter(({ record }) => record.id.startsWith(reference)),
  ].find((found) => found.length > 0);
  if (!matching) {
    throw new UserError("run", `No run is called "${reference}".`, {
      advice: `There are:\n${list(runs)}`,
    });
  }
  if (matching.length > 1) {
    throw new UserError("run", `"${reference}" may be any of ${matching.length} runs.`, {
      advice: `Say which, by its id:\n${list(matching)}`,
    });
  }
  return matching[0];
}

const list = (runs: readonly Run[]): string =>
  runs
    .slice(0, 10)
    .map(({ record }) => `  ${record.id}  ${record.name}`)
    .join("\n");

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
