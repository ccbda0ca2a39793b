/**
 * A training ends with its window, and its last checkpoint is kept. When the window is opened again,
 * offers to go on where it was.
 */
import * as vscode from "vscode";
import type { CommandId } from "../commands/commandIds.ts";
import type { RunLibrary } from "../views/runLibrary.ts";
import type { TrainingController } from "./trainingController.ts";

export interface ResumeOffer extends vscode.Disposable {
  /** The window closes: what ends from now on did not end because the person wanted it to. */
  leave(): void;
}

const memoryKey = "unroll.activeTraining";

export function createResumeOffer(
  training: TrainingController,
  library: RunLibrary,
  memory: vscode.Memento,
): ResumeOffer {
  const left = memory.get<string>(memoryKey);
  let remembered = left;
  let leaving = false;

  function remember(runFolder: string | undefined): void {
    if (leaving || runFolder === remembered) return;
    remembered = runFolder;
    void memory.update(memoryKey, runFolder);
  }

  async function offer(runFolder: string): Promise<void> {
    remember(undefined);
    await library.refresh();
    const run = library.find(runFolder);
    const state = run?.record.state;
    if (!run || (state !== "stopped" && state !== "interrupted") || run.record.update === 0) return;
    const resume = "Resume";
    const choice = await vscode.window.showInformationMessage(
      `"${run.record.name}" was training when this window was closed. Its last checkpoint is kept.`,
      resume,
    );
    const command: CommandId = "unroll.resumeRun";
    if (choice === resume) await vscode.commands.executeCommand(command, runFolder);
  }

  if (left !== undefined && vscode.workspace.isTrusted) void offer(left);
  const subscriptions = [
    training.onProgress(({ status }) => remember(status.runFolder)),
    training.onDidEnd(() => remember(undefined)),
  ];
  return {
    leave: () => (leaving = true),
    dispose: () => vscode.Disposable.from(...subscriptions).dispose(),
  };
}
