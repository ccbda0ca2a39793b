/** Letting a trained network write: text that goes on from a beginning, or a forecast. */
import * as vscode from "vscode";
import type { Run } from "../../runs/runFolder.ts";
import { showError, type Log } from "../log.ts";
import { settings } from "../settings.ts";
import { requireTrust } from "../trust.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";
import { formatTable } from "./formatTable.ts";
import type { OutputDocuments } from "./outputDocuments.ts";
import { hasWeights, type RunChoice } from "./runChoice.ts";

export function createOutputCommands(
  runs: RunChoice,
  worker: LazyWorker,
  documents: OutputDocuments,
  log: Log,
) {
  async function generate(...args: readonly unknown[]): Promise<void> {
    if (!(await requireTrust("generate text"))) return;
    const run = await runs.one(args, { doing: "generate text with", accepts: writesTokens });
    if (!run) return;
    const prompt = await vscode.window.showInputBox({
      title: `Generate text with "${run.record.name}"`,
      prompt: "How the text begins. Length, temperature and top-k are settings.",
      placeHolder: "It was a",
    });
    if (prompt === undefined) return;
    const topK = settings.generateTopK();
    const request = {
      runFolder: run.folder,
      checkpoint: settings.checkpoint(),
      prompt,
      length: settings.generateLength(),
      temperature: settings.generateTemperature(),
      seed: Math.floor(Math.random() * 2 ** 32),
      ...(topK === undefined ? {} : { topK }),
    };
    await withResult("generate text", run, async (signal) => {
      const { text } = await worker.call("generate", request, { signal });
      await documents.show(`${run.record.name}.txt`, text);
    });
  }

  async function forecast(...args: readonly unknown[]): Promise<void> {
    if (!(await requireTrust("forecast"))) return;
    const run = await runs.one(args, { doing: "forecast with", accepts: forecasts });
    if (!run) return;
    const answer = await vscode.window.showInputBox({
      title: `Forecast with "${run.record.name}"`,
      prompt: "How many rows beyond the end of the table?",
      value: "14",
      validateInput: (value) =>
        /^[1-9]\d{0,4}$/.test(value.trim()) ? undefined : "A whole number from 1 to 99999.",
    });
    if (answer === undefined) return;
    const request = {
      runFolder: run.folder,
      checkpoint: settings.checkpoint(),
      steps: Number(answer),
    };
    await withResult("forecast", run, async (signal) => {
      const { names, rows } = await worker.call("forecast", request, { signal });
      await documents.show(
        `${run.record.name} forecast.txt`,
        formatTable(["step", ...names], rows),
      );
    });
  }

  async function withResult(
    doing: string,
    run: Run,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: `${run.record.name}: ${doing}…`,
      cancellable: true,
    };
    const abort = new AbortController();
    try {
      await vscode.window.withProgress(options, async (_, cancellation) => {
        cancellation.onCancellationRequested(() => abort.abort());
        await work(abort.signal);
      });
    } catch (error) {
      if (!abort.signal.aborted) await showError(log, doing, error);
    }
  }

  return { generate, forecast };
}

const writesTokens = (run: Run): boolean => {
  const { input, output, loss } = run.record.model;
  return (
    hasWeights(run) &&
    input.kind === "tokens" &&
    output.at === "each-step" &&
    loss === "cross-entropy"
  );
};

const forecasts = (run: Run): boolean =>
  hasWeights(run) &&
  run.record.model.input.kind === "dense" &&
  run.record.model.loss !== "cross-entropy";
