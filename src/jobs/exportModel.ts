/** Writes a network, of a model file or of a run, for another program; a run's vocabulary goes beside it. */
import { basename, dirname, join } from "node:path";
import { UserError } from "../config/problem.ts";
import { blankOf, classesOf } from "../data/encoding.ts";
import type { ModelNetwork } from "../models/modelContents.ts";
import type { OutputMeaning } from "../models/write/outputMeaning.ts";
import type { StateDictNaming } from "../models/write/stateDict.ts";
import { writeModel, type WrittenFile } from "../models/write/writeModel.ts";
import type { ModelCalls } from "../protocol/modelContract.ts";
import { writeAtomically } from "../runs/writeAtomically.ts";
import { loadRun, type LoadedRun } from "./loadedRun.ts";
import type { OpenModels } from "./openModels.ts";

type ExportRequest = Parameters<ModelCalls["exportModel"]>[0];

interface ExportedNetwork {
  readonly network: ModelNetwork;
  readonly naming: StateDictNaming;
  readonly from: string;
  readonly meaning?: OutputMeaning;
  /** Beside the model. */
  readonly more: readonly WrittenFile[];
}

/** Throws `UserError` for what cannot be written, or not in this format. */
export async function exportModel(
  { source, out }: ExportRequest,
  models: OpenModels,
): Promise<{ readonly files: readonly string[] }> {
  if ("file" in source && source.file === out) {
    throw new UserError("format", "A model cannot be written over the file that it is read from.", {
      advice: "Give it another name.",
    });
  }
  const name = basename(out);
  const { network, naming, from, meaning, more } =
    "runFolder" in source
      ? exportedRun(await loadRun(source.runFolder, source.checkpoint), name)
      : await exportedFile(source, models);
  const files: string[] = [];
  for (const file of [
    ...writeModel(network, name, { naming, from, ...(meaning && { meaning }) }),
    ...more,
  ]) {
    const path = join(dirname(out), file.name);
    await writeAtomically(path, file.bytes);
    files.push(path);
  }
  return { files };
}

async function exportedFile(
  source: Extract<ExportRequest["source"], { file: string }>,
  models: OpenModels,
): Promise<ExportedNetwork> {
  const { contents } = await models.contentsOf(source);
  const network = await models.networkOf(source, source.network);
  // Names of PyTorch's own are kept, so that the program that made the file takes it back.
  const isTorch = contents.format === "safetensors" || contents.format === "pytorch";
  return {
    network,
    naming: isTorch ? "source" : "module",
    from: `${basename(source.file)}${network.name === "" ? "" : `, ${network.name}`}`,
    more: [],
  };
}

/** A decoder may write more than the longest target of the data, but not without end. */
const slack = 2;

function meaningOf({ run, encoding }: LoadedRun): OutputMeaning | undefined {
  const { loss } = run.record.model;
  const blank = blankOf(encoding);
  if (loss === "ctc" && blank !== undefined) return { kind: "labels", blank };
  if (loss === "gaussian") return { kind: "gaussian" };
  if (encoding.kind !== "pairs") return undefined;
  return { kind: "written", mostTokens: slack * encoding.longestTarget + 1 };
}

function exportedRun(loaded: LoadedRun, fileName: string): ExportedNetwork {
  const { run, checkpoint, update, encoding, parameters } = loaded;
  const { input, layers, decoder, pooling, output } = run.record.model;
  const network: ModelNetwork = {
    name: "",
    input,
    layers,
    ...(decoder && { decoder }),
    ...(pooling && { pooling }),
    output,
    parameters: [...parameters].map(([name, { shape, data }]) => ({
      name,
      source: name,
      shape,
      data,
    })),
    questions: [],
    notes: [],
  };
  const meaning = meaningOf(loaded);
  const vocabulary = vocabularyText(encoding);
  return {
    network: "vocabulary" in encoding ? { ...network, vocabulary } : network,
    naming: "module",
    ...(meaning && { meaning }),
    from: `${run.record.name}, ${checkpoint} checkpoint, update ${update}`,
    more: [vocabularyFile(vocabulary, fileName)],
  };
}

/** What turns text or rows into the numbers that the network reads, and its answers back. */
function vocabularyText(encoding: LoadedRun["encoding"]): string {
  const tokens = "vocabulary" in encoding ? encoding.vocabulary.tokens : undefined;
  const classes = classesOf(encoding);
  const json = { ...(tokens && { tokens }), ...(classes && { classes }), encoding };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

const vocabularyFile = (vocabulary: string, fileName: string): WrittenFile => ({
  name: fileName.replace(/\.[^.]+$/, ".vocabulary.json"),
  bytes: new TextEncoder().encode(vocabulary),
});
