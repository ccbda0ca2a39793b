/**
 * The editor of model files, read-only: what a file contains and what its weights look like. The worker reads and
 * computes; the page asks for what it shows.
 */
import { basename } from "node:path";
import * as vscode from "vscode";
import { serve } from "../../protocol/channel.ts";
import type {
  ModelAnswers,
  ModelEditorContract,
  ModelEditorState,
  ModelFile,
} from "../../protocol/modelContract.ts";
import { modelEditor, modelEditorOption } from "../ids.ts";
import { explain, type Log } from "../log.ts";
import { readAnswers, writeAnswers } from "../models/modelAnswers.ts";
import { showPage } from "../panels/showPage.ts";
import { webviewTransport } from "../panels/webviewTransport.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";

interface Services {
  readonly extensionUri: vscode.Uri;
  readonly worker: LazyWorker;
  readonly log: Log;
}

/** A model file has nothing to be saved or undone. */
interface ModelDocument extends vscode.CustomDocument {
  readonly uri: vscode.Uri;
}

export function registerModelEditor(services: Services): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider<ModelDocument> = {
    openCustomDocument: (uri) => ({ uri, dispose: () => {} }),
    resolveCustomEditor: ({ uri }, panel) => attachModelEditor(uri, panel, services),
  };
  return vscode.Disposable.from(
    ...[modelEditor, modelEditorOption].map((type) =>
      vscode.window.registerCustomEditorProvider(type, provider, {
        supportsMultipleEditorsPerDocument: true,
      }),
    ),
  );
}

function attachModelEditor(
  uri: vscode.Uri,
  panel: vscode.WebviewPanel,
  { extensionUri, worker, log }: Services,
): void {
  const { webview } = panel;
  let answers: ModelAnswers = {};
  const model = (): ModelFile => ({ file: uri.fsPath, answers });

  async function readState(): Promise<ModelEditorState> {
    const name = basename(uri.path);
    answers = await readAnswers(uri);
    try {
      if (uri.scheme !== "file") {
        const message = "Only files on this machine's disk are read.";
        return { name, answers, failure: { message, advice: "Save it in a local folder." } };
      }
      return { name, answers, overview: await worker.call("modelOverview", model()) };
    } catch (error) {
      const { message, isBug } = explain(error);
      log.error(`Could not read ${uri.fsPath}: ${message}`);
      return { name, answers, failure: { message, ...(isBug && { advice: "See Unroll's log." }) } };
    }
  }

  const server = serve<ModelEditorContract>(webviewTransport(webview), {
    ready: readState,
    layer: (place, { signal }) => worker.call("modelLayer", { ...model(), ...place }, { signal }),
    spectrum: (place, { signal }) =>
      worker.call("modelSpectrum", { ...model(), ...place }, { signal }),
    weights: (request, { signal }) =>
      worker.call("modelWeights", { ...model(), ...request }, { signal }),
    async answer(given) {
      await writeAnswers(uri, given);
      await tell();
      return null;
    },
    async run({ action, network }) {
      await vscode.commands.executeCommand(modelCommands[action], uri, network);
      return null;
    },
  });
  const tell = async (): Promise<void> => server.emit("state", await readState());

  const folder = vscode.Uri.joinPath(uri, "..");
  const watcher = vscode.workspace.createFileSystemWatcher(
    // The name may hold what a pattern means otherwise.
    new vscode.RelativePattern(folder, "*"),
  );
  const changed = (file: vscode.Uri): void => {
    if (file.path.startsWith(uri.path)) void tell();
  };
  const subscriptions = vscode.Disposable.from(
    watcher,
    watcher.onDidChange(changed),
    watcher.onDidCreate(changed),
    vscode.workspace.onDidGrantWorkspaceTrust(() => tell()),
  );
  panel.onDidDispose(() => {
    subscriptions.dispose();
    server.dispose();
  });

  showPage(webview, extensionUri, { kind: "model", place: "editor", title: "Model" });
}

const modelCommands = {
  trace: "unroll.traceModel",
  debug: "unroll.debugModel",
  config: "unroll.configFromModel",
  export: "unroll.exportModel",
} as const;
