/** Seeing the same sequence as the network saw it after so many updates. */
import * as vscode from "vscode";
import type { WeightsChoice } from "../../protocol/sequenceChoice.ts";
import type { SnapshotsShown } from "../../protocol/snapshotsShown.ts";
import type { SnapshotView } from "../tracing/snapshotView.ts";

interface Item extends vscode.QuickPickItem {
  readonly weights: WeightsChoice;
}

export function createSnapshotCommands(snapshots: SnapshotView) {
  /** A keybinding may pass a number of updates, "newest", "best" or "last"; then nothing is asked. */
  async function showAfterUpdate(wanted?: unknown): Promise<void> {
    const { shown } = snapshots;
    if (!shown) {
      void vscode.window.showInformationMessage(
        'Step through a sequence of a run that kept snapshots of its weights: train it with "snapshots": {} in "training".',
      );
      return;
    }
    const weights = asWeights(wanted) ?? (await pick(shown));
    if (weights !== undefined) await snapshots.show(weights);
  }

  return {
    showAfterUpdate,
    next: () => snapshots.step(1),
    previous: () => snapshots.step(-1),
  };
}

async function pick(shown: SnapshotsShown): Promise<WeightsChoice | undefined> {
  const title = "Unroll: see the sequence after so many updates";
  const picked = await vscode.window.showQuickPick(itemsOf(shown), {
    title,
    placeHolder: "After how many updates?",
    matchOnDescription: true,
  });
  return picked?.weights;
}

/** The newest first. */
function itemsOf({ updates, at, isGrowing }: SnapshotsShown): readonly Item[] {
  const newest = updates.at(-1);
  const mark = (weights: WeightsChoice): string => (weights === at ? " · shown now" : "");
  return [
    {
      label: "$(pulse) The newest",
      description:
        (newest === undefined ? "" : after(newest).toLowerCase()) +
        (isGrowing ? ", follows the training" : "") +
        mark("newest"),
      weights: "newest",
    },
    { label: "$(star) The best checkpoint", description: mark("best"), weights: "best" },
    ...updates.toReversed().map((update) => ({
      label: update === 0 ? "Before the first update" : after(update),
      description: mark(update),
      weights: update,
    })),
  ];
}

const after = (update: number): string => `After ${update.toLocaleString("en")} updates`;

function asWeights(value: unknown): WeightsChoice | undefined {
  if (value === "newest" || value === "best" || value === "last") return value;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
