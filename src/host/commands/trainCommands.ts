/** Train, pause, resume, stop: what the person asks of the one training. */
import * as vscode from "vscode";
import { defaultConfigName } from "../../config/names.ts";
import { parseConfig } from "../../config/validate.ts";
import { configFileOf, readRunConfig } from "../../runs/runFolder.ts";
import { chooseConfig } from "../editors/configFiles.ts";
import { showError, type Log } from "../log.ts";
import type { PanelPlaces } from "../panels/panelPlaces.ts";
import { describeProgress } from "../training/progressText.ts";
import type { TrainingController, TrainingRequest } from "../training/trainingController.ts";
import { requireTrust } from "../trust.ts";
import { isActive, type RunChoice } from "./runChoice.ts";

/** A worker that has not stopped after this long may be ended, at the price of its last updates. */
const patienceMs = 20_000;

export function createTrainCommands(
  training: TrainingController,
  runs: RunChoice,
  places: PanelPlaces,
  log: Log,
) {
  let hasShownCurves = false;

  /** Resolves once the training has begun; how it ends is told by trainingReports.ts. */
  async function begin(request: TrainingRequest): Promise<void> {
    if (training.request && !(await makeWay(training, request))) return;
    training
      .start(request)
      .catch((error: unknown) => showError(log, `train ${request.title}`, error));
    // Once for each window: a person who closed the curves does not want them back every time.
    if (!hasShownCurves) await places.reveal("curves");
    hasShownCurves = true;
  }

  async function train(target: unknown): Promise<void> {
    if (!(await requireTrust("train"))) return;
    const uri = target instanceof vscode.Uri ? target : await chooseConfig("train");
    if (!uri) return;
    const text = await savedText(uri);
    const { config, problems } = parseConfig(text);
    if (!config) {
      await refuse(
        uri,
        problems.filter(({ severity }) => severity === "error"),
        text,
      );
      return;
    }
    await begin({
      configFile: uri.fsPath,
      text,
      title: config.name ?? defaultConfigName(uri.path),
    });
  }

  async function resumeRun(...args: readonly unknown[]): Promise<void> {
    if (!(await requireTrust("train"))) return;
    const run = await runs.one(args, {
      doing: "resume",
      accepts: (each) => !isActive(each) && each.record.state !== "finished",
    });
    if (!run) return;
    // The run goes on with the config that it began with, whatever the file says now.
    const text = JSON.stringify(await readRunConfig(run.folder), undefined, 2);
    const resume = { runFolder: run.folder };
    await begin({ configFile: configFileOf(run), text, title: run.record.name, resume });
  }

  async function stop(): Promise<void> {
    const { request } = training;
    if (!request) return;
    const stopped = training.stop();
    const timer = setTimeout(() => void offerToAbandon(training, request), patienceMs);
    await stopped.finally(() => clearTimeout(timer));
  }

  return { train, resumeRun, pause: () => training.pause(), resume: () => training.resume(), stop };
}

/** One training at a time: keep the one that runs, or stop it for the new one. */
async function makeWay(training: TrainingController, next: TrainingRequest): Promise<boolean> {
  const { request, status } = training;
  if (!request) return true;
  const stopAndTrain = "Stop It and Train This";
  const show = "Show the Running One";
  const progress = status ? ` It is at ${describeProgress(status)}.` : "";
  const choice = await vscode.window.showWarningMessage(
    `"${status?.runName ?? request.title}" is training.`,
    {
      modal: true,
      detail:
        `${progress.trim()} One network is trained at a time. Stopping keeps a checkpoint, from which it can be resumed.`.trim(),
    },
    stopAndTrain,
    show,
  );
  if (choice === show) await vscode.commands.executeCommand("unroll.openCurves");
  if (choice !== stopAndTrain) return false;
  await training.stop();
  if (!training.request) return true;
  void vscode.window.showWarningMessage(
    `"${next.title}" was not started: another training was begun meanwhile.`,
  );
  return false;
}

async function offerToAbandon(
  training: TrainingController,
  request: TrainingRequest,
): Promise<void> {
  const end = "End It Now";
  const choice = await vscode.window.showWarningMessage(
    `Training of "${request.title}" has not stopped yet: it is still in its current batch.`,
    end,
    "Wait",
  );
  if (choice === end && training.request === request) await training.abandon();
}

/** Saves what is being edited; where that fails, the text in the editor is used. */
async function savedText(uri: vscode.Uri): Promise<string> {
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.isDirty) await document.save();
  return document.getText();
}

async function refuse(
  uri: vscode.Uri,
  problems: readonly { readonly message: string; readonly offset: number }[],
  text: string,
): Promise<void> {
  const [first] = problems;
  const line = text.slice(0, first?.offset ?? 0).split("\n").length;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const show = "Show Problem";
  const place = vscode.workspace.asRelativePath(uri);
  const choice = await vscode.window.showErrorMessage(
    `Nothing was trained: ${place}, line ${line}: ${first?.message ?? "the config is not valid."}${more}`,
    show,
  );
  if (choice !== show) return;
  const position = new vscode.Position(line - 1, 0);
  const editor = await vscode.window.showTextDocument(uri);
  const at = editor.document.positionAt(first?.offset ?? 0) ?? position;
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at));
}
