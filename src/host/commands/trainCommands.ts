/** Train, pause, resume, stop: what the person asks of the one training. */
import * as vscode from "vscode";
import { defaultConfigName } from "../../config/names.ts";
import type { Problem } from "../../config/problem.ts";
import { parseConfig } from "../../config/validate.ts";
import { configFileOf, readRunConfig } from "../../runs/runFolder.ts";
import { chooseConfig } from "../editors/configFiles.ts";
import { rangeOf } from "../editors/diagnostics.ts";
import { readSavedConfig } from "../editors/savedConfig.ts";
import { showError, type Log } from "../log.ts";
import { openCommand } from "../panels/openCommand.ts";
import type { PanelPlaces } from "../panels/panelPlaces.ts";
import { settings } from "../settings.ts";
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
    if (!hasShownCurves) await places.show("curves", settings.openPanelsIn());
    hasShownCurves = true;
  }

  async function train(target: unknown): Promise<void> {
    if (!(await requireTrust("train"))) return;
    const uri = target instanceof vscode.Uri ? target : await chooseConfig("train");
    if (!uri) return;
    const { document, text } = await readSavedConfig(uri);
    const { config, problems } = parseConfig(text);
    if (!config) {
      await refuse(document, problems);
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
  const progress = status ? `It is at ${describeProgress(status)}. ` : "";
  const choice = await vscode.window.showWarningMessage(
    `"${status?.runName ?? request.title}" is training.`,
    {
      modal: true,
      detail: `${progress}One network is trained at a time. Stopping keeps a checkpoint, from which it can be resumed.`,
    },
    stopAndTrain,
    show,
  );
  if (choice === show) await vscode.commands.executeCommand(openCommand("curves"));
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

/** A wrong config makes no run; the message leads to its first mistake. */
async function refuse(document: vscode.TextDocument, problems: readonly Problem[]): Promise<void> {
  const [first, ...others] = problems.filter(({ severity }) => severity === "error");
  if (!first) return;
  const place = rangeOf(first, document);
  const file = vscode.workspace.asRelativePath(document.uri);
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  const show = "Show Problem";
  const choice = await vscode.window.showErrorMessage(
    `Nothing was trained: ${file}, line ${place.start.line + 1}: ${first.message}${more}`,
    show,
  );
  if (choice === show) await vscode.window.showTextDocument(document, { selection: place });
}
