/** Language modelling: a text as one long row of tokens, each of which is to be predicted from those before it. */
import { UserError } from "../config/problem.ts";
import type { DataConfig, TrainingConfig } from "../config/schema.ts";
import { languageBaselines } from "./baselines.ts";
import { shapeOf, type Dataset, type DataWarning } from "./dataset.ts";
import { readTextFile, type FileSource, type TextFile } from "./files.ts";
import { createTextSplit, type NumberedText } from "./textSplit.ts";
import { tokenize, type TokenArray, type TokenizedText } from "./tokenizedText.ts";
import { unknownToken } from "./tokens.ts";
import { buildVocabulary, type Vocabulary } from "./vocabulary.ts";
import { grouped } from "./wording.ts";

type TextConfig = Extract<DataConfig, { kind: "text" }>;

/** A text has no sequences of its own; where `bptt` does not cut it, this does. */
export const defaultWindow = 64;

export const windowOf = (bptt: TrainingConfig["bptt"]): number =>
  bptt === "full" ? defaultWindow : bptt;

export async function loadText(
  data: TextConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  const sources = await readAll(data.path, files);
  const tokenized = tokenize(separated(sources), data);
  const total = tokenized.ids.length;
  const unit = data.level === "character" ? "character" : "word";
  // The last part, never a random one: neighbours in a text are too alike to be called unseen.
  const held = Math.floor(total * training.validation.share);
  const trained = total - held;
  if (trained < 2) throw tooShort(sources, trained, unit);

  const { vocabulary, tokens } = encode(tokenized, trained, data.maximumVocabulary);
  const text: NumberedText = { sources, tokenized, tokens, vocabulary, level: data.level };
  const trainingSplit = createTextSplit(text, [0, trained], windowOf(training.bptt));
  const validationSplit = createTextSplit(text, [trained, total], windowOf(training.bptt));
  const unknown = countUnknown(tokens, vocabulary);
  return {
    encoding: { kind: "text", level: data.level, lowercase: data.lowercase, vocabulary },
    ...shapeOf(trainingSplit),
    training: trainingSplit,
    validation: validationSplit,
    summary: summarize(total, held, vocabulary, unknown, unit),
    baselines: languageBaselines(
      tokens.subarray(0, trained),
      tokens.subarray(trained),
      vocabulary.tokens.length,
      unit,
    ),
    warnings: findWarnings(vocabulary, held, training),
  };
}

async function readAll(
  path: string | readonly string[],
  files: FileSource,
): Promise<readonly TextFile[]> {
  const patterns = typeof path === "string" ? [path] : path;
  const found: TextFile[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const names = [...(await files.list(pattern))].sort(byName.compare);
    if (names.length === 0)
      throw missing(pattern, typeof path === "string" ? ["data", "path"] : ["data", "path", index]);
    for (const name of names) found.push(await readTextFile(files, name));
  }
  return found;
}

/** Between two files a line ends, whether or not the first one says so. */
const separated = (sources: readonly TextFile[]): readonly { text: string }[] =>
  sources.map(({ text }, index) => ({
    text: index < sources.length - 1 && !text.endsWith("\n") ? `${text}\n` : text,
  }));

/** chapter_2 comes before chapter_10. */
const byName = new Intl.Collator("en", { numeric: true });

function missing(pattern: string, path: readonly (string | number)[]): UserError {
  const isPattern = /[*?{]/.test(pattern);
  const message = isPattern
    ? `No file matches "${pattern}".`
    : `There is no file or folder "${pattern}" beside this config.`;
  return new UserError("file-missing", message, {
    place: { file: pattern },
    advice: "Paths are relative to the config's own folder.",
    path,
  });
}

function tooShort(sources: readonly TextFile[], trained: number, unit: string): UserError {
  const names = sources.map(({ path }) => path).join(", ");
  return new UserError(
    "text-too-short",
    `${names}: ${trained} ${unit}${trained === 1 ? " is" : "s are"} left to train on, and a language model needs at least two.`,
    {
      place: { file: sources[0]?.path },
      advice: "Use a longer text, or lower training.validation.share.",
      path: ["data", "path"],
    },
  );
}

/** Numbers for every token; only what the training part contains gets one of its own. */
function encode(
  tokenized: TokenizedText,
  trained: number,
  maximum: number | undefined,
): { vocabulary: Vocabulary; tokens: TokenArray } {
  const { distinct, ids } = tokenized;
  const counts = new Int32Array(distinct.length);
  for (let at = 0; at < trained; at++) counts[ids[at]]++;
  const { vocabulary, numberOf } = buildVocabulary(distinct, counts, maximum);
  // In place: no number is larger than before, since ⟨unknown⟩ only comes where another one goes.
  for (let at = 0; at < ids.length; at++) ids[at] = numberOf[ids[at]];
  return { vocabulary, tokens: ids };
}

function countUnknown(tokens: TokenArray, { unknown }: Vocabulary): number {
  if (unknown === undefined) return 0;
  let count = 0;
  for (const token of tokens) if (token === unknown) count++;
  return count;
}

function summarize(
  total: number,
  held: number,
  vocabulary: Vocabulary,
  unknown: number,
  unit: string,
): string {
  const known = vocabulary.tokens.length - (vocabulary.unknown === undefined ? 0 : 1);
  const rare = unknown === 0 ? "" : `, ${grouped(unknown)} ${unknownToken}`;
  const heldBack = held === 0 ? "" : `, the last ${grouped(held)} held back`;
  return `${grouped(total)} ${unit}s, ${grouped(known)} distinct${rare}${heldBack}`;
}

function findWarnings(
  vocabulary: Vocabulary,
  held: number,
  training: TrainingConfig,
): DataWarning[] {
  const warnings: DataWarning[] = [];
  if (vocabulary.tokens.length > 20_000) {
    warnings.push({
      message: `${grouped(vocabulary.tokens.length)} distinct tokens make a slow output layer: maximumVocabulary keeps the most frequent ones.`,
      path: ["data"],
    });
  }
  if (held < 2 && training.validation.share > 0) {
    warnings.push({
      message: "The text is too short to hold a part of it back: nothing will be validated.",
      path: ["training", "validation", "share"],
    });
  }
  return warnings;
}
