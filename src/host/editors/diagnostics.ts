/**
 * Marks a config's mistakes at the right characters: those of the text while it is typed, those
 * that need its data when it was opened or saved.
 */
import * as vscode from "vscode";
import { rangeOfPath } from "../../config/positions.ts";
import type { Problem } from "../../config/problem.ts";
import { parseConfig } from "../../config/validate.ts";
import { isConfig } from "./configFiles.ts";
import type { Inspections } from "./inspections.ts";

const typingPauseMs = 200;

export const diagnosticSource = "Unroll";

export function registerDiagnostics(inspections: Inspections): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection("unroll");
  const timers = new Map<string, NodeJS.Timeout>();

  function update(document: vscode.TextDocument): void {
    if (!isConfig(document)) return;
    const text = document.getText();
    const { problems } = parseConfig(text);
    const own = problems.filter((problem) => !isMarkedByEditor(problem, document));
    // What was found in the data applies to a text that was valid; it returns with the next save.
    const semantic = problems.some((problem) => problem.severity === "error")
      ? []
      : (inspections.of(document.uri)?.problems ?? []);
    const inData = semantic.map((problem) => ({ ...problem, ...rangeOfPath(text, problem.path) }));
    collection.set(
      document.uri,
      [...own, ...inData].map((problem) => diagnosticOf(problem, document)),
    );
  }

  function updateSoon(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        if (!document.isClosed) update(document);
      }, typingPauseMs),
    );
  }

  function updateFile(uri: vscode.Uri): void {
    const document = vscode.workspace.textDocuments.find(
      (each) => each.uri.toString() === uri.toString(),
    );
    if (document) update(document);
  }

  for (const document of vscode.workspace.textDocuments) update(document);
  const subscriptions = [
    collection,
    vscode.workspace.onDidOpenTextDocument(update),
    vscode.workspace.onDidChangeTextDocument(({ document }) => updateSoon(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => collection.delete(uri)),
    inspections.onDidChange(updateFile),
  ];
  return new vscode.Disposable(() => {
    for (const timer of timers.values()) clearTimeout(timer);
    vscode.Disposable.from(...subscriptions).dispose();
  });
}

/** What is not JSON is marked by the editor's own JSON support already; twice would be noise. */
const isMarkedByEditor = ({ source }: Problem, { languageId }: vscode.TextDocument): boolean =>
  source === "syntax" && (languageId === "jsonc" || languageId === "json");

export const rangeOf = ({ offset, length }: Problem, document: vscode.TextDocument): vscode.Range =>
  new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));

function diagnosticOf(problem: Problem, document: vscode.TextDocument): vscode.Diagnostic {
  const { severity, message } = problem;
  const level =
    severity === "error" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(rangeOf(problem, document), message, level);
  diagnostic.source = diagnosticSource;
  return diagnostic;
}
