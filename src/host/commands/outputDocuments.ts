/** Read-only documents for what a network wrote: they ask for no saving when they are closed. */
import * as vscode from "vscode";

const scheme = "unroll-output";

export interface OutputDocuments extends vscode.Disposable {
  show(name: string, text: string): Promise<void>;
}

export function createOutputDocuments(): OutputDocuments {
  const texts = new Map<string, string>();
  let count = 0;
  const subscriptions = [
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? "",
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => texts.delete(uri.toString())),
  ];
  return {
    async show(name, text) {
      const file = name.replaceAll(/[^\p{L}\p{N} ._-]/gu, "_");
      const uri = vscode.Uri.from({ scheme, path: `/${++count}/${file}` });
      texts.set(uri.toString(), text);
      await vscode.window.showTextDocument(uri, { preview: false });
    },
    dispose: () => vscode.Disposable.from(...subscriptions).dispose(),
  };
}
