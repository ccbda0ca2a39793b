/**
 * What a person said about a model file that the file does not say itself, in a small JSON file beside it: asked once,
 * and known to everybody who has the folder.
 */
import * as vscode from "vscode";
import type { ModelAnswers } from "../../protocol/modelContract.ts";

const suffix = ".unroll-model.json";

export interface ModelMemory extends ModelAnswers {
  /** Relative to the model's folder, or absolute. */
  readonly vocabulary?: string;
  /** Arrays for it are (B,T,·). */
  readonly batchFirst?: boolean;
}

const memoryFile = (model: vscode.Uri): vscode.Uri => model.with({ path: model.path + suffix });

/** Nothing where there is no file, or it cannot be understood: then the questions are asked again. */
export async function readMemory(model: vscode.Uri): Promise<ModelMemory> {
  try {
    const bytes = await vscode.workspace.fs.readFile(memoryFile(model));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? picked(value) : {};
  } catch {
    return {};
  }
}

export async function writeMemory(model: vscode.Uri, memory: ModelMemory): Promise<void> {
  const text = `${JSON.stringify(memory, undefined, 2)}\n`;
  await vscode.workspace.fs.writeFile(memoryFile(model), new TextEncoder().encode(text));
}

/** What the reader of the file must know. */
export async function readAnswers(model: vscode.Uri): Promise<ModelAnswers> {
  const { nonlinearity, cell, head, norm, embedding } = await readMemory(model);
  return {
    ...(nonlinearity && { nonlinearity }),
    ...(cell && { cell }),
    ...(head !== undefined && { head }),
    ...(norm !== undefined && { norm }),
    ...(embedding !== undefined && { embedding }),
  };
}

/** The page may say anything; only answers are kept. */
export async function writeAnswers(model: vscode.Uri, answers: ModelAnswers): Promise<void> {
  const { vocabulary, batchFirst } = await readMemory(model);
  await writeMemory(model, {
    ...picked(answers),
    ...(vocabulary !== undefined && { vocabulary }),
    ...(batchFirst !== undefined && { batchFirst }),
  });
}

/** Only what is known, and of the right kind: the file may have been written by anybody. */
function picked(value: object): ModelMemory {
  const { nonlinearity, cell, head, norm, embedding, vocabulary, batchFirst } = value as Record<
    string,
    unknown
  >;
  return {
    ...((nonlinearity === "tanh" || nonlinearity === "relu") && { nonlinearity }),
    ...((cell === "rnn" || cell === "lstm" || cell === "gru") && { cell }),
    ...(typeof head === "string" && { head }),
    ...(typeof norm === "string" && { norm }),
    ...(typeof embedding === "string" && { embedding }),
    ...(typeof vocabulary === "string" && { vocabulary }),
    ...(typeof batchFirst === "boolean" && { batchFirst }),
  };
}
