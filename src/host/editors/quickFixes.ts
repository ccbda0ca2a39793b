/** Offers what would be right where a config has a mistake: the nearest key, a valid value. */
import * as vscode from "vscode";
import { parseConfig } from "../../config/validate.ts";
import { configSelector } from "./configFiles.ts";
import { diagnosticSource, rangeOf } from "./diagnostics.ts";

export function registerQuickFixes(): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions(document, range, context) {
      // The diagnostics that come back from the editor have lost what we knew, so ask again.
      return parseConfig(document.getText()).problems.flatMap((problem) => {
        const place = rangeOf(problem, document);
        if (problem.suggestion === undefined || !place.intersection(range)) return [];
        const fix = new vscode.CodeAction(
          `Change to ${problem.suggestion}`,
          vscode.CodeActionKind.QuickFix,
        );
        fix.edit = new vscode.WorkspaceEdit();
        fix.edit.replace(document.uri, place, problem.suggestion);
        fix.isPreferred = true;
        fix.diagnostics = context.diagnostics.filter(
          (each) => each.source === diagnosticSource && each.range.isEqual(place),
        );
        return [fix];
      });
    },
  };
  return vscode.languages.registerCodeActionsProvider(configSelector, provider, {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  });
}
