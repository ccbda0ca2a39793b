/**
 * What is debugged: completes a launch configuration, or makes one where there is no launch.json. What it leaves out is
 * asked for; what cannot be found is said before anything starts.
 */
import { basename, isAbsolute } from "node:path";
import * as vscode from "vscode";
import type { SequenceChoice } from "../../protocol/sequenceChoice.ts";
import { readRun, type Run } from "../../runs/runFolder.ts";
import { hasWeights, type RunChoice } from "../commands/runChoice.ts";
import { isConfigFile } from "../editors/configFiles.ts";
import { debugType } from "../ids.ts";
import { showError, type Log } from "../log.ts";
import { askSequence as askModelSequence } from "../models/askSequence.ts";
import { readAnswers } from "../models/modelAnswers.ts";
import { settings } from "../settings.ts";
import { pickSequence } from "../tracing/sequencePicker.ts";
import type { TraceStore } from "../tracing/traceStore.ts";
import { requireTrust } from "../trust.ts";
import type { RunLibrary } from "../views/runLibrary.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";

interface Parts {
  readonly runs: RunChoice;
  readonly library: RunLibrary;
  readonly traces: TraceStore;
  readonly worker: LazyWorker;
  /** Reads model files. */
  readonly models: LazyWorker;
  readonly log: Log;
}

export function registerDebugConfigurations(parts: Parts): vscode.Disposable {
  const provider: vscode.DebugConfigurationProvider = {
    provideDebugConfigurations: () => [
      {
        type: debugType,
        request: "launch",
        name: "Debug a sequence",
        config: "${workspaceFolder}/unroll.json",
      },
    ],
    /** F5 without a launch.json sends nothing at all. */
    resolveDebugConfiguration(_folder, configuration) {
      if (configuration.type || configuration.request || configuration.name) return configuration;
      const active = vscode.window.activeTextEditor?.document.uri;
      const config = active && isConfigFile(active) ? { config: active.fsPath } : {};
      return { type: debugType, request: "launch", name: "Debug a sequence", ...config };
    },
    async resolveDebugConfigurationWithSubstitutedVariables(_folder, configuration) {
      if (!(await requireTrust("debug a sequence"))) return undefined;
      try {
        return await complete(configuration, parts);
      } catch (error) {
        void showError(parts.log, "begin to debug", error);
        return undefined;
      }
    },
  };
  return vscode.debug.registerDebugConfigurationProvider(debugType, provider);
}

/** Undefined when the person changed their mind. */
async function complete(
  configuration: vscode.DebugConfiguration,
  { runs, library, traces, worker, models }: Parts,
): Promise<vscode.DebugConfiguration | undefined> {
  if (configuration["model"] !== undefined) return completeModel(configuration, models);
  const run = await findRun(configuration, runs, library);
  if (!run) return undefined;
  // A training has its own sequences.
  if (configuration.request === "attach") return { ...configuration, run: run.folder };
  const sequence: unknown = configuration["sequence"] ?? (await askSequence(worker, run));
  if (sequence === undefined) return undefined;
  const checkpoint: unknown =
    configuration["checkpoint"] ?? snapshotShown(run, traces) ?? settings.checkpoint();
  return { ...configuration, run: run.folder, checkpoint, sequence };
}

/** Where panels show this run as it was on its way, the debugger goes on from there. */
const snapshotShown = ({ folder }: Run, { current, ofRun }: TraceStore): number | undefined =>
  ofRun?.runFolder === folder && current?.checkpoint === "snapshot" ? current.update : undefined;

/** What its file does not say is remembered beside it; what it reads is asked for. */
async function completeModel(
  configuration: vscode.DebugConfiguration,
  worker: LazyWorker,
): Promise<vscode.DebugConfiguration | undefined> {
  const file: unknown = configuration["model"];
  if (typeof file !== "string" || !isAbsolute(file)) {
    throw new Error(
      `"model" has to be the path of a model file, such as "\${workspaceFolder}/model.safetensors".`,
    );
  }
  const model = vscode.Uri.file(file);
  const { networks } = await worker.call("modelOverview", {
    file,
    answers: await readAnswers(model),
  });
  const name: unknown = configuration["network"] ?? networks[0]?.name;
  const network = networks.find((each) => each.name === name);
  if (!network) {
    const known = networks.map((each) => `"${each.name}"`).join(", ");
    throw new Error(
      known === ""
        ? `${basename(file)} holds no recurrent network to debug.`
        : `${basename(file)} has no network ${JSON.stringify(name)}. It has ${known}.`,
    );
  }
  const given: unknown = configuration["sequence"];
  const sequence = given ?? (await askModelSequence(worker, model, network, { doing: "Debug" }));
  if (sequence === undefined) return undefined;
  // What was answered meanwhile counts.
  const answers = await readAnswers(model);
  return { ...configuration, network: network.name, answers, sequence };
}

/** Throws an error that names what was looked for and what there is. */
async function findRun(
  configuration: vscode.DebugConfiguration,
  runs: RunChoice,
  library: RunLibrary,
): Promise<Run | undefined> {
  const run: unknown = configuration["run"];
  const config: unknown = configuration["config"];
  const isAttached = configuration.request === "attach";
  const accepts = isAttached ? () => true : hasWeights;
  const question = { doing: "debug", accepts };
  if (typeof run === "string" && isAbsolute(run)) return readRun(run);
  if (library.runs.length === 0) await library.refresh();
  if (run !== undefined) {
    const named = library.runs.find(
      ({ folder, record }) => record.name === run || basename(folder) === run,
    );
    if (named) return named;
    const known = library.runs.slice(0, 5).map(({ record }) => `"${record.name}"`);
    const rest = known.length > 0 ? `The newest are ${known.join(", ")}.` : "There is none yet.";
    throw new Error(`There is no run ${JSON.stringify(run)}. ${rest}`);
  }
  if (config === undefined) return runs.one([], question);
  if (typeof config !== "string" || !isAbsolute(config)) {
    throw new Error(
      `"config" has to be the path of a config, such as "\${workspaceFolder}/unroll.json".`,
    );
  }
  const [newest] = library.ofConfig(config).filter(accepts);
  if (newest) return newest;
  await offerTraining(config);
  return undefined;
}

async function offerTraining(config: string): Promise<void> {
  const train = "Train Model";
  const text = `${basename(config)} has no trained network to debug yet.`;
  const choice = await vscode.window.showInformationMessage(text, train);
  if (choice === train) {
    await vscode.commands.executeCommand("unroll.train", vscode.Uri.file(config));
  }
}

async function askSequence(worker: LazyWorker, run: Run): Promise<object | undefined> {
  const choice = await pickSequence(worker, run, "Debug");
  if (choice !== "typed") return choice && sequenceOf(choice);
  const text = await vscode.window.showInputBox({
    title: `Debug a sequence with "${run.record.name}"`,
    prompt: "What the network reads, one token a step.",
    validateInput: (value) => (value === "" ? "Type at least one character." : undefined),
  });
  return text === undefined ? undefined : { text };
}

/** As a launch.json would write it. */
export function sequenceOf(choice: SequenceChoice): object {
  if (choice.kind === "typed") return { text: choice.text };
  if (choice.kind === "rows") return { rows: [choice.first, choice.last] };
  const { kind: _, ...rest } = choice;
  return rest;
}
