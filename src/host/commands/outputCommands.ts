/** Letting a trained network write: text that goes on from a beginning, a forecast, or what it takes for what. */
import * as vscode from "vscode";
import { predictsClasses } from "../../trace/names.ts";
import type { CheckpointChoice } from "../../protocol/sequenceChoice.ts";
import { configFolderOf, type Run } from "../../runs/runFolder.ts";
import type { TunePage } from "../panels/tunePage.ts";
import { showError, type Log } from "../log.ts";
import { settings } from "../settings.ts";
import { trainedConfig } from "../trainedConfig.ts";
import { requireTrust } from "../trust.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";
import { askClass } from "./askClass.ts";
import { askText } from "./askText.ts";
import { formatTable } from "./formatTable.ts";
import type { OutputDocuments } from "./outputDocuments.ts";
import { hasWeights, type RunChoice } from "./runChoice.ts";
import { withUsableCheckpoint } from "./usableCheckpoint.ts";

export function createOutputCommands(
  runs: RunChoice,
  worker: LazyWorker,
  documents: OutputDocuments,
  tunes: TunePage,
  log: Log,
) {
  async function generate(...args: readonly unknown[]): Promise<void> {
    if (!(await requireTrust("generate text"))) return;
    const run = await runs.one(args, { doing: "generate text with", accepts: writesTokens });
    if (!run) return;
    if (run.record.model.decoder) return translate(run);
    const asked = await askClass(run);
    if (!asked) return;
    const topK = settings.generateTopK();
    const request = {
      runFolder: run.folder,
      length: settings.generateLength(),
      temperature: settings.generateTemperature(),
      seed: Math.floor(Math.random() * 2 ** 32),
      ...(topK === undefined ? {} : { topK }),
      ...asked,
    };
    const drawn = topK === undefined ? "" : ` from the ${topK} likeliest`;
    const question = {
      title: `Generate text with "${run.record.name}"`,
      prompt: `How the text begins. It goes on for ${request.length.toLocaleString("en")} tokens, drawn${drawn} at temperature ${request.temperature} (settings: unroll.generate).`,
      placeholder: "It was a",
      mayBeEmpty: true,
    };
    const write = (prompt: string) =>
      compute("generate text", run, async (checkpoint, signal) => {
        const { text } = await worker.call(
          "generate",
          { ...request, checkpoint, prompt },
          { signal },
        );
        await documents.show(`${run.record.name}.txt`, text);
        const data = (await trainedConfig(run.folder))?.data;
        if (data?.kind === "text" && data.notation === "abc") {
          tunes.show({ name: run.record.name, text });
        }
      });
    await askText(question, write).catch(tell("generate text", run));
  }

  /** An encoder-decoder writes what it makes of a source. */
  async function translate(run: Run): Promise<void> {
    const question = {
      title: `Generate text with "${run.record.name}"`,
      prompt:
        "What it is to read. What it writes is shown as found greedily and by beam search, with log-probabilities. Leave it empty to translate all that was held back, and to measure BLEU and chrF.",
      placeholder: "3 May 1979",
      mayBeEmpty: true,
    };
    const write = (source: string) =>
      compute("generate text", run, async (checkpoint, signal) => {
        if (source.trim() === "") {
          const measured = { runFolder: run.folder, checkpoint };
          const { text } = await worker.call("scoreTranslations", measured, { signal });
          return documents.show(`${run.record.name} held back.txt`, text);
        }
        const request = { runFolder: run.folder, checkpoint, source, beams: 5, lengthPenalty: 0.6 };
        const { greedy, beams } = await worker.call("translate", request, { signal });
        const lines = [greedy, ...beams].map(({ text, logProbability, ended }, rank) => {
          const how = rank === 0 ? "greedy" : `beam ${rank}`;
          return `${how}\tln P ${logProbability.toFixed(3)}\t${text}${ended ? "" : "…"}`;
        });
        await documents.show(`${run.record.name}.txt`, [source, ...lines, ""].join("\n"));
      });
    await askText(question, write).catch(tell("generate text", run));
  }

  async function forecast(...args: readonly unknown[]): Promise<void> {
    if (!(await requireTrust("forecast"))) return;
    const run = await runs.one(args, { doing: "forecast with", accepts: forecasts });
    if (!run) return;
    const data = (await trainedConfig(run.folder))?.data;
    // As far as every network can be asked for: further needs one that predicts all that it reads.
    const horizon = data?.kind === "table" ? Math.max(1, data.horizon) : 1;
    const answer = await vscode.window.showInputBox({
      title: `Forecast with "${run.record.name}"`,
      prompt: "How many rows beyond the end of the table?",
      value: String(horizon),
      validateInput: (value) =>
        /^\d{1,4}$/.test(value.trim()) && Number(value) >= 1 && Number(value) <= maximumRows
          ? undefined
          : `A whole number from 1 to ${maximumRows}.`,
    });
    if (answer === undefined) return;
    await compute("forecast", run, async (checkpoint, signal) => {
      const { names, rows, deviations } = await worker.call(
        "forecast",
        { runFolder: run.folder, checkpoint, steps: Number(answer) },
        { signal },
      );
      await documents.show(
        `${run.record.name} forecast.txt`,
        formatTable(
          ["step", ...names, ...(deviations ? names.map((name) => `${name} ±σ`) : [])],
          rows.map((row, index) => [...row, ...(deviations?.[index] ?? [])]),
        ),
      );
    }).catch(tell("forecast", run));
  }

  async function showConfusion(...args: readonly unknown[]): Promise<void> {
    if (!(await requireTrust("show the confusion"))) return;
    const run = await runs.one(args, { doing: "show the confusion of", accepts: classifies });
    if (!run) return;
    await compute("show the confusion", run, async (checkpoint, signal) => {
      const request = { runFolder: run.folder, checkpoint };
      const { text } = await worker.call("confusion", request, { signal });
      await documents.show(`${run.record.name} confusion.txt`, text);
    }).catch(tell("show the confusion", run));
  }

  const tell =
    (doing: string, run: Run) =>
    (error: unknown): Promise<void> =>
      showError(log, doing, error, vscode.Uri.file(configFolderOf(run.folder)));

  return { generate, forecast, showConfusion };
}

/** Under a notification that can cancel it; being cancelled is no failure. */
async function compute(
  doing: string,
  run: Run,
  work: (checkpoint: CheckpointChoice, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `${run.record.name}: ${doing}…`,
    cancellable: true,
  };
  const abort = new AbortController();
  try {
    await withUsableCheckpoint((checkpoint) =>
      vscode.window.withProgress(options, async (_, cancellation) => {
        cancellation.onCancellationRequested(() => abort.abort());
        await work(checkpoint, abort.signal);
      }),
    );
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  }
}

/** The worker's own bound. */
const maximumRows = 1000;

const writesTokens = (run: Run): boolean => {
  const { input, output, loss } = run.record.model;
  return (
    hasWeights(run) &&
    input.kind === "tokens" &&
    output.at === "each-step" &&
    loss === "cross-entropy"
  );
};

/** Language models and what writes for sources predict tokens too: the worker says which they are. */
const classifies = (run: Run): boolean =>
  hasWeights(run) &&
  run.record.model.loss === "cross-entropy" &&
  run.record.model.decoder === undefined;

const forecasts = (run: Run): boolean =>
  hasWeights(run) &&
  run.record.model.input.kind === "dense" &&
  !predictsClasses(run.record.model.loss);
