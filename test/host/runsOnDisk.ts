/** Looks at runs where the extension keeps them, to know when a training has come to its end. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readRuns, type Run } from "../../src/runs/runFolder.ts";
import { waitFor } from "./waiting.ts";

/** The newest run beside a config, if there is any yet. */
export async function newestRun(folder: string): Promise<Run | undefined> {
  if (!existsSync(join(folder, ".unroll/runs"))) return undefined;
  const { runs } = await readRuns(folder);
  return runs.toSorted((a, b) => b.record.createdAt.localeCompare(a.record.createdAt))[0];
}

/** Waits until the newest run has finished; rejects at once when it ended in any other way. */
export async function waitForFinishedRun(folder: string, limitMs: number): Promise<Run> {
  return waitFor(
    `the training in ${folder} to finish`,
    async () => {
      const run = await newestRun(folder);
      if (!run || run.record.state === "training" || run.record.state === "paused")
        return undefined;
      if (run.record.state === "finished") return run;
      const record = await readFile(join(run.folder, "run.json"), "utf8");
      throw new Error(`The training ended as "${run.record.state}":\n${record}`);
    },
    limitMs,
  );
}
