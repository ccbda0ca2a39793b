/** Shows a training while it runs: the status bar item, and a notification that can stop it. */
import * as vscode from "vscode";
import { openCommand } from "../panels/openCommand.ts";
import { completion, describeProgress, formatLoss } from "./progressText.ts";
import { slowed } from "./slowed.ts";
import type { TrainingController, TrainingRequest } from "./trainingController.ts";

export function showTrainingProgress(training: TrainingController): vscode.Disposable {
  let announced: TrainingRequest | undefined;
  const subscription = training.onDidChange(() => {
    if (training.request && training.request !== announced) void notify(training, training.request);
    announced = training.request;
  });
  return vscode.Disposable.from(createStatusBarItem(training), subscription);
}

function createStatusBarItem(training: TrainingController): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    "unroll.training",
    vscode.StatusBarAlignment.Left,
    10,
  );
  item.name = "Unroll Training";

  function update(): void {
    const { request, status } = training;
    if (!request) {
      item.hide();
      return;
    }
    const icon = status?.state === "paused" ? "$(debug-pause)" : "$(sync~spin)";
    const share = status ? ` ${Math.floor(completion(status) * 100)} %` : "";
    const loss = status?.loss === undefined ? "" : ` · loss ${formatLoss(status.loss)}`;
    item.text = `${icon} ${status?.runName ?? request.title}${share}${loss}`;
    item.tooltip = status
      ? `${describeProgress(status)}\nClick to open the curves.`
      : "Reading the data…";
    item.command = openCommand("curves");
    item.show();
  }

  return vscode.Disposable.from(
    item,
    slowed(training.onProgress)(update),
    training.onDidChange(update),
  );
}

/** Lasts as long as the training; its Cancel button stops it with the checkpoint kept. */
async function notify(training: TrainingController, request: TrainingRequest): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Training ${request.title}`,
    cancellable: true,
  };
  await vscode.window.withProgress(options, (progress, cancellation) => {
    let shown = 0;
    progress.report({ message: "reading the data…" });
    return new Promise<void>((resolve) => {
      const subscriptions = [
        slowed(training.onProgress)(({ status }) => {
          const increment = (completion(status) - shown) * 100;
          shown = completion(status);
          progress.report({ message: describeProgress(status), increment });
        }),
        training.onDidEnd((end) => {
          if (end.request !== request) return;
          vscode.Disposable.from(...subscriptions).dispose();
          resolve();
        }),
        cancellation.onCancellationRequested(() => void training.stop()),
      ];
    });
  });
}
