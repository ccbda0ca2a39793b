/** The weights that a training may begin with (`training.start`), of a model file or of a run. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../config/problem.ts";
import type { Config, StartConfig } from "../../config/schema.ts";
import { classesOf, type Encoding } from "../../data/encoding.ts";
import { readVocabulary } from "../../data/tokenizer/vocabularyFile.ts";
import { FormatError } from "../../formats/formatError.ts";
import type { ModelContents, ModelNetwork } from "../../models/modelContents.ts";
import type { StoredParameter } from "../../runs/checkpoint.ts";
import { fileProblem } from "../../runs/fileProblem.ts";
import type { LayerDescription } from "../../trace/trace.ts";
import { loadRun } from "../loadedRun.ts";
import { chosenNetwork, readModelFile } from "../modelFile.ts";
import { pathInside } from "../pathInside.ts";

export interface StartSource {
  /** For people: `model.pt`, or the run's name. */
  readonly name: string;
  /** A decoder's come after the encoder's. */
  readonly layers: readonly LayerDescription[];
  readonly parameters: ReadonlyMap<string, StoredParameter>;
  /** Tokens that are read and classes that are told apart, in their order; absent where nobody says. */
  readonly tokens?: readonly string[];
  readonly classes?: readonly string[];
  /** Linear layers of the file that fit on top, where nobody said which. */
  readonly heads?: readonly string[];
}

export interface StartRequest {
  /** Absolute. */
  readonly configFile: string;
  readonly workspaceFolders?: readonly string[];
}

/** Undefined where a config asks for none. Throws `UserError` that leads to the key of the config. */
export async function readStart(
  { training, model }: Config,
  request: StartRequest,
): Promise<StartSource | undefined> {
  const { start } = training;
  if (!start) return undefined;
  try {
    const { configFile, workspaceFolders } = request;
    const place = await pathInside(dirname(configFile), start.from, workspaceFolders);
    return existsSync(join(place, "run.json"))
      ? await sourceOfRun(place, start)
      : await sourceOfFile(place, start, model);
  } catch (error) {
    throw aboutStart(fileProblem(error, "read the weights", start.from), start);
  }
}

async function sourceOfRun(
  folder: string,
  { checkpoint = "best" }: StartConfig,
): Promise<StartSource> {
  const { run, encoding, parameters } = await loadRun(folder, checkpoint);
  const tokens = tokensOf(encoding);
  const classes = classesOf(encoding);
  return {
    name: run.record.name,
    layers: run.record.model.layers,
    parameters,
    ...(tokens && { tokens }),
    ...(classes && { classes }),
  };
}

/** What the numbers of its input stand for. */
export function tokensOf(encoding: Encoding): readonly string[] | undefined {
  if ("vocabulary" in encoding) return encoding.vocabulary.tokens;
  if (encoding.kind === "pairs") return encoding.source.tokens;
  return encoding.kind === "synthetic" ? encoding.symbols : undefined;
}

async function sourceOfFile(
  file: string,
  start: StartConfig,
  { layers }: Config["model"],
): Promise<StartSource> {
  const { head, module } = start;
  // What a state dict does not say, the config does.
  const nonlinearity = layers.find((layer) => layer.cell === "rnn")?.nonlinearity;
  const contents = await readModelFile(file, {
    ...(nonlinearity && { nonlinearity }),
    ...(head !== undefined && { head }),
  });
  const network = networkNamed(contents, module);
  refuseOthers(network);
  const heads = network.questions.find(({ about }) => about === "head")?.choices;
  return {
    name: basename(file),
    layers: network.layers,
    parameters: new Map(network.parameters.map(({ name, shape, data }) => [name, { shape, data }])),
    ...(network.vocabulary !== undefined && {
      tokens: readVocabulary(network.vocabulary, "Its vocabulary").tokens,
    }),
    ...(heads && { heads }),
  };
}

function networkNamed(contents: ModelContents, module: string | undefined): ModelNetwork {
  const { networks } = contents;
  if (networks.length < 2 || networks.some(({ name }) => name === module)) {
    return chosenNetwork(contents, networks.length === 1 ? undefined : module);
  }
  const names = networks.map(({ name }) => `"${name}"`).join(", ");
  const what = module === undefined ? "" : `, and none is called "${module}"`;
  throw new UserError("start", `It has ${networks.length} recurrent networks${what}.`, {
    path: module === undefined ? fromPath : ["training", "start", "module"],
    advice: `Choose one with "module": ${names}.`,
  });
}

function refuseOthers({ untraceable, initialStates, inputNorm }: ModelNetwork): void {
  if (inputNorm) {
    throw new UserError("start", "It normalizes its input, which a config cannot say.");
  }
  if (untraceable !== undefined) {
    throw new UserError("start", `It computes something that a config cannot say: ${untraceable}`);
  }
  if (initialStates && initialStates.size > 0) {
    throw new UserError(
      "start",
      "It starts from states of its own, and a training starts from zero.",
    );
  }
}

/** Leads to the key of the config. */
function aboutStart(error: unknown, { from }: StartConfig): unknown {
  if (error instanceof FormatError) {
    return new UserError("start", `${from} cannot be read. ${error.message}`, { path: fromPath });
  }
  if (!(error instanceof UserError)) return error;
  const { code, ...details } = error.details;
  return new UserError(code, error.message, { path: fromPath, ...details });
}

export const fromPath = ["training", "start", "from"];
