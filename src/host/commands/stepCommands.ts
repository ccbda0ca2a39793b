/** Opening a sequence, and moving the cursor through it. */
import * as vscode from "vscode";
import type { SequenceChoice, WeightsChoice } from "../../protocol/sequenceChoice.ts";
import { configFolderOf, type Run } from "../../runs/runFolder.ts";
import { showError, type Log } from "../log.ts";
import type { PanelPlaces } from "../panels/panelPlaces.ts";
import { settings } from "../settings.ts";
import type { CursorStore } from "../tracing/cursorStore.ts";
import type { Player } from "../tracing/player.ts";
import { pickSequence } from "../tracing/sequencePicker.ts";
import type { TraceStore } from "../tracing/traceStore.ts";
import type { TrainingController } from "../training/trainingController.ts";
import { requireTrust } from "../trust.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";
import { askText } from "./askText.ts";
import { hasWeights, type RunChoice } from "./runChoice.ts";
import { withUsableCheckpoint } from "./usableCheckpoint.ts";

interface Parts {
  readonly runs: RunChoice;
  readonly training: TrainingController;
  readonly worker: LazyWorker;
  readonly traces: TraceStore;
  readonly cursor: CursorStore;
  readonly player: Player;
  readonly places: PanelPlaces;
  readonly log: Log;
}

export function createStepCommands(parts: Parts) {
  const { runs, training, worker, traces, cursor, player, places, log } = parts;
  let hasShownGates = false;

  /** A keybinding may pass `[runFolder, choice]`; then nothing is asked. */
  async function stepThrough(...args: readonly unknown[]): Promise<void> {
    if (!(await requireTrust("step through a sequence"))) return;
    const run = await runs.one(args, { doing: "step through", accepts: hasWeights });
    if (!run) return;
    try {
      const choice = asChoice(args[1]) ?? (await pickSequence(worker, run));
      if (!choice) return;
      const isOpen = choice === "typed" ? await openTyped(run) : await openSequence(run, choice);
      if (!isOpen) return;
      cursor.move({ t: 0 });
      await showPanels();
    } catch (error) {
      const folder = vscode.Uri.file(configFolderOf(run.folder));
      await showError(log, "step through the sequence", error, folder);
    }
  }

  /** Whether it is open now; a newer request or a change of mind may have come between. */
  async function openSequence(run: Run, choice: SequenceChoice): Promise<boolean> {
    player.stop();
    cursor.forget();
    const title = `Unroll: running ${run.record.name} over the sequence…`;
    const open = (checkpoint: WeightsChoice) =>
      vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
        traces.open({ runFolder: run.folder, checkpoint, choice }),
      );
    const { status } = training;
    // Who looks at a network that is learning wants to see it learn.
    const isFollowed = status?.runFolder === run.folder && status.snapshot !== undefined;
    const trace = await (isFollowed ? open("newest") : withUsableCheckpoint(open));
    return trace !== undefined;
  }

  async function openTyped(run: Run): Promise<boolean> {
    const question = {
      title: `Step through a sequence with "${run.record.name}"`,
      prompt:
        "What the network reads, one token a step. What it never saw becomes ⟨unknown⟩, if it knows such a token.",
    };
    const isOpen = await askText(question, (text) => openSequence(run, { kind: "typed", text }));
    return isOpen === true;
  }

  /** The side bar with gates and gradients once for each window: it may be closed on purpose. */
  async function showPanels(): Promise<void> {
    if (!hasShownGates) await places.show("gates", "sideBar");
    hasShownGates = true;
    await places.open("timeline", settings.openPanelsIn());
  }

  /** What has no trace yet asks for one, so that the first key that is tried explains itself. */
  const move = (to: (t: number, last: number) => number) => async (): Promise<void> => {
    const trace = traces.current;
    if (!trace || !cursor.current) {
      await stepThrough();
      return;
    }
    player.stop();
    cursor.move({ t: to(cursor.current.t, trace.steps - 1) });
  };

  return {
    showPanels,
    stepThrough,
    nextStep: move((t) => t + 1),
    previousStep: move((t) => t - 1),
    firstStep: move(() => 0),
    lastStep: move((_, last) => last),
    play: () => (player.playing ? player.stop() : player.play()),
    stopPlaying: () => player.stop(),
  };
}

function asChoice(value: unknown): SequenceChoice | undefined {
  const kind = (value as Partial<SequenceChoice> | null | undefined)?.kind;
  return kind === "example" || kind === "typed" ? (value as SequenceChoice) : undefined;
}
