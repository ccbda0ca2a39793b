/** What can be done with a model file, or with a run as if it were one: written for other programs, used in a config. */
import { basename, dirname, extname, join, relative } from "node:path";
import * as vscode from "vscode";
import type {
  ArraySequence,
  ModelCalls,
  ModelFile,
  NetworkOverview,
} from "../../protocol/modelContract.ts";
import { configFolderOf } from "../../runs/runFolder.ts";
import { modelEditorOf, modelFilePatterns } from "../ids.ts";
import { showError, type Log } from "../log.ts";
import { askSequence } from "../models/askSequence.ts";
import { readAnswers } from "../models/modelAnswers.ts";
import { configOfModel } from "../models/modelConfig.ts";
import { settings } from "../settings.ts";
import type { CursorStore } from "../tracing/cursorStore.ts";
import type { Player } from "../tracing/player.ts";
import type { TraceStore } from "../tracing/traceStore.ts";
import { requireTrust } from "../trust.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";
import { hasWeights, type RunChoice } from "./runChoice.ts";

interface Parts {
  readonly runs: RunChoice;
  readonly worker: LazyWorker;
  readonly traces: TraceStore;
  readonly cursor: CursorStore;
  readonly player: Player;
  /** Brings the timeline and the gates forward. */
  readonly showPanels: () => Promise<void>;
  readonly log: Log;
}

type ExportSource = Parameters<ModelCalls["exportModel"]>[0]["source"];

const formats = {
  "PyTorch state dict": ["pt", "pth"],
  safetensors: ["safetensors"],
  "ONNX graph": ["onnx"],
  "Python module, with its weights beside it": ["py"],
} as const;

export function createModelCommands(parts: Parts) {
  const { runs, worker, traces, cursor, player, showPanels, log } = parts;

  /** A test or a keybinding may pass the files; then nothing is asked. */
  async function traceModel(...args: readonly unknown[]): Promise<void> {
    const [uri, name, given] = args;
    if (!isModelFile(uri) || !(await requireTrust("trace a sequence"))) return;
    try {
      const model = await modelFile(uri);
      const { networks } = await worker.call("modelOverview", model);
      const network = networks.find((each) => each.name === name) ?? networks[0];
      if (!network) return;
      const sequence = await sequenceOf(given, uri, network);
      if (!sequence) return;
      player.stop();
      cursor.forget();
      const title = `Unroll: running ${basename(uri.fsPath)} over ${basename(sequence.file)}…`;
      // What was answered meanwhile counts.
      const selection = { model: await modelFile(uri), network: network.name, sequence };
      const trace = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title },
        () => traces.open(selection),
      );
      if (!trace) return;
      cursor.move({ t: 0 });
      await showPanels();
    } catch (error) {
      await showError(log, "trace the sequence", error);
    }
  }

  /** What was given whole, or asked about: a file may be given alone. */
  async function sequenceOf(
    given: unknown,
    model: vscode.Uri,
    network: NetworkOverview,
  ): Promise<ArraySequence | undefined> {
    if (given instanceof vscode.Uri)
      return askSequence(worker, model, network, { file: given.fsPath });
    return (given as ArraySequence | undefined) ?? askSequence(worker, model, network);
  }

  /** Of the model editor's file and network, or of a run. */
  async function exportModel(...args: readonly unknown[]): Promise<void> {
    if (!(await requireTrust("export a model"))) return;
    const chosen = isModelFile(args[0])
      ? await fileSource(args[0], args[1])
      : await runSource(runs, args);
    if (!chosen) return;
    const target = await vscode.window.showSaveDialog({
      title: "Unroll: Export Model",
      saveLabel: "Export",
      defaultUri: vscode.Uri.file(join(chosen.folder, `${chosen.name}.pt`)),
      filters: Object.fromEntries(
        Object.entries(formats).map(([title, endings]) => [title, [...endings]]),
      ),
    });
    if (!target) return;
    try {
      const { files } = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: `Unroll: writing ${chosen.name}…` },
        () => worker.call("exportModel", { source: chosen.source, out: target.fsPath }),
      );
      await sayWritten(files);
    } catch (error) {
      await showError(log, "export the model", error);
    }
  }

  /** A new config with the network of the file, which begins with its weights where it can reach them. */
  async function configFromModel(...args: readonly unknown[]): Promise<void> {
    const [uri, name] = args;
    if (!isModelFile(uri) || !(await requireTrust("read the model"))) return;
    try {
      const { networks } = await worker.call("modelOverview", await modelFile(uri));
      const network = networks.find((each) => each.name === name) ?? networks[0];
      if (!network) return;
      const path = pathInWorkspace(uri);
      const content = configOfModel({
        name: basename(uri.fsPath),
        ...(path !== undefined && { path }),
        network,
        networkCount: networks.length,
      });
      const document = await vscode.workspace.openTextDocument({ language: "jsonc", content });
      await vscode.window.showTextDocument(document);
    } catch (error) {
      await showError(log, "use the model in a config", error);
    }
  }

  return { traceModel, exportModel, configFromModel, openModel };
}

/** Of the file that a menu was opened on, or one that is chosen. */
async function openModel(uri: unknown): Promise<void> {
  const [chosen] = isModelFile(uri)
    ? [uri]
    : ((await vscode.window.showOpenDialog({
        title: "Unroll: Open Model",
        openLabel: "Open",
        filters: { Models: modelFilePatterns.map((pattern) => pattern.replace("*.", "")) },
      })) ?? []);
  if (chosen)
    await vscode.commands.executeCommand("vscode.openWith", chosen, modelEditorOf(chosen.path));
}

interface Chosen {
  readonly source: ExportSource;
  /** Without ending, for the new file. */
  readonly name: string;
  readonly folder: string;
}

const isModelFile = (value: unknown): value is vscode.Uri => value instanceof vscode.Uri;

const modelFile = async (uri: vscode.Uri): Promise<ModelFile> => ({
  file: uri.fsPath,
  answers: await readAnswers(uri),
});

async function fileSource(uri: vscode.Uri, network: unknown): Promise<Chosen> {
  return {
    source: {
      ...(await modelFile(uri)),
      ...(typeof network === "string" && { network }),
    },
    name: `${basename(uri.fsPath, extname(uri.fsPath))}-exported`,
    folder: dirname(uri.fsPath),
  };
}

async function runSource(runs: RunChoice, args: readonly unknown[]): Promise<Chosen | undefined> {
  const run = await runs.one(args, { doing: "export", accepts: hasWeights });
  if (!run) return undefined;
  return {
    source: { runFolder: run.folder, checkpoint: settings.checkpoint() },
    name: run.record.name.replaceAll(/[\\/:*?"<>|\s]+/g, "-"),
    folder: configFolderOf(run.folder),
  };
}

async function sayWritten(files: readonly string[]): Promise<void> {
  const names = files.map((file) => basename(file)).join(", ");
  const open = "Open";
  const reveal = "Reveal in File Manager";
  const choice = await vscode.window.showInformationMessage(`Wrote ${names}.`, open, reveal);
  const uri = vscode.Uri.file(files[0]);
  if (choice === open) await vscode.commands.executeCommand("vscode.open", uri);
  if (choice === reveal) await vscode.commands.executeCommand("revealFileInOS", uri);
}

/** From the root of the workspace folder that holds it, where a new config belongs. */
function pathInWorkspace(uri: vscode.Uri): string | undefined {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  return folder && relative(folder.uri.fsPath, uri.fsPath).replaceAll("\\", "/");
}
