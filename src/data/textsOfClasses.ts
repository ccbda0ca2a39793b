/**
 * Texts that are to be written, each conditioned by its class (one-to-many): the class is a token that stands before the
 * text, as the control codes of Keskar et al. 2019 (arXiv:1909.05858), and a text ends with a token of its own.
 */
import type { TrainingConfig } from "../config/schema.ts";
import { languageBaselines } from "./baselines.ts";
import { shapeOf, type Dataset } from "./dataset.ts";
import type { TextClasses } from "./encoding.ts";
import { inWords, type FileSource } from "./files.ts";
import { readLabelledCorpus, type LabelledConfig, type LabelledCorpus } from "./labelledCorpus.ts";
import { boundaryToken } from "./pairs.ts";
import type { Split, StepLabel } from "./split.ts";
import { createTokenCounter, type TokenCounts } from "./tokenCounts.ts";
import { visible } from "./tokens.ts";
import type { Vocabulary } from "./vocabulary.ts";

export async function loadTextsOfClasses(
  data: LabelledConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  const corpus = await readLabelledCorpus(data, training, files);
  const { examples, labels, texts, tokens, vocabulary: known, trained, held } = corpus;
  const end = known.tokens.length;
  const classes: TextClasses = { labels, first: end + 1, end };
  const vocabulary: Vocabulary = {
    ...known,
    tokens: [...known.tokens, boundaryToken, ...labels.map((label) => `⟨${label}⟩`)],
  };

  // [class, tokens …, end] of every example, one after the other.
  const rows = texts.starts.map((start, example) => {
    const length = texts.lengths[example];
    const row = new Int32Array(length + 2);
    row[0] = classes.first + corpus.classes[example];
    row.set(tokens.subarray(start, start + length), 1);
    row[length + 1] = end;
    return row;
  });
  const isCut = (example: number): boolean => {
    const { starts, ids, lengths } = texts;
    const next = example + 1 < starts.length ? starts[example + 1] : ids.length;
    return next - starts[example] > lengths[example];
  };
  const writing: Writing = {
    examples,
    rows,
    vocabulary,
    condition: data.condition,
    isCut,
    placeOf: corpus.placeOf,
  };
  const trainingSplit = createSplit(writing, trained);
  const countsOf = (part: Int32Array): TokenCounts => {
    const counter = createTokenCounter();
    // The class is given, not predicted.
    for (const example of part) counter.add(rows[example].subarray(1), rows[example].length - 1);
    return counter.counts();
  };
  return {
    encoding: { kind: "text", level: data.level, lowercase: data.lowercase, vocabulary, classes },
    ...shapeOf(trainingSplit),
    training: trainingSplit,
    validation: createSplit(writing, held),
    summary: corpus.summary,
    baselines: languageBaselines(
      countsOf(trained),
      countsOf(held),
      vocabulary.tokens.length,
      data.level,
    ),
    warnings: corpus.warnings,
  };
}

interface Writing extends Pick<LabelledCorpus, "examples" | "placeOf"> {
  /** Of each example: its class's token, its text, the end. */
  readonly rows: readonly Int32Array[];
  readonly vocabulary: Vocabulary;
  readonly condition: LabelledConfig["condition"];
  /** Whether a text goes on where it is cut, so that its end is none. */
  isCut(example: number): boolean;
}

function createSplit(writing: Writing, part: Int32Array): Split {
  const { examples, rows, vocabulary, condition } = writing;
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
      if (steps === row.length - 1 && steps > 1 && writing.isCut(part[index]))
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
      const isCut = writing.isCut(part[index]);
      return Array.from({ length: steps }, (_, t): StepLabel => {
        const place = t === 0 ? undefined : writing.placeOf(part[index], t - 1);
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
