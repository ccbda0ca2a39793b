/** Above a config: train it, step through what was trained, and what it amounts to. */
import * as vscode from "vscode";
import { parseConfig } from "../../config/validate.ts";
import type { CommandId } from "../commands/commandIds.ts";
import { openCommand } from "../panels/openCommand.ts";
import type { TrainingController } from "../training/trainingController.ts";
import { configSelector } from "./configFiles.ts";
import type { Inspections } from "./inspections.ts";

const top = new vscode.Range(0, 0, 0, 0);

export function registerCodeLenses(
  inspections: Inspections,
  training: TrainingController,
): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();

  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses(document) {
      const trains = training.request?.configFile === document.uri.fsPath;
      const lenses = trains
        ? [
            training.status?.state === "paused"
              ? lens("$(play)\u00A0Resume", "unroll.resume")
              : lens("$(debug-pause)\u00A0Pause", "unroll.pause"),
            lens("$(debug-stop)\u00A0Stop", "unroll.stop"),
          ]
        : [lens("$(play)\u00A0Train", "unroll.train", document.uri)];
      return [
        ...lenses,
        lens("$(debug-step-over)\u00A0Step through", "unroll.stepThrough", document.uri),
        lens("$(debug-alt)\u00A0Debug", "unroll.debugSequence", document.uri),
        lens("$(layout-panel)\u00A0Open timeline", openCommand("timeline")),
        ...summary(document, inspections),
      ];
    },
  };

  const tell = (): void => changed.fire();
  return vscode.Disposable.from(
    vscode.languages.registerCodeLensProvider(configSelector, provider),
    inspections.onDidChange(tell),
    training.onDidChange(tell),
    changed,
  );
}

function lens(title: string, command: CommandId, ...args: readonly unknown[]): vscode.CodeLens {
  return new vscode.CodeLens(top, { title, command, arguments: [...args] });
}

/** "12,345 parameters · 21 MB to train · 1,235,196 characters, 91 distinct", as far as it is known. */
function summary(
  document: vscode.TextDocument,
  inspections: Inspections,
): readonly vscode.CodeLens[] {
  if (!parseConfig(document.getText()).config) return [];
  const { parameterCount, summary, trainingBytes } = inspections.of(document.uri) ?? {};
  const parameters =
    parameterCount === undefined ? undefined : `${parameterCount.toLocaleString("en")} parameters`;
  const memory =
    trainingBytes === undefined
      ? undefined
      : `${Math.ceil(trainingBytes / 2 ** 20).toLocaleString("en")} MB to train`;
  const title = [parameters, memory, summary].filter((part) => part !== undefined).join(" · ");
  // A lens without a command is plain text.
  return title ? [new vscode.CodeLens(top, { title, command: "" })] : [];
}
