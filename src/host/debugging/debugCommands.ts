/** Beginning to debug, and what a session's variables and edits offer beyond the Debug Adapter Protocol. */
import { basename } from "node:path";
import * as vscode from "vscode";
import type {
  TensorOfVariableArguments,
  TensorOfVariableResponse,
} from "../../debug/customRequests.ts";
import { configFileOf } from "../../runs/runFolder.ts";
import { hasWeights, isActive, type RunChoice } from "../commands/runChoice.ts";
import { debugType } from "../ids.ts";
import type { PanelPlaces } from "../panels/panelPlaces.ts";
import { settings } from "../settings.ts";
import type { CursorStore } from "../tracing/cursorStore.ts";
import type { TrainingController } from "../training/trainingController.ts";
import { requireTrust } from "../trust.ts";

interface Parts {
  readonly runs: RunChoice;
  readonly training: TrainingController;
  readonly cursor: CursorStore;
  readonly places: PanelPlaces;
}

/** What the editor passes to a command of the Variables view's context menu. */
interface VariableContext {
  readonly container?: { readonly variablesReference?: number };
  readonly variable?: { readonly name?: string };
}

export function createDebugCommands({ runs, training, cursor, places }: Parts) {
  /** Of a run, of a config's newest run, or of a run that is asked for. */
  async function debugSequence(...args: readonly unknown[]): Promise<void> {
    if (!(await requireTrust("debug a sequence"))) return;
    const run = await runs.one(args, { doing: "debug", accepts: hasWeights });
    if (!run) return;
    const [, sequence] = args;
    await start(run.folder, configFileOf(run), isSequence(sequence) ? { sequence } : {});
  }

  /** The selected text, or what follows the cursor, through a run that reads texts. */
  async function debugSelection(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor || editor.document.uri.scheme !== "file") {
      void vscode.window.showInformationMessage("Open a text file, and select what to debug.");
      return;
    }
    if (!(await requireTrust("debug a text"))) return;
    if (editor.document.isDirty) await editor.document.save();
    const run = await runs.one([], {
      doing: "debug the text",
      accepts: (each) => hasWeights(each) && each.record.model.input.kind === "tokens",
    });
    if (!run) return;
    const { selection, document } = editor;
    const sequence = {
      file: document.uri.fsPath,
      from: positionOf(selection.start),
      ...(selection.isEmpty ? {} : { to: positionOf(selection.end) }),
    };
    await start(run.folder, configFileOf(run), { sequence });
  }

  /** Waits beside a training until a number is no number, or opens where one broke. */
  async function debugTraining(...args: readonly unknown[]): Promise<void> {
    if (!(await requireTrust("debug a training"))) return;
    const active = training.status?.runFolder;
    const run = await runs.one(args.length === 0 && active !== undefined ? [active] : args, {
      doing: "debug the training of",
      accepts: (each) => isActive(each) || each.record.state === "failed",
    });
    if (!run) return;
    await vscode.debug.startDebugging(
      vscode.workspace.getWorkspaceFolder(vscode.Uri.file(run.folder)),
      {
        type: debugType,
        request: "attach",
        name: `Training of ${run.record.name}`,
        run: run.folder,
      },
    );
  }

  async function openVariableInGates(context: unknown): Promise<void> {
    const { session, about } = variableOf(context);
    const { layer, direction, unit } = (await session.customRequest(
      "unroll/tensorOfVariable",
      about,
    )) as TensorOfVariableResponse;
    if (layer === undefined) throw new Error("Only states and gates are shown there.");
    cursor.move({ layer, direction, unit });
    await places.show("gates", settings.openPanelsIn());
  }

  return {
    debugSequence,
    debugSelection,
    debugModel,
    debugTraining,
    ablateUnit,
    openVariableInGates,
    undoEdit,
  };
}

async function start(runFolder: string, config: string, more: object): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(config));
  await vscode.debug.startDebugging(folder, {
    type: debugType,
    request: "launch",
    name: "Debug a sequence",
    run: runFolder,
    ...more,
  });
}

/** Of the model editor's file and network; what it reads is asked for. A test or a keybinding may pass that too. */
async function debugModel(...args: readonly unknown[]): Promise<void> {
  const [uri, network, sequence] = args;
  if (!(uri instanceof vscode.Uri) || !(await requireTrust("debug a sequence"))) return;
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), {
    type: debugType,
    request: "launch",
    name: `Debug ${basename(uri.path)}`,
    model: uri.fsPath,
    ...(typeof network === "string" && { network }),
    ...(isSequence(sequence) && { sequence }),
  });
}

async function ablateUnit(context: unknown): Promise<void> {
  const { session, about } = variableOf(context);
  await session.customRequest("unroll/ablate", about);
}

async function undoEdit(): Promise<void> {
  await sessionNow().customRequest("unroll/undo", null);
}

const positionOf = ({ line, character }: vscode.Position) => ({
  line: line + 1,
  column: character + 1,
});

/** The tree passes its selection as well, which is a list. */
const isSequence = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function sessionNow(): vscode.DebugSession {
  const session = vscode.debug.activeDebugSession;
  if (!session || session.type !== debugType) throw new Error("No sequence is being debugged.");
  return session;
}

function variableOf(context: unknown): {
  readonly session: vscode.DebugSession;
  readonly about: TensorOfVariableArguments;
} {
  const session = sessionNow();
  const { container, variable } = (context ?? {}) as VariableContext;
  if (container?.variablesReference === undefined || variable?.name === undefined) {
    throw new Error("Choose this from the context menu of a variable in the Variables view.");
  }
  const about = { variablesReference: container.variablesReference, name: variable.name };
  return { session, about };
}
