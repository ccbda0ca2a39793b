/** `unroll runs`: every run below a folder, newest first. */
import { resolve } from "node:path";
import { configFileOf, type Run } from "../../runs/runFolder.ts";
import { findRuns } from "../../runs/findRuns.ts";
import { listSnapshots } from "../../runs/snapshots.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { count, duration, measured, networkInWords } from "../inWords.ts";
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
    const listed = await Promise.all(runs.map(withSnapshots));
    if (values.json) for (const run of listed) out.write(`${JSON.stringify(jsonOf(run))}\n`);
    else if (runs.length > 0) out.write(table(listed));
    else out.write(`No runs in ${root}. Train one: unroll train\n`);
    for (const { folder: place, reason } of skipped) error.write(`skipped ${place}: ${reason}\n`);
    return exitCodes.done;
  },
});

interface ListedRun extends Run {
  /** Updates of which the weights are kept. */
  readonly snapshots: readonly number[];
}

const withSnapshots = async (run: Run): Promise<ListedRun> => ({
  ...run,
  // A list does without what cannot be read.
  snapshots: await listSnapshots(run.folder).catch(() => []),
});

const jsonOf = (run: ListedRun): Record<string, unknown> => ({
  folder: run.folder,
  config: configFileOf(run),
  ...run.record,
  snapshots: run.snapshots,
});

function table(runs: readonly ListedRun[]): string {
  const columns = ["id", "name", "state", "network", "epochs", "loss", "validation", "time"];
  // Few trainings keep any.
  const isKept = runs.some(({ snapshots }) => snapshots.length > 0);
  const rows = runs.map(({ record, snapshots }) => [
    record.id,
    record.name,
    record.state,
    networkInWords(record.model),
    `${record.epoch}/${record.epochs}`,
    measured(record.trainLoss),
    measured(record.best?.measuredOn === "validation" ? record.best.loss : record.validationLoss),
    duration(record.elapsedMs),
    ...(isKept ? [snapshotsInWords(snapshots)] : []),
  ]);
  return alignedTable([isKept ? [...columns, "snapshots"] : columns, ...rows]);
}

/** "13, updates 0 to 1,200" */
function snapshotsInWords(snapshots: readonly number[]): string {
  const last = snapshots.at(-1);
  if (last === undefined) return "–";
  return `${snapshots.length}, updates ${count(snapshots[0])} to ${count(last)}`;
}
