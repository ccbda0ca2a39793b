/** What is to be debugged: which network reads which sequence, and how that begins. */
import { basename, dirname } from "node:path";
import { sequenceOfText } from "../../data/fileRange.ts";
import { textFileOf } from "../../data/files.ts";
import type { Sequence } from "../../data/sequences.ts";
import type { Program } from "../../debug/debuggee.ts";
import type { Kernels } from "../../engine/kernels/kernels.ts";
import type { SequenceChoice } from "../../protocol/sequenceChoice.ts";
import type { ModelTrace } from "../../protocol/modelContract.ts";
import { configFileOf } from "../../runs/runFolder.ts";
import type { Real } from "../../trace/trace.ts";
import { loadRun, type LoadedRun } from "../loadedRun.ts";
import { modelAsRun } from "../modelAsRun.ts";
import { modelSequence } from "../modelSequence.ts";
import type { OpenModels } from "../openModels.ts";
import { fileSourceOf, type RunData } from "../runData.ts";
import { chosenSequence } from "../tracedSequence.ts";
import { brokenSequence } from "./brokenSequence.ts";
import type { LaunchRequest } from "./launchRequest.ts";

export interface Subject {
  readonly loaded: LoadedRun;
  readonly choice: SequenceChoice;
  readonly sequence: Sequence;
  /** Absolute; places name files relative to it. */
  readonly folder: string;
  /** What the sequence begins with, by the names of the trace; zeros when absent. */
  readonly initial?: ReadonlyMap<string, Real>;
  readonly entry?: Program["entry"];
}

export interface SubjectOptions {
  readonly createKernels: () => Kernels;
  readonly workspaceFolders: readonly string[];
  readonly data: RunData;
}

/** How the document of a typed text is called. */
export const typedDocument = "typed text";

/** Throws `UserError` for what a person can mend. */
export async function subjectOfRun(
  { runFolder, checkpoint, sequence: choice }: LaunchRequest,
  options: SubjectOptions,
): Promise<Subject> {
  if (choice.kind === "broken") {
    const broken = await brokenSequence(runFolder, options.createKernels());
    return { ...broken, choice, folder: folderOf(broken.loaded) };
  }
  const loaded = await loadRun(runFolder, checkpoint);
  const sequence = await sequenceOf(loaded, choice, options);
  return { loaded, choice, sequence, folder: folderOf(loaded) };
}

/** Throws `UserError` or `FormatError` for what a person can mend. */
export async function subjectOfModel(
  { model, network: name, sequence: files }: ModelTrace,
  models: OpenModels,
): Promise<Subject> {
  const network = await models.networkOf(model, name);
  const { sequence, ...output } = await modelSequence(network, files);
  const loaded = modelAsRun(model.file, basename(model.file), network, output);
  const choice = { kind: "typed", text: sequence.title } as const;
  return { loaded, choice, sequence, folder: dirname(files.file) };
}

const folderOf = ({ run }: LoadedRun): string => dirname(configFileOf(run));

async function sequenceOf(
  loaded: LoadedRun,
  choice: SequenceChoice,
  { data, workspaceFolders }: SubjectOptions,
): Promise<Sequence> {
  const { encoding } = loaded;
  if (choice.kind === "typed" && (encoding.kind === "text" || encoding.kind === "labelled-text")) {
    const text = textFileOf(typedDocument, choice.text.replaceAll(/\r\n?/g, "\n"));
    return {
      ...sequenceOfText(encoding, text, { from: { line: 1 } }),
      title: choice.text.slice(0, 80),
    };
  }
  return chosenSequence(
    loaded,
    choice,
    () => data.datasetOf(loaded),
    () => fileSourceOf(loaded, workspaceFolders),
  );
}
