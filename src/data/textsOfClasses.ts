/**
 * Texts that are to be written, each conditioned by its class (one-to-many): the class is a token that stands before the
 * text, as the control codes of Keskar et al. 2019 (arXiv:1909.05858), and a text ends with a token of its own.
 */
import type { DataConfig, TrainingConfig } from "../config/schema.ts";
import { languageBaselines } from "./baselines.ts";
import { shapeOf, type Dataset } from "./dataset.ts";
import type { TextClasses } from "./encoding.ts";
import { inWords, type FileSource } from "./files.ts";
import { readExamples, type LabelledExample } from "./labelledFiles.ts";
import {
  classNumbers,
  encode,
  findLabels,
  findWarnings,
  limitLength,
  splitByClass,
  summarize,
} from "./labelledText.ts";
import { boundaryToken } from "./pairs.ts";
import type { Split, StepLabel } from "./split.ts";
import { tokenize } from "./tokenizedText.ts";
import { tokenLength, visible } from "./tokens.ts";
import type { Vocabulary } from "./vocabulary.ts";

type LabelledConfig = Extract<DataConfig, { kind: "labelled-text" }>;

export async function loadTextsOfClasses(
  data: LabelledConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  const { examples, skipped } = await readExamples(
    { ...data, namedBy: { text: "text", label: "label" } },
    files,
  );
  const labels = findLabels(examples, data);
  const numbers = classNumbers(examples, labels);
  const { trained, held } = splitByClass(numbers, labels.length, training);
  const texts = limitLength(tokenize(examples, data), data.maximumLength);
  const { vocabulary: known, tokens } = encode(texts, trained, data.maximumVocabulary);
  const end = known.tokens.length;
  const classes: TextClasses = { labels, first: end + 1, end };
  const vocabulary: Vocabulary = {
    ...known,
    tokens: [...known.tokens, boundaryToken, ...labels.map((label) => `⟨${label}⟩`)],
  };

  // [class, tokens …, end] of every example, one after the other.
  const rows = texts.starts.map((start, example) =>
    Int32Array.of(
      classes.first + numbers[example],
      ...tokens.subarray(start, start + texts.lengths[example]),
      end,
    ),
  );
  const isCut = (example: number): boolean => {
    const { starts, ids, lengths } = texts;
    const next = example + 1 < starts.length ? starts[example + 1] : ids.length;
    return next - starts[example] > lengths[example];
  };
  const placesOf = (example: number): StepLabel["place"][] => {
    const { text } = examples[example];
    return Array.from({ length: texts.lengths[example] }, (_, at) => {
      const offset = texts.offsetOf(texts.starts[example] + at);
      return examples[example].placeOf(offset, tokenLength(text, offset, data.level));
    });
  };
  const corpus: Corpus = { examples, rows, vocabulary, condition: data.condition, isCut, placesOf };
  const trainingSplit = createSplit(corpus, trained);
  const written = (part: Int32Array): Int32Array =>
    Int32Array.from(Array.from(part).flatMap((example) => [...rows[example].subarray(1)]));
  return {
    encoding: { kind: "text", level: data.level, lowercase: data.lowercase, vocabulary, classes },
    ...shapeOf(trainingSplit),
    training: trainingSplit,
    validation: createSplit(corpus, held),
    summary: summarize(examples.length, held.length, labels, known),
    baselines: languageBaselines(
      written(trained),
      written(held),
      vocabulary.tokens.length,
      data.level,
    ),
    warnings: findWarnings(examples.length, skipped, labels, held.length, training),
  };
}

interface Corpus {
  readonly examples: readonly LabelledExample[];
  /** Of each example: its class's token, its text, the end. */
  readonly rows: readonly Int32Array[];
  readonly vocabulary: Vocabulary;
  readonly condition: LabelledConfig["condition"];
  /** Whether a text goes on where it is cut, so that its end is none. */
  isCut(example: number): boolean;
  placesOf(example: number): StepLabel["place"][];
}

function createSplit(corpus: Corpus, part: Int32Array): Split {
  const { examples, rows, vocabulary, condition } = corpus;
  const size = vocabulary.tokens.length;
  const isInitial = condition === "initial-state";
  const name = (token: number): string => visible(vocabulary.tokens[token]);
  return {
    layout: {
      input: { kind: "tokens", vocabulary: size, ...(isInitial && { condition }) },
      output: { kind: "classes", size, at: "each-step" },
    },
    sequenceCount: part.length,
    steps: part.reduce((longest, example) => Math.max(longest, rows[example].length - 1), 0),
    read(index, wanted) {
      const row = rows[part[index]];
      const steps = stepsOf(row, wanted);
      const weights = new Float32Array(steps).fill(1);
      if (steps === row.length - 1 && steps > 1 && corpus.isCut(part[index]))
        weights[steps - 1] = 0;
      return { steps, input: row.subarray(0, steps), target: row.subarray(1, steps + 1), weights };
    },
    describe(index) {
      const { text, label, place } = examples[part[index]];
      return {
        title: `${label}: ${text.slice(0, 200).replaceAll(/\s+/g, " ").trim()}`,
        detail: inWords(place),
      };
    },
    labels(index, wanted) {
      const row = rows[part[index]];
      const steps = stepsOf(row, wanted);
      const places = corpus.placesOf(part[index]);
      const isCut = corpus.isCut(part[index]);
      return Array.from({ length: steps }, (_, t): StepLabel => {
        const place = t === 0 ? undefined : places[t - 1];
        const isEnd = t === row.length - 2;
        return {
          input: name(row[t]),
          ...(isEnd && isCut ? {} : { target: name(row[t + 1]) }),
          ...(place && { place }),
        };
      });
    },
  };
}

const stepsOf = (row: Int32Array, wanted = Infinity): number =>
  Math.max(1, Math.min(row.length - 1, wanted));
