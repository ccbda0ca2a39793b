/**
 * Through which weights the shown sequence is seen: those that its run kept on the way, for the slider that all panels
 * share. While the run is trained and the person stands at the newest, every new one is shown, as often as eyes can use.
 */
import * as vscode from "vscode";
import type { WeightsChoice } from "../../protocol/sequenceChoice.ts";
import type { SnapshotsShown } from "../../protocol/snapshotsShown.ts";
import { listSnapshots } from "../../runs/snapshots.ts";
import { explain, type Log } from "../log.ts";
import { halfTheTime, paced } from "../pace.ts";
import type { Audience } from "../panels/audience.ts";
import type { RunLibrary } from "../views/runLibrary.ts";
import type { TrainingController } from "../training/trainingController.ts";
import { newestWins } from "./newestWins.ts";
import type { TraceStore } from "./traceStore.ts";

export interface SnapshotView extends vscode.Disposable {
  /** Undefined when nothing is shown of which a run kept anything. */
  readonly shown: SnapshotsShown | undefined;
  /** Shows the same sequence through these weights. What is asked for meanwhile takes its place. */
  show(weights: WeightsChoice): Promise<void>;
  /** To the next one that is kept, or the one before. */
  step(by: 1 | -1): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

/** Twice a second is as often as a person can see what changed. */
const betweenFollowsMs = 500;

const mostInPassingMs = 1_000;

export function createSnapshotView(
  traces: TraceStore,
  training: TrainingController,
  library: RunLibrary,
  audience: Audience,
  log: Log,
): SnapshotView {
  const changed = new vscode.EventEmitter<void>();
  let kept: { readonly runFolder: string; readonly updates: readonly number[] } | undefined;
  /** What the training said last. */
  let told: number | undefined;
  const trainedHere = new Set<string>();
  let wasGrowing = false;

  const moves = newestWins<WeightsChoice>(async (checkpoint) => {
    const { ofRun: selection } = traces;
    if (!selection) return;
    changed.fire();
    const trace = await traces.open({ ...selection, checkpoint }, { quiet: true });
    if (!trace) return;
    // A picture that is dragged past is seen, but nobody waits long for it who wants another one.
    const hurryAt = Date.now() + mostInPassingMs;
    await audience.hasSeen(
      trace.id,
      () =>
        traces.current?.id === trace.id && (moves.wanted === checkpoint || Date.now() < hurryAt),
    );
  });
  const following = paced<void>(showNewest, halfTheTime(betweenFollowsMs));

  /** Here, or by a command line or another window; the record of a run is read later than its training ends. */
  const isGrowing = (runFolder: string): boolean =>
    trainedHere.has(runFolder)
      ? training.status?.runFolder === runFolder
      : library.find(runFolder)?.record.state === "training";

  function shown(): SnapshotsShown | undefined {
    const { ofRun: selection } = traces;
    if (!selection || kept?.runFolder !== selection.runFolder || kept.updates.length === 0) {
      return undefined;
    }
    return {
      updates: kept.updates,
      at: moves.wanted ?? selection.checkpoint,
      isGrowing: isGrowing(selection.runFolder),
    };
  }

  async function refresh(): Promise<void> {
    const { ofRun: selection } = traces;
    if (!selection) return;
    const { runFolder } = selection;
    try {
      const updates = await listSnapshots(runFolder);
      if (traces.ofRun?.runFolder !== runFolder) return;
      const before = kept?.runFolder === runFolder ? kept.updates : undefined;
      kept = { runFolder, updates };
      if (before && before.at(-1) !== updates.at(-1)) following.news();
    } catch (error) {
      log.warn(`Could not list the snapshots of ${runFolder}: ${explain(error).message}`);
    }
    changed.fire();
  }

  async function showNewest(): Promise<void> {
    if (shown()?.at !== "newest") return;
    try {
      await moves.ask("newest");
    } catch (error) {
      log.warn(`Could not follow the training: ${explain(error).message}`);
    }
  }

  async function show(weights: WeightsChoice): Promise<void> {
    try {
      await moves.ask(weights);
    } catch (error) {
      // A training may have dropped it meanwhile.
      void refresh();
      throw error;
    }
  }

  const subscriptions = [
    changed,
    traces.onDidChange(() => {
      if (traces.ofRun?.runFolder !== kept?.runFolder) void refresh();
    }),
    training.onProgress(({ status: { runFolder, snapshot } }) => {
      trainedHere.add(runFolder);
      if (snapshot === told) return;
      told = snapshot;
      if (traces.ofRun?.runFolder === runFolder) void refresh();
    }),
    library.onDidChange(() => {
      const { runFolder } = traces.ofRun ?? {};
      const grew = wasGrowing;
      wasGrowing = runFolder !== undefined && isGrowing(runFolder);
      if (wasGrowing || grew) void refresh();
    }),
    training.onDidChange(() => changed.fire()),
  ];

  return {
    get shown() {
      return shown();
    },
    show,
    async step(by) {
      const { updates = [], at } = shown() ?? {};
      const here = typeof at === "number" ? at : (traces.current?.update ?? 0);
      const there =
        by > 0
          ? updates.find((update) => update > here)
          : updates.findLast((update) => update < here);
      if (there === undefined) return;
      await show(there === updates.at(-1) ? "newest" : there);
    },
    onDidChange: changed.event,
    dispose() {
      following.dispose();
      vscode.Disposable.from(...subscriptions).dispose();
    },
  };
}
