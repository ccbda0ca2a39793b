/**
 * What a person said about a model file that the file does not say itself, in a small JSON file beside it: asked once,
 * and known to everybody who has the folder.
 */
import * as vscode from "vscode";
import type { ModelAnswers } from "../../protocol/modelContract.ts";

const suffix = ".unroll-model.json";

export const answersFile = (model: vscode.Uri): vscode.Uri =>
  model.with({ path: model.path + suffix });

/** Nothing where there is no file, or it cannot be understood: then the questions are asked again. */
export async function readAnswers(model: vscode.Uri): Promise<ModelAnswers> {
  try {
    const bytes = await vscode.workspace.fs.readFile(answersFile(model));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? picked(value) : {};
  } catch {
    return {};
  }
}

export async function writeAnswers(model: vscode.Uri, answers: ModelAnswers): Promise<void> {
  const text = `${JSON.stringify(picked(answers), undefined, 2)}\n`;
  await vscode.workspace.fs.writeFile(answersFile(model), new TextEncoder().encode(text));
}

/** Only what is known, and of the right kind: the file may have been written by anybody. */
function picked(value: object): ModelAnswers {
  const { nonlinearity, cell, head, embedding } = value as Record<string, unknown>;
  return {
    ...((nonlinearity === "tanh" || nonlinearity === "relu") && { nonlinearity }),
    ...((cell === "rnn" || cell === "lstm" || cell === "gru") && { cell }),
    ...(typeof head === "string" && { head }),
    ...(typeof embedding === "string" && { embedding }),
  };
}
