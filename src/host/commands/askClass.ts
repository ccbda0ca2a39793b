/** Asks which class a text is to be of, for a network that writes texts of classes. */
import * as vscode from "vscode";
import { fieldOf } from "../../config/schemaTree.ts";
import { readRunEncoding, type Run } from "../../runs/runFolder.ts";

/** Nothing to say for a network without classes; `undefined` when the person changed their mind. */
export async function askClass(run: Run): Promise<{ readonly condition?: string } | undefined> {
  const labels = fieldOf(fieldOf(await readRunEncoding(run.folder), "classes"), "labels");
  if (!Array.isArray(labels)) return {};
  const condition = await vscode.window.showQuickPick(labels.map(String), {
    title: `Generate text with "${run.record.name}"`,
    placeHolder: "Of which class?",
  });
  return condition === undefined ? undefined : { condition };
}
