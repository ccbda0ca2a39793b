/**
 * The runs whose curves are shown: the one that trains or trained last, or those that were chosen
 * for comparison. Rows of a training that runs here come from its progress, others from disk.
 */
import * as vscode from "vscode";
import type { CurveRun } from "../../protocol/curvesContract.ts";
import type { MetricsRow, TrainingStatus } from "../../protocol/training.ts";
import { readMetrics } from "../../runs/metrics.ts";
import { readRun } from "../../runs/runFolder.ts";
import { explain, type Log } from "../log.ts";
import { trainedConfig } from "../trainedConfig.ts";
import type { TrainingController, TrainingRequest } from "../training/trainingController.ts";
import type { RunLibrary } from "../views/runLibrary.ts";
import { lossUnit } from "./lossUnit.ts";
import { runState } from "./runState.ts";

export interface CurveStore extends vscode.Disposable {
  readonly shown: readonly CurveRun[];
  compare(runFolders: readonly string[]): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

interface Loaded {
  readonly rows: MetricsRow[];
  readonly lossUnit?: string;
  /** `updatedAt` of the run's record when they were read. */
  readonly asOf: string | undefined;
}

/** The training that runs here, or ran here last. */
interface Live {
  readonly request: TrainingRequest | undefined;
  readonly runFolder: string;
  readonly rows: MetricsRow[];
  /** What it said last, and when. */
  heard: { readonly status: TrainingStatus; readonly at: number };
}

const memoryKey = "unroll.curves";

export function createCurveStore(
  library: RunLibrary,
  training: TrainingController,
  memory: vscode.Memento,
  log: Log,
): CurveStore {
  const changed = new vscode.EventEmitter<void>();
  const loaded = new Map<string, Loaded>();
  let chosen = memory.get<readonly string[]>(memoryKey, []);
  let live: Live | undefined;
  /** Names and states as panels were told of them last. */
  let told = "";

  async function load(runFolder: string): Promise<void> {
    if (loaded.has(runFolder)) return;
    try {
      const asOf = library.find(runFolder)?.record.updatedAt;
      const unit = await readLossUnit(runFolder);
      const { rows } = await readMetrics(runFolder);
      // Progress that arrived while the file was read is newer than what the file said.
      const newer = live?.runFolder === runFolder ? live.rows : [];
      const first = newer[0]?.update ?? Number.POSITIVE_INFINITY;
      loaded.set(runFolder, {
        rows: [...rows.filter((row) => row.update < first), ...newer],
        ...(unit === undefined ? {} : { lossUnit: unit }),
        asOf,
      });
    } catch (error) {
      log.warn(`Could not read the curves of ${runFolder}: ${explain(error).message}`);
    }
  }

  async function show(runFolders: readonly string[]): Promise<void> {
    chosen = runFolders;
    void memory.update(memoryKey, runFolders);
    await Promise.all(runFolders.map(load));
    tell();
  }

  function tell(): void {
    told = labels();
    changed.fire();
  }

  function labels(): string {
    return JSON.stringify(chosen.map(labelOf));
  }

  function labelOf(runFolder: string): Pick<CurveRun, "name" | "state"> | undefined {
    const record = library.find(runFolder)?.record;
    const heard = live?.runFolder === runFolder ? live.heard : undefined;
    const runsHere = training.status?.runFolder === runFolder;
    const state = runState(record, heard, runsHere);
    const name = runsHere ? heard?.status.runName : (record?.name ?? heard?.status.runName);
    return name === undefined || state === undefined ? undefined : { name, state };
  }

  function addProgress(status: TrainingStatus, rows: readonly MetricsRow[]): void {
    const { runFolder } = status;
    const heard = { status, at: Date.now() };
    if (live?.runFolder !== runFolder || live.request !== training.request) {
      // A resumed run goes back to its checkpoint: what was measured after it is measured again.
      live = { request: training.request, runFolder, rows: [], heard };
      loaded.delete(runFolder);
      void show(chosen.includes(runFolder) ? chosen : [runFolder]);
    }
    live.heard = heard;
    live.rows.push(...rows);
    loaded.get(runFolder)?.rows.push(...rows);
  }

  /** Follows what happens on disk: runs that went away, and runs that something else trains. */
  async function follow(): Promise<void> {
    const existing = chosen.filter((folder) => library.find(folder) || folder === live?.runFolder);
    const stale = existing.filter((folder) => {
      const rows = loaded.get(folder);
      return (
        !rows ||
        (folder !== live?.runFolder && rows.asOf !== library.find(folder)?.record.updatedAt)
      );
    });
    for (const folder of stale) loaded.delete(folder);
    const newest = library.runs[0]?.folder;
    if (existing.length === 0 && newest !== undefined) await show([newest]);
    else if (stale.length > 0 || existing.length < chosen.length) await show(existing);
    // The record of a run is written, and read, later than its training ends.
    else if (labels() !== told) tell();
  }

  const subscriptions = [
    changed,
    training.onProgress(({ status, rows }) => addProgress(status, rows)),
    library.onDidChange(() => void follow()),
  ];

  return {
    get shown() {
      return chosen.flatMap((runFolder) => {
        const label = labelOf(runFolder);
        if (!label) return [];
        const { rows = [], lossUnit } = loaded.get(runFolder) ?? {};
        return [{ runFolder, ...label, rows, ...(lossUnit === undefined ? {} : { lossUnit }) }];
      });
    },
    compare: show,
    onDidChange: changed.event,
    dispose: () => vscode.Disposable.from(...subscriptions).dispose(),
  };
}

/** Undefined when the run cannot be read: its curves can be drawn all the same. */
async function readLossUnit(runFolder: string): Promise<string | undefined> {
  try {
    const { record } = await readRun(runFolder);
    return lossUnit(record.model, (await trainedConfig(runFolder))?.data);
  } catch {
    return undefined;
  }
}
