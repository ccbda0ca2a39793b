/** Asks for a recording to be run through a network that reads sound. */
import * as vscode from "vscode";
import type { SequenceChoice } from "../../protocol/sequenceChoice.ts";
import { configFolderOf, readRunConfig, type Run } from "../../runs/runFolder.ts";

export async function readsSound({ folder }: Run): Promise<boolean> {
  const config = (await readRunConfig(folder)) as { readonly data?: { readonly kind?: unknown } };
  return config.data?.kind === "labelled-sound";
}

/** Undefined when the person changed their mind. */
export async function askRecording({ folder, record }: Run): Promise<SequenceChoice | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: `A recording for "${record.name}", inside the workspace`,
    openLabel: "Step Through",
    defaultUri: vscode.Uri.file(configFolderOf(folder)),
    filters: { WAV: ["wav", "WAV"] },
  });
  const file = picked?.[0]?.fsPath;
  return file === undefined ? undefined : { kind: "file", file, from: { line: 1 } };
}
