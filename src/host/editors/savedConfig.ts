/** The text of a config for a job: what is being edited is saved first. */
import * as vscode from "vscode";

/** Where saving fails, what the editor shows is used all the same. */
export async function readSavedConfig(
  uri: vscode.Uri,
): Promise<{ readonly document: vscode.TextDocument; readonly text: string }> {
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.isDirty) await document.save();
  return { document, text: await newestText(document) };
}

/**
 * What is on disk, except where it could not be saved: a document that nobody looks at may be a moment behind
 * a file that something else has just written.
 */
async function newestText(document: vscode.TextDocument): Promise<string> {
  if (document.isDirty) return document.getText();
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(document.uri));
}
