/** `unroll train`: trains a config, or goes on with a run. */
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { applyOverrides } from "../../config/overrides.ts";
import { train } from "../../jobs/train.ts";
import type { TrainingRequest } from "../../jobs/trainingSetup.ts";
import type { TrainingResult } from "../../protocol/training.ts";
import { configFileOf, readRun, readRunConfig } from "../../runs/runFolder.ts";
import { defineCommand, UsageError } from "../command.ts";
import { requestOf } from "../configRequest.ts";
import { exitCodes, type Environment } from "../environment.ts";
import { findRun } from "../findRun.ts";
import { count, duration, measured, networkInWords } from "../inWords.ts";
import { createProgressDisplay } from "../progressDisplay.ts";

const help = `Usage: unroll train [CONFIG] [--set KEY=VALUE]… [--json]
       unroll train --resume RUN [--set training.epochs=N] [--json]

Trains the network that CONFIG describes (unroll.json in the current folder by default) and keeps
the run in .unroll/runs beside it. Ctrl-C stops after the current batch and saves a checkpoint;
a second Ctrl-C stops at once.

  --set KEY=VALUE   change the config for this run, e.g. --set model.layers.0.hidden=64
                    or training.start.from=model.pt to begin with the weights of a PyTorch, Keras or ONNX model, or a run
  --resume RUN      go on with a run: its folder, id, name, or "latest"
  --wide            try 256-bit vectors, an experiment of V8's (checked first; off where it fails)
  --json            one JSON object per line: progress, measurements, the result
`;

/** A resumed run keeps its config; only how long it trains may change. */
const changeableOnResume = ["training.epochs", "training.earlyStopping"];

export const trainCommand = defineCommand({
  name: "train",
  summary: "train a network from a config",
  help,
  takesConfig: true,
  options: {
    set: { type: "string", multiple: true, default: [] },
    resume: { type: "string" },
    wide: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
  positionals: { least: 0, most: 1 },
  async run({ values, positionals }, environment) {
    if (values.resume !== undefined && positionals.length > 0) {
      throw new UsageError("With --resume the config is the run's own; leave CONFIG out.");
    }
    const request =
      values.resume === undefined
        ? await requestOf(positionals[0] ?? ".", values.set, environment)
        : await resumedTraining(values.resume, values.set, environment);
    if (!request) return exitCodes.usage;
    const result = await runWithProgress(request, values, environment);
    await tellResult(result, values.json, environment);
    return result.state === "failed" ? exitCodes.failed : exitCodes.done;
  },
});

async function resumedTraining(
  reference: string,
  overrides: readonly string[],
  { folder }: Environment,
): Promise<TrainingRequest> {
  for (const override of overrides) {
    const key = override.slice(0, override.indexOf("="));
    if (!changeableOnResume.some((allowed) => key === allowed || key.startsWith(`${allowed}.`))) {
      throw new UsageError(
        `A resumed run keeps its config: --set may only change ${changeableOnResume.join(" and ")}.`,
      );
    }
  }
  const run = await findRun(reference, folder);
  const configFile = configFileOf(run);
  const text = await readFile(configFile, "utf8").catch(async () =>
    JSON.stringify(await readRunConfig(run.folder)),
  );
  return {
    configFile,
    text: overrides.length > 0 ? applyOverrides(text, overrides) : text,
    resume: { runFolder: run.folder },
    workspaceFolders: [folder],
  };
}

async function runWithProgress(
  request: TrainingRequest,
  { json, wide }: { readonly json: boolean; readonly wide: boolean },
  environment: Environment,
): Promise<TrainingResult> {
  const { out, error } = environment;
  const controller = new AbortController();
  const display = createProgressDisplay(error);
  const stopListening = environment.onInterrupt(() => {
    if (controller.signal.aborted) {
      display.end();
      environment.exit(exitCodes.interrupted);
      return;
    }
    controller.abort();
    display.end();
    error.write("Stopping after this batch; Ctrl-C again stops at once.\n");
  });
  try {
    return await train(
      {
        ...request,
        createKernels: (choice) => environment.createKernels({ ...choice, wide }),
        shardScript: environment.shardScript,
      },
      {
        signal: controller.signal,
        onStart({ run: { folder, record }, warnings }) {
          if (json) {
            out.write(
              `${JSON.stringify({ event: "start", runFolder: folder, warnings, ...record })}\n`,
            );
            return;
          }
          for (const { path, message } of warnings)
            error.write(`${path.join(".")}: warning: ${message}\n`);
          error.write(`${record.name}: ${record.dataSummary}; ${networkInWords(record.model)}\n`);
        },
        onWarning(message) {
          if (json) out.write(`${JSON.stringify({ event: "warning", message })}\n`);
          else {
            display.end();
            error.write(`warning: ${message}\n`);
          }
        },
        onProgress(report) {
          if (!json) display.show(report);
          else {
            for (const row of report.rows)
              out.write(`${JSON.stringify({ event: "measurement", ...row })}\n`);
            out.write(`${JSON.stringify({ event: "progress", ...report.status })}\n`);
          }
        },
      },
    );
  } finally {
    stopListening();
    if (!json) display.end();
  }
}

async function tellResult(
  result: TrainingResult,
  json: boolean,
  { out, error, folder }: Environment,
): Promise<void> {
  if (json) {
    out.write(`${JSON.stringify({ event: "result", ...result })}\n`);
    return;
  }
  const { record } = await readRun(result.runFolder);
  const lines = [
    `${record.name}: ${headline(result)} after ${count(result.updates)} updates, ${duration(result.elapsedMs)}`,
    `  training loss   ${measured(result.trainLoss)}`,
  ];
  if (result.validationLoss !== undefined) {
    const best = result.bestValidationLoss;
    lines.push(
      `  validation loss ${measured(result.validationLoss)}${best === undefined ? "" : `, best ${measured(best)}`}`,
    );
  }
  if (record.validationAccuracy !== undefined) {
    lines.push(`  accuracy        ${(record.validationAccuracy * 100).toFixed(1)} %`);
  }
  if (record.validationLabelErrorRate !== undefined) {
    lines.push(`  label errors    ${(record.validationLabelErrorRate * 100).toFixed(1)} %`);
  }
  if (record.validationExactMatch !== undefined) {
    const share = (record.validationExactMatch * 100).toFixed(1);
    lines.push(`  exact match     ${share} % of the targets are right from beginning to end`);
  }
  for (const { name, loss } of record.baselines)
    lines.push(`  to compare      ${measured(loss)} ${name}`);
  lines.push(`  kept in         ${relative(folder, result.runFolder) || "."}`);
  if (result.state === "stopped")
    lines.push(`  go on with      unroll train --resume ${record.id}`);
  out.write(lines.map((line) => `${line}\n`).join(""));
  if (result.failure !== undefined) error.write(`error: ${result.failure}\n`);
}

function headline({ state, stoppedEarly }: TrainingResult): string {
  return stoppedEarly ? "stopped early, because validation no longer improved," : state;
}
