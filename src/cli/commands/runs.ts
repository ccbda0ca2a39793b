/** `unroll runs`: every run below a folder, newest first. */
import { resolve } from "node:path";
import { configFileOf, type Run } from "../../runs/runFolder.ts";
import { findRuns } from "../../runs/findRuns.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { duration, measured, networkInWords } from "../inWords.ts";
import { alignedTable } from "../table.ts";

const help = `Usage: unroll runs [FOLDER] [--json]

Lists the runs below FOLDER (the current folder by default), newest first.

  --json    one JSON object per run, one per line
`;

export const runsCommand = defineCommand({
  name: "runs",
  summary: "list what was trained",
  help,
  options: { json: { type: "boolean", default: false } },
  positionals: { least: 0, most: 1 },
  async run({ values, positionals }, { out, error, folder }) {
    const root = resolve(folder, positionals[0] ?? ".");
    const { runs, skipped } = await findRuns(root);
    if (values.json) for (const run of runs) out.write(`${JSON.stringify(jsonOf(run))}\n`);
    else if (runs.length > 0) out.write(table(runs));
    else out.write(`No runs in ${root}. Train one: unroll train\n`);
    for (const { folder: place, reason } of skipped) error.write(`skipped ${place}: ${reason}\n`);
    return exitCodes.done;
  },
});

const jsonOf = (run: Run): Record<string, unknown> => ({
  folder: run.folder,
  config: configFileOf(run),
  ...run.record,
});

function table(runs: readonly Run[]): string {
  const header = ["id", "name", "state", "network", "epochs", "loss", "validation", "time"];
  const rows = runs.map(({ record }) => [
    record.id,
    record.name,
    record.state,
    networkInWords(record.model),
    `${record.epoch}/${record.epochs}`,
    measured(record.trainLoss),
    measured(record.best?.measuredOn === "validation" ? record.best.loss : record.validationLoss),
    duration(record.elapsedMs),
  ]);
  return alignedTable([header, ...rows]);
}
