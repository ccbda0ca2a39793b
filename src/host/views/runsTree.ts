/** The Runs view: one line for each run, with its state, final loss and duration. */
import * as vscode from "vscode";
import type { Run } from "../../runs/runFolder.ts";
import type { RunState } from "../../protocol/training.ts";
import { variantWords } from "../../trace/variantWords.ts";
import { runsView } from "../ids.ts";
import {
  describeProgress,
  formatDuration,
  formatLoss,
  stateTitles,
} from "../training/progressText.ts";
import { slowed } from "../training/slowed.ts";
import type { TrainingController } from "../training/trainingController.ts";
import type { RunLibrary } from "./runLibrary.ts";

export interface RunsTree extends vscode.Disposable {
  readonly selection: readonly Run[];
  reveal(run: Run): Promise<void>;
  /** What the lines say, for tests. */
  describe(run: Run): vscode.TreeItem;
}

export function registerRunsTree(library: RunLibrary, training: TrainingController): RunsTree {
  const changed = new vscode.EventEmitter<Run | undefined>();
  const describe = (run: Run): vscode.TreeItem => treeItem(run, training);
  const view = vscode.window.createTreeView<Run>(runsView, {
    canSelectMany: true,
    showCollapseAll: false,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (parent) => (parent ? [] : [...library.runs]),
      getParent: () => undefined,
      getTreeItem: describe,
    },
  });
  const subscriptions = [
    view,
    changed,
    library.onDidChange(() => changed.fire(undefined)),
    training.onDidChange(() => changed.fire(undefined)),
    slowed(training.onProgress)(({ status }) => {
      const run = library.find(status.runFolder);
      if (run) changed.fire(run);
    }),
  ];
  return {
    get selection() {
      return view.selection;
    },
    async reveal(run) {
      await view.reveal(run, { select: true, focus: false });
    },
    describe,
    dispose: () => vscode.Disposable.from(...subscriptions).dispose(),
  };
}

const icons: Readonly<Record<RunState, { readonly id: string; readonly color?: string }>> = {
  training: { id: "sync~spin", color: "charts.blue" },
  paused: { id: "debug-pause", color: "charts.yellow" },
  finished: { id: "pass", color: "testing.iconPassed" },
  stopped: { id: "circle-slash" },
  failed: { id: "error", color: "testing.iconFailed" },
  interrupted: { id: "warning", color: "charts.orange" },
};

/** The record on disk is a little behind a training that runs here. */
function treeItem(run: Run, training: TrainingController): vscode.TreeItem {
  const { record } = run;
  const live = training.status?.runFolder === run.folder ? training.status : undefined;
  const state = live?.state ?? record.state;
  const loss = live?.validationLoss ?? live?.loss ?? record.validationLoss ?? record.trainLoss;
  const parts = [
    loss === undefined ? undefined : `loss ${formatLoss(loss)}`,
    live ? `epoch ${live.epoch}/${live.epochs}` : formatDuration(record.elapsedMs),
    state === "finished" || state === "training" ? undefined : stateTitles[state],
  ];
  const item = new vscode.TreeItem(record.name);
  item.id = run.folder;
  item.description = parts.filter((part) => part !== undefined).join(" · ");
  const { id, color } = icons[state];
  item.iconPath = new vscode.ThemeIcon(id, color ? new vscode.ThemeColor(color) : undefined);
  item.contextValue = contextOf(state, record.update > 0 || (live?.update ?? 0) > 0);
  item.tooltip = tooltip(run, state, live ? describeProgress(live) : undefined);
  item.accessibilityInformation = {
    label: `${record.name}, ${stateTitles[state]}, ${item.description}`,
  };
  return item;
}

/** Words that the menus' `when` clauses look for. */
function contextOf(state: RunState, hasWeights: boolean): string {
  const active = state === "training" || state === "paused";
  const words = [
    "run",
    state,
    active ? "active" : "deletable",
    hasWeights ? "steppable" : undefined,
    state === "stopped" || state === "failed" || state === "interrupted" ? "resumable" : undefined,
  ];
  return words.filter((word) => word !== undefined).join(" ");
}

function tooltip(
  { record, folder }: Run,
  state: RunState,
  progress: string | undefined,
): vscode.MarkdownString {
  const layers = record.model.layers.map((layer) =>
    [`${layer.cell.toUpperCase()} ${layer.hidden}`, ...variantWords(layer)].join(" · "),
  );
  const lines: readonly (readonly [string, string | undefined])[] = [
    [
      "State",
      progress ?? record.failure ?? `${stateTitles[state]}${record.stoppedEarly ? " early" : ""}`,
    ],
    [
      "Epochs",
      `${record.epoch} of ${record.epochs}, ${record.update.toLocaleString("en")} updates`,
    ],
    ["Training loss", record.trainLoss === undefined ? undefined : formatLoss(record.trainLoss)],
    [
      "Validation loss",
      record.validationLoss === undefined ? undefined : formatLoss(record.validationLoss),
    ],
    [
      "Best",
      record.best &&
        `${formatLoss(record.best.loss)} (${record.best.measuredOn}) at update ${record.best.update}`,
    ],
    [
      "Network",
      `${layers.join(" → ")}, ${record.model.parameterCount.toLocaleString("en")} parameters`,
    ],
    ["Data", record.dataSummary || undefined],
    ["Config", record.configFile],
    ["Started", new Date(record.createdAt).toLocaleString()],
    ["Folder", folder],
  ];
  const text = new vscode.MarkdownString();
  text.appendText(record.name);
  for (const [name, value] of lines) {
    if (value !== undefined)
      text.appendMarkdown("\n\n").appendMarkdown(`**${name}** `).appendText(value);
  }
  return text;
}
