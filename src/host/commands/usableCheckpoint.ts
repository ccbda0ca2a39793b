/** Which weights of a run are used: those that the setting names, or the others where their file is damaged. */
import * as vscode from "vscode";
import type { CheckpointChoice } from "../../protocol/sequenceChoice.ts";
import { explain } from "../log.ts";
import { settings } from "../settings.ts";

/** Undefined when the person does not want the other weights. Rejects as `work` does. */
export async function withUsableCheckpoint<T>(
  work: (checkpoint: CheckpointChoice) => PromiseLike<T>,
): Promise<T | undefined> {
  const wanted = settings.checkpoint();
  try {
    return await work(wanted);
  } catch (error) {
    const { code, message } = explain(error);
    if (code !== "checkpoint") throw error;
    const other = wanted === "best" ? "last" : "best";
    const use = `Use the ${other === "last" ? "Last" : "Best"} Checkpoint`;
    const choice = await vscode.window.showWarningMessage(message, use);
    return choice === use ? await work(other) : undefined;
  }
}
