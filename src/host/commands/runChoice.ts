/**
 * Which run a command means: the ones it was invoked on in the tree, those of a config's CodeLens,
 * or those that are picked from a list.
 */
import * as vscode from "vscode";
import { configFileOf, readRun, type Run } from "../../runs/runFolder.ts";
import { requireFolder } from "../editors/configFiles.ts";
import { formatDuration, formatLoss, stateTitles } from "../training/progressText.ts";
import type { RunLibrary } from "../views/runLibrary.ts";
import type { RunsTree } from "../views/runsTree.ts";

export interface RunQuestion {
  /** Completes "Unroll: …" and "There is no run to …". */
  readonly doing: string;
  /** Which runs can be meant; absent, all. */
  readonly accepts?: (run: Run) => boolean;
}

export interface RunChoice {
  one(args: readonly unknown[], question: RunQuestion): Promise<Run | undefined>;
  many(args: readonly unknown[], question: RunQuestion): Promise<readonly Run[]>;
}

export const isActive = ({ record }: Run): boolean =>
  record.state === "training" || record.state === "paused";
export const hasWeights = ({ record }: Run): boolean => record.update > 0;

export function createRunChoice(library: RunLibrary, tree: RunsTree): RunChoice {
  async function candidates({ doing, accepts = () => true }: RunQuestion): Promise<readonly Run[]> {
    if (library.runs.length === 0) await library.refresh();
    const runs = library.runs.filter(accepts);
    if (runs.length === 0) void sayNone(doing);
    return runs;
  }

  return {
    async one(args, question) {
      const [named] = await namedRuns(args, library, tree);
      if (named) return named;
      const [first] = args;
      if (first instanceof vscode.Uri) {
        const [newest] = library.ofConfig(first.fsPath).filter(question.accepts ?? (() => true));
        if (newest) return newest;
      }
      const runs = await candidates(question);
      if (runs.length < 2) return runs[0];
      const title = `Unroll: ${question.doing}`;
      const picked = await vscode.window.showQuickPick(runs.map(itemOf), {
        title,
        placeHolder: "Which run?",
      });
      return picked?.run;
    },
    async many(args, question) {
      const named = await namedRuns(args, library, tree);
      if (named.length > 0) return named;
      if (tree.selection.length > 1) return tree.selection;
      const runs = await candidates(question);
      if (runs.length < 2) return runs;
      const items = runs.map(itemOf);
      const title = `Unroll: ${question.doing}`;
      const picked = await vscode.window.showQuickPick(items, {
        title,
        placeHolder: "Which runs?",
        canPickMany: true,
      });
      return picked?.map(({ run }) => run) ?? [];
    },
  };
}

/**
 * The tree passes the run, and the whole selection when the run is part of it; Unroll's own
 * keybindings in the tree pass `{ "from": "selection" }`; messages pass the folder of a run that may
 * be too new to be listed.
 */
async function namedRuns(
  [first, selection]: readonly unknown[],
  library: RunLibrary,
  tree: RunsTree,
): Promise<readonly Run[]> {
  if ((first as { from?: unknown } | null | undefined)?.from === "selection") return tree.selection;
  if (typeof first === "string") return [library.find(first) ?? (await readRun(first))];
  const listed: readonly unknown[] =
    Array.isArray(selection) && selection.length > 0 ? selection : [first];
  return listed.flatMap((each) => {
    const folder = (each as Partial<Run> | null | undefined)?.folder;
    const run = folder === undefined ? undefined : library.find(folder);
    return run ? [run] : [];
  });
}

function itemOf(run: Run): vscode.QuickPickItem & { readonly run: Run } {
  const { name, state, validationLoss, trainLoss, elapsedMs, createdAt } = run.record;
  const loss = validationLoss ?? trainLoss;
  const description = [
    stateTitles[state],
    loss === undefined ? undefined : `loss ${formatLoss(loss)}`,
    formatDuration(elapsedMs),
  ];
  return {
    label: name,
    description: description.filter((part) => part !== undefined).join(" · "),
    detail: `${vscode.workspace.asRelativePath(configFileOf(run))} · started ${new Date(createdAt).toLocaleString()}`,
    run,
  };
}

async function sayNone(doing: string): Promise<void> {
  if (!(await requireFolder(doing))) return;
  const train = "Train Model";
  const choice = await vscode.window.showInformationMessage(
    `There is no run to ${doing} yet.`,
    train,
  );
  if (choice === train) await vscode.commands.executeCommand("unroll.train");
}
