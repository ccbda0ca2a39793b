/**
 * *Inspect in Unroll* on a variable of a paused Python program: its weights through the debug session's own evaluate request,
 * then the editor of model files; and *Trace with This Input* on a tensor.
 */
import * as vscode from "vscode";
import { modelEditor } from "../ids.ts";
import { showError, type Log } from "../log.ts";
import { requireTrust } from "../trust.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";
import { writeMemory } from "./modelAnswers.ts";
import { fetchPythonState, type Evaluate, type PythonState } from "./pythonState.ts";

interface Parts {
  /** Where what was fetched is kept. */
  readonly storage: vscode.Uri;
  readonly worker: LazyWorker;
  readonly log: Log;
}

export function createPythonVariables({ storage, worker, log }: Parts) {
  /** The module that was inspected last: what a tensor is traced through. */
  let lastModel: vscode.Uri | undefined;

  async function inspectVariable(context: unknown): Promise<void> {
    await withVariable(context, "inspect the variable", async (state, name) => {
      if (state.tensors.length === 1 && state.tensors[0].name === "") {
        throw new Error(`${name} is a tensor: use Trace with This Input.`);
      }
      const uri = await save(state, `${name}.safetensors`);
      const { nonlinearity, batchFirst } = state;
      await writeMemory(uri, {
        ...(nonlinearity && { nonlinearity }),
        ...(batchFirst !== undefined && { batchFirst }),
      });
      lastModel = uri;
      await vscode.commands.executeCommand("vscode.openWith", uri, modelEditor);
    });
  }

  async function traceWithVariable(context: unknown): Promise<void> {
    const model = lastModel;
    if (!model) {
      void vscode.window.showInformationMessage(
        "Choose Inspect in Unroll on the module first: the tensor then runs through it.",
      );
      return;
    }
    await withVariable(context, "trace the tensor", async (state, name) => {
      const [tensor] = state.tensors;
      if (state.tensors.length !== 1 || tensor.name !== "") {
        throw new Error(`${name} is a module, not a tensor.`);
      }
      const uri = await save(state, `${name}.npy`);
      await vscode.commands.executeCommand("unroll.traceModel", model, undefined, uri);
    });
  }

  async function withVariable(
    context: unknown,
    doing: string,
    use: (state: PythonState, name: string) => Promise<void>,
  ): Promise<void> {
    if (!(await requireTrust(doing))) return;
    const variable = variableIn(context);
    const session = vscode.debug.activeDebugSession;
    if (!variable || !session) return;
    const abort = new AbortController();
    try {
      const state = await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: `Unroll: fetching ${variable}`,
          cancellable: true,
        },
        (progress, cancellation) => {
          cancellation.onCancellationRequested(() => abort.abort());
          let shown = 0;
          return fetchPythonState(variable, evaluateIn(session), {
            signal: abort.signal,
            onProgress(share) {
              progress.report({ increment: 100 * share - shown });
              shown = 100 * share;
            },
          });
        },
      );
      await use(state, fileNameOf(variable));
    } catch (error) {
      if (!abort.signal.aborted) await showError(log, doing, error);
    }
  }

  async function save(state: PythonState, name: string): Promise<vscode.Uri> {
    const folder = vscode.Uri.joinPath(storage, "inspected");
    await vscode.workspace.fs.createDirectory(folder);
    const uri = vscode.Uri.joinPath(folder, name);
    await worker.call("saveTensors", { file: uri.fsPath, tensors: state.tensors });
    return uri;
  }

  return { inspectVariable, traceWithVariable };
}

/** In the frame that the person has selected. */
function evaluateIn(session: vscode.DebugSession): Evaluate {
  const item = vscode.debug.activeStackItem;
  const frameId = item && "frameId" in item ? item.frameId : undefined;
  return async (expression) => {
    const answer = (await session.customRequest("evaluate", {
      expression,
      // Debuggers shorten what they show elsewhere.
      context: "clipboard",
      ...(frameId !== undefined && { frameId }),
    })) as { readonly result?: unknown };
    return String(answer.result);
  };
}

/** What the editor passes to commands of the variables' context menu. */
function variableIn(context: unknown): string | undefined {
  const { variable } = (context ?? {}) as {
    readonly variable?: { readonly name?: unknown; readonly evaluateName?: unknown };
  };
  const name = variable?.evaluateName ?? variable?.name;
  return typeof name === "string" && name !== "" ? name : undefined;
}

const fileNameOf = (variable: string): string =>
  variable.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "-").slice(0, 60);
