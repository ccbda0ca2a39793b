/**
 * What the worker found when it read a config's data: semantic problems, parameter count, a summary.
 * Made when a config is opened or saved; kept until its text changes so far that it no longer applies.
 */
import * as vscode from "vscode";
import { parseConfig } from "../../config/validate.ts";
import type { Inspection } from "../../protocol/training.ts";
import { explain, type Log } from "../log.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";
import { isConfig } from "./configFiles.ts";

export interface Inspections extends vscode.Disposable {
  /** The newest inspection of the file, perhaps of an older text. */
  of(uri: vscode.Uri): Inspection | undefined;
  readonly onDidChange: vscode.Event<vscode.Uri>;
}

export function createInspections(worker: LazyWorker, log: Log): Inspections {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const known = new Map<string, Inspection>();
  const running = new Map<string, AbortController>();

  async function inspect(document: vscode.TextDocument): Promise<void> {
    if (!isConfig(document) || !vscode.workspace.isTrusted) return;
    const key = document.uri.toString();
    running.get(key)?.abort();
    const text = document.getText();
    // Without a valid config there is no data to read; the text's own problems are shown already.
    if (!parseConfig(text).config) return;
    const abort = new AbortController();
    running.set(key, abort);
    try {
      const request = { configFile: document.uri.fsPath, text };
      const inspection = await worker.call("inspect", request, { signal: abort.signal });
      if (running.get(key) !== abort) return;
      known.set(key, inspection);
      changed.fire(document.uri);
    } catch (error) {
      if (!abort.signal.aborted)
        log.warn(`Could not inspect ${document.uri.fsPath}: ${explain(error).message}`);
    } finally {
      if (running.get(key) === abort) running.delete(key);
    }
  }

  function forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    running.get(key)?.abort();
    running.delete(key);
    known.delete(key);
  }

  const inspectAll = (): void => {
    for (const document of vscode.workspace.textDocuments) void inspect(document);
  };
  inspectAll();
  const subscriptions = [
    vscode.workspace.onDidOpenTextDocument((document) => void inspect(document)),
    vscode.workspace.onDidSaveTextDocument((document) => void inspect(document)),
    vscode.workspace.onDidCloseTextDocument(forget),
    vscode.workspace.onDidGrantWorkspaceTrust(inspectAll),
  ];

  return {
    of: (uri) => known.get(uri.toString()),
    onDidChange: changed.event,
    dispose: () => vscode.Disposable.from(...subscriptions, changed).dispose(),
  };
}
