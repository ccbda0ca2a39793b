/** Says how a training ended, and offers what one does next. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import * as vscode from "vscode";
import type { TrainingResult } from "../../protocol/training.ts";
import type { CommandId } from "../commands/commandIds.ts";
import { openCommand } from "../panels/openCommand.ts";
import { showError, type Log } from "../log.ts";
import { checkpointFile } from "../../runs/checkpoint.ts";
import type { RunLibrary } from "../views/runLibrary.ts";
import { formatDuration, formatLoss } from "./progressText.ts";
import type { TrainingController, TrainingEnd } from "./trainingController.ts";

export function reportTrainings(
  training: TrainingController,
  library: RunLibrary,
  log: Log,
): vscode.Disposable {
  return training.onDidEnd((end) => {
    report(end, library, log).catch((error: unknown) => log.error(String(error)));
  });
}

async function report(end: TrainingEnd, library: RunLibrary, log: Log): Promise<void> {
  const { title, configFile } = end.request;
  if (end.kind === "refused") {
    await showError(log, `train ${title}`, end.error, vscode.Uri.file(dirname(configFile)));
    return;
  }
  if (end.kind === "died") {
    await reportDeath(end, library, log);
    return;
  }
  const { result } = end;
  await library.refresh();
  const name = library.find(result.runFolder)?.record.name ?? title;
  if (result.state === "failed") {
    log.error(`Training of ${name} failed: ${result.failure ?? "no reason was given"}`);
    const text = `Training of "${name}" failed: ${result.failure ?? "see the log."}`;
    await offer(vscode.window.showErrorMessage(text, "Open Curves", "Show Log"), result.runFolder);
  } else if (result.state === "stopped") {
    const why = end.stoppedBecause === undefined ? "" : `, because ${end.stoppedBecause}`;
    const text = `"${name}" stopped after ${result.updates.toLocaleString("en")} updates${why}. Its last checkpoint is kept.`;
    await offer(
      vscode.window.showInformationMessage(text, "Resume", "Step Through"),
      result.runFolder,
    );
  } else {
    const text = `"${name}" ${summary(result)}`;
    log.info(text);
    await offer(
      vscode.window.showInformationMessage(text, "Step Through", "Open Curves"),
      result.runFolder,
    );
  }
}

/** The worker was lost: its run says so from now on, and can go on from its last checkpoint. */
async function reportDeath(
  { request, runFolder, reason }: Extract<TrainingEnd, { kind: "died" }>,
  library: RunLibrary,
  log: Log,
): Promise<void> {
  log.error(`Training of ${request.title} was interrupted: ${reason}.`);
  if (runFolder === undefined) {
    const text = `Training of "${request.title}" was interrupted before its first update: ${reason}.`;
    if ((await vscode.window.showErrorMessage(text, "Show Log")) === "Show Log") log.show(true);
    return;
  }
  await library.markInterrupted(runFolder).catch((error: unknown) => log.warn(String(error)));
  const name = library.find(runFolder)?.record.name ?? request.title;
  const canResume = existsSync(checkpointFile(runFolder, "last"));
  const rest = canResume ? " Its last checkpoint is kept." : " It had saved no checkpoint yet.";
  const text = `Training of "${name}" was interrupted: ${reason}.${rest}`;
  const buttons = canResume ? ["Resume", "Show Log"] : ["Show Log"];
  await offer(vscode.window.showErrorMessage(text, ...buttons), runFolder);
}

const commandOf: Readonly<Record<string, () => CommandId>> = {
  Resume: () => "unroll.resumeRun",
  "Step Through": () => "unroll.stepThrough",
  "Open Curves": () => openCommand("curves"),
  "Show Log": () => "unroll.showLog",
};

async function offer(message: Thenable<string | undefined>, runFolder: string): Promise<void> {
  const choice = await message;
  const command = choice === undefined ? undefined : commandOf[choice]?.();
  if (command) await vscode.commands.executeCommand(command, runFolder);
}

/** "finished: validation loss 1.23 (best 1.2) after 12,000 updates in 3 min 20 s" */
function summary({
  validationLoss,
  trainLoss,
  bestValidationLoss,
  updates,
  elapsedMs,
  stoppedEarly,
}: TrainingResult): string {
  const best = bestValidationLoss === undefined ? "" : ` (best ${formatLoss(bestValidationLoss)})`;
  const loss =
    validationLoss !== undefined
      ? `validation loss ${formatLoss(validationLoss)}${best}`
      : trainLoss !== undefined
        ? `loss ${formatLoss(trainLoss)}`
        : "no loss was measured";
  const why = stoppedEarly ? "stopped early, since validation no longer improved" : "finished";
  return `${why}: ${loss} after ${updates.toLocaleString("en")} updates in ${formatDuration(elapsedMs)}.`;
}
