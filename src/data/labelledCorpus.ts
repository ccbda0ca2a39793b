/** Labelled texts as they are read, numbered and held back: what classifying them and writing them have in common. */
import type { DataConfig, TrainingConfig } from "../config/schema.ts";
import type { Dataset, DataWarning } from "./dataset.ts";
import { inWords, type FileSource } from "./files.ts";
import { readExamples, type LabelledExample } from "./labelledFiles.ts";
import { classNames, holdBackByClass, oneClass } from "./classes.ts";
import type { StepLabel } from "./split.ts";
import { tokenize, type TokenizedText } from "./tokenizedText.ts";
import type { TokenArray } from "./tokenRow.ts";
import { tokenLength, unknownToken } from "./tokens.ts";
import { buildVocabulary, type Vocabulary } from "./vocabulary.ts";
import { grouped } from "./wording.ts";

export type LabelledConfig = Extract<DataConfig, { kind: "labelled-text" }>;

export interface LabelledCorpus extends Pick<Dataset, "summary" | "warnings"> {
  readonly examples: readonly LabelledExample[];
  readonly labels: readonly string[];
  /** Of each example, the number of its label. */
  readonly classes: Int32Array;
  readonly texts: Texts;
  readonly vocabulary: Vocabulary;
  /** Of all texts, one after the other. */
  readonly tokens: TokenArray;
  readonly trained: Int32Array;
  readonly held: Int32Array;
  /** Where token number `at` of an example stands in the person's file. */
  readonly placeOf: (example: number, at: number) => StepLabel["place"];
}

export async function readLabelledCorpus(
  data: LabelledConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<LabelledCorpus> {
  const { examples, skipped } = await readExamples(
    { ...data, namedBy: { text: "text", label: "label" } },
    files,
  );
  const labels = findLabels(examples, data);
  const classes = classNumbers(examples, labels);
  const { trained, held } = holdBackByClass(classes, labels.length, training);
  const texts = limitLength(tokenize(examples, data), data.maximumLength);
  const { vocabulary, tokens } = encode(texts, trained, data.maximumVocabulary);
  return {
    examples,
    labels,
    classes,
    texts,
    vocabulary,
    tokens,
    trained,
    held,
    summary: summarize(examples.length, held.length, labels, vocabulary),
    warnings: findWarnings(examples.length, skipped, labels, held.length, training),
    placeOf(example, at) {
      const offset = texts.offsetOf(texts.starts[example] + at);
      const { text } = examples[example];
      return examples[example].placeOf(offset, tokenLength(text, offset, data.level));
    },
  };
}

function findLabels(examples: readonly LabelledExample[], data: LabelledConfig): readonly string[] {
  const labels = classNames(examples.map(({ label }) => label));
  if (labels.length > 1) return labels;
  throw oneClass("text", data.path, labels[0]);
}

function classNumbers(examples: readonly LabelledExample[], labels: readonly string[]): Int32Array {
  const numbers = new Map(labels.map((label, number) => [label, number]));
  return Int32Array.from(examples, ({ label }) => numbers.get(label) ?? 0);
}

interface Texts extends TokenizedText {
  /** Tokens that are read of each text. */
  readonly lengths: Int32Array;
}

function limitLength(tokenized: TokenizedText, maximum: number): Texts {
  const { starts, ids } = tokenized;
  const lengths = Int32Array.from(starts, (start, index) => {
    const end = index + 1 < starts.length ? starts[index + 1] : ids.length;
    return Math.min(end - start, maximum);
  });
  return { ...tokenized, lengths };
}

function encode(
  texts: Texts,
  trained: Int32Array,
  maximum: number,
): { vocabulary: Vocabulary; tokens: TokenArray } {
  const counts = new Int32Array(texts.distinct.length);
  for (const example of trained) {
    const start = texts.starts[example];
    for (let at = start; at < start + texts.lengths[example]; at++) counts[texts.ids[at]]++;
  }
  const { vocabulary, numberOf } = buildVocabulary(texts.distinct, counts, maximum);
  const { ids } = texts;
  // In place: no number is larger than before, since ⟨unknown⟩ only comes where another one goes.
  for (let at = 0; at < ids.length; at++) ids[at] = numberOf[ids[at]];
  return { vocabulary, tokens: ids };
}

function summarize(
  count: number,
  held: number,
  labels: readonly string[],
  vocabulary: Vocabulary,
): string {
  const known = vocabulary.tokens.length - (vocabulary.unknown === undefined ? 0 : 1);
  const names = labels.length <= 4 ? ` (${labels.join(", ")})` : "";
  const heldBack = held === 0 ? "" : `, ${grouped(held)} held back`;
  const rest = vocabulary.unknown === undefined ? "" : ` and ${unknownToken}`;
  return `${grouped(count)} texts of ${labels.length} classes${names}, ${grouped(known)} distinct tokens${rest}${heldBack}`;
}

function findWarnings(
  count: number,
  skipped: readonly LabelledExample[],
  labels: readonly string[],
  held: number,
  training: TrainingConfig,
): DataWarning[] {
  const warnings: DataWarning[] = [];
  if (skipped.length > 0) {
    const [first] = skipped;
    warnings.push({
      message: `${skipped.length} ${skipped.length === 1 ? "text is" : "texts are"} empty and left out, the first at ${inWords(first.place)}.`,
      path: ["data", "text"],
    });
  }
  if (labels.length > 20 && labels.length > count / 2) {
    warnings.push({
      message: `${labels.length} labels for ${count} texts: is this the right column?`,
      path: ["data", "label"],
    });
  }
  if (held === 0 && training.validation.share > 0) {
    warnings.push({
      message: "There are too few texts to hold some back: nothing will be validated.",
      path: ["training", "validation", "share"],
    });
  }
  return warnings;
}
