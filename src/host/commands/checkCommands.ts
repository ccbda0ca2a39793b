/** Checking a network's gradients, in a worker of its own, because it takes a while and needs nothing that others hold. */
import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import { chooseConfig } from "../editors/configFiles.ts";
import { readSavedConfig } from "../editors/savedConfig.ts";
import { showError, type Log } from "../log.ts";
import { requireTrust } from "../trust.ts";
import type { WorkerThread } from "../workers/workerThread.ts";
import type { OutputDocuments } from "./outputDocuments.ts";

export function createCheckCommands(
  startThread: () => WorkerThread,
  documents: OutputDocuments,
  log: Log,
) {
  async function checkGradients(target: unknown): Promise<void> {
    if (!(await requireTrust("check gradients"))) return;
    const uri =
      target instanceof vscode.Uri ? target : await chooseConfig("check the gradients of");
    if (!uri) return;
    const { text } = await readSavedConfig(uri);
    const name = basename(uri.fsPath);
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: `Checking the gradients of ${name}`,
      cancellable: true,
    };
    const abort = new AbortController();
    const thread = startThread();
    try {
      const answer = await vscode.window.withProgress(options, (progress, cancellation) => {
        cancellation.onCancellationRequested(() => abort.abort());
        let shown = 0;
        thread.client.on("checked", ({ done, total }) => {
          const percent = (100 * done) / total;
          progress.report({
            increment: percent - shown,
            message: `${done.toLocaleString("en")} of ${total.toLocaleString("en")} derivatives`,
          });
          shown = percent;
        });
        const call = { configFile: uri.fsPath, text };
        return thread.client.call("checkGradients", call, { signal: abort.signal });
      });
      await documents.show(`${name} gradient check.txt`, answer.text);
    } catch (error) {
      if (!abort.signal.aborted)
        await showError(
          log,
          `check the gradients of ${name}`,
          error,
          vscode.Uri.file(dirname(uri.fsPath)),
        );
    } finally {
      await thread.end("The check has ended.");
    }
  }

  return { checkGradients };
}
