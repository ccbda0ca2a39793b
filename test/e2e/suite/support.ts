/** What the tests share: the extension, a folder to write in, waiting, and answers to dialogs. */
import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Probe, Snapshot, UnrollApi } from "../../../src/host/api.ts";
import { extensionId } from "../../../src/host/ids.ts";
import type { TrainingEnd } from "../../../src/host/training/trainingController.ts";

export async function activate(): Promise<Probe> {
  const extension = vscode.extensions.getExtension<UnrollApi>(extensionId);
  assert.ok(extension, `${extensionId} is not installed`);
  const { probe } = await extension.activate();
  assert.ok(probe, "the extension does not run in test mode");
  return probe;
}

/** Looks again and again until `look` returns something; the error says what was awaited and seen. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { limitMs = 30_000, seen = () => "" }: { limitMs?: number; seen?: () => unknown } = {},
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) {
      const shown = JSON.stringify(seen())?.slice(0, 1500);
      throw new Error(`Waited ${limitMs / 1000} s for ${what}. Seen: ${shown}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** An empty folder of the workspace, with the files given by name. */
export async function freshFolder(
  name: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const [workspace] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(workspace, "the tests need an open folder");
  const folder = join(workspace.uri.fsPath, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return folder;
}

interface TinyTraining {
  readonly epochs?: number;
  readonly cell?: "rnn" | "lstm" | "gru";
  readonly checkpointEveryUpdates?: number;
}

/** A network that trains in well under a second for each few epochs, on data that it generates. */
export const tinyConfig = ({
  epochs = 2,
  cell = "rnn",
  checkpointEveryUpdates = 5,
}: TinyTraining = {}): string =>
  JSON.stringify(
    {
      name: "tiny",
      data: { kind: "synthetic", task: "adding", length: 12, examples: 200 },
      model: { layers: [{ cell, hidden: 6 }] },
      training: { epochs, batch: 20, checkpointEveryUpdates },
    },
    undefined,
    2,
  );

/** More epochs than any test has time for. */
export const endless = 1_000_000;

/** Writes a config into a fresh folder and trains it; returns when the training has begun. */
export async function beginTraining(
  folderName: string,
  training: TinyTraining = {},
): Promise<vscode.Uri> {
  const folder = await freshFolder(folderName, { "unroll.json": tinyConfig(training) });
  const uri = vscode.Uri.file(join(folder, "unroll.json"));
  await vscode.commands.executeCommand("unroll.train", uri);
  return uri;
}

/** The run that a tiny training makes, once its end was reported. */
export async function trainToEnd(
  probe: Probe,
  folderName: string,
  training: TinyTraining = {},
): Promise<string> {
  return trainFiles(probe, folderName, { "unroll.json": tinyConfig(training) });
}

/** Writes files, among them `unroll.json`, into a fresh folder and trains them; returns how it ended. */
export async function endOfTraining(
  probe: Probe,
  folderName: string,
  files: Readonly<Record<string, string>>,
): Promise<TrainingEnd> {
  const before = probe.snapshot().lastEnd;
  const folder = await freshFolder(folderName, files);
  await vscode.commands.executeCommand(
    "unroll.train",
    vscode.Uri.file(join(folder, "unroll.json")),
  );
  const { lastEnd } = await untilSnapshot(
    probe,
    "the training's end",
    ({ lastEnd }) => lastEnd !== before,
  );
  assert.ok(lastEnd);
  return lastEnd;
}

/** The run folder of a training that must finish. */
export async function trainFiles(
  probe: Probe,
  folderName: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  let runFolder = "";
  // Its last message is waited for, so that it does not come in the middle of what is tested next.
  await answering([], async (seen) => {
    const end = await endOfTraining(probe, folderName, files);
    assert.equal(end.kind, "result", JSON.stringify(end));
    assert.equal(end.result.state, "finished", JSON.stringify(end.result));
    ({ runFolder } = end.result);
    await until("the message", () => seen.some(({ text }) => text.includes(" finished: ")));
  });
  await untilSnapshot(probe, "the run in the list", ({ runs }) => {
    return runs.some(({ folder, record }) => folder === runFolder && record.state === "finished");
  });
  return runFolder;
}

export const untilSnapshot = (
  probe: Probe,
  what: string,
  matches: (snapshot: Snapshot) => boolean,
): Promise<Snapshot> =>
  until(
    what,
    () => {
      const snapshot = probe.snapshot();
      return matches(snapshot) && snapshot;
    },
    { seen: () => probe.snapshot() },
  );

export async function stopTraining(probe: Probe): Promise<void> {
  if (!probe.snapshot().isTraining) return;
  await vscode.commands.executeCommand("unroll.stop");
  await untilSnapshot(probe, "the training to stop", ({ isTraining }) => !isTraining);
}

type MessageFunction = "showInformationMessage" | "showWarningMessage" | "showErrorMessage";

export interface Message {
  readonly text: string;
  readonly buttons: readonly string[];
}

/**
 * Stands in for the person in front of messages while `work` runs: answers with the first of `choices`
 * that a message offers, else dismisses it. The extension and its tests share one `vscode.window`.
 */
export async function answering(
  choices: readonly string[],
  work: (seen: readonly Message[]) => PromiseLike<unknown>,
): Promise<readonly Message[]> {
  const window = vscode.window as unknown as Record<MessageFunction, unknown>;
  const functions: readonly MessageFunction[] = [
    "showInformationMessage",
    "showWarningMessage",
    "showErrorMessage",
  ];
  const originals = functions.map((name) => [name, window[name]] as const);
  const seen: Message[] = [];
  for (const name of functions) {
    window[name] = async (text: string, ...rest: readonly unknown[]) => {
      const buttons = rest.filter((item): item is string => typeof item === "string");
      seen.push({ text, buttons });
      return choices.find((choice) => buttons.includes(choice));
    };
  }
  try {
    await work(seen);
  } finally {
    for (const [name, original] of originals) window[name] = original;
  }
  return seen;
}

/** The text of a range, for comparing what a diagnostic marks. */
export const textAt = (document: vscode.TextDocument, { range }: vscode.Diagnostic): string =>
  document.getText(range);

export const ownDiagnostics = (uri: vscode.Uri): readonly vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "Unroll");
