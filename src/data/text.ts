/** Language modelling: a text as one long row of tokens, each of which is to be predicted from those before it. */
import { UserError } from "../config/problem.ts";
import type { DataConfig, TrainingConfig } from "../config/schema.ts";
import { languageBaselines } from "./baselines.ts";
import { shapeOf, type Dataset, type DataWarning } from "./dataset.ts";
import type { FileSource } from "./files.ts";
import { createBlockPlaces } from "./longText/blockPlaces.ts";
import { readTokens, usualMemory, type TextMemory } from "./longText/readTokens.ts";
import { openTexts, type TextParts } from "./longText/textParts.ts";
import { createTextSplit, type NumberedText } from "./textSplit.ts";
import { renumbered } from "./tokenCounts.ts";
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
  memory: TextMemory = usualMemory,
): Promise<Dataset> {
  const texts = await openTexts(files, await findTexts(data.path, files), memory.heldBytes);
  const { share } = training.validation;
  const read = await readTokens(texts, data, share, memory);
  const { blocks, trained, held, distinct } = read;
  const unit = data.level === "character" ? "character" : "word";
  if (trained < 2) throw tooShort(texts, trained, unit);

  const { vocabulary, numberOf } = buildVocabulary(
    distinct,
    read.counts.training.tokens,
    data.maximumVocabulary,
  );
  const size = vocabulary.tokens.length;
  const text: NumberedText = {
    blocks,
    places: createBlockPlaces(blocks),
    tokens: read.numberedBy(numberOf, size),
    vocabulary,
  };
  const trainingSplit = createTextSplit(text, [0, trained], windowOf(training.bptt));
  const validationSplit = createTextSplit(text, [trained, blocks.length], windowOf(training.bptt));
  const counts = renumbered(read.counts.training, numberOf, size);
  const heldCounts = renumbered(read.counts.held, numberOf, size);
  const { unknown } = vocabulary;
  const unknowns = unknown === undefined ? 0 : counts.tokens[unknown] + heldCounts.tokens[unknown];
  return {
    encoding: { kind: "text", level: data.level, lowercase: data.lowercase, vocabulary },
    ...shapeOf(trainingSplit),
    training: trainingSplit,
    validation: validationSplit,
    summary: summarize(blocks.length, held, vocabulary, unknowns, unit),
    baselines: languageBaselines(counts, heldCounts, size, unit),
    warnings: findWarnings(vocabulary, held, training),
  };
}

async function findTexts(
  path: string | readonly string[],
  files: FileSource,
): Promise<readonly string[]> {
  const patterns = typeof path === "string" ? [path] : path;
  const found: string[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const names = [...(await files.list(pattern))].sort(byName.compare);
    if (names.length === 0)
      throw missing(pattern, typeof path === "string" ? ["data", "path"] : ["data", "path", index]);
    found.push(...names);
  }
  return found;
}

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

function tooShort(sources: readonly TextParts[], trained: number, unit: string): UserError {
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
