/** Pairs of texts for an encoder-decoder, from a CSV or JSON Lines file or generated. */
import type { DataConfig, TrainingConfig } from "../config/schema.ts";
import { majorityBaseline } from "./baselines.ts";
import { shapeOf, type Dataset, type DataWarning } from "./dataset.ts";
import type { PairsEncoding } from "./encoding.ts";
import { inWords, type FileSource } from "./files.ts";
import { readExamples } from "./labelledFiles.ts";
import { tokensOf, type PairCorpus, type Side, type TextPair } from "./pairCorpus.ts";
import { pairLabels } from "./pairLabels.ts";
import { createUniform, shuffle } from "./randomness.ts";
import type { Split } from "./split.ts";
import { pairsOf, isPairTask } from "./synthetic/pairTasks.ts";
import { tokenize } from "./tokenizedText.ts";
import { buildVocabulary } from "./vocabulary.ts";
import { counted, grouped } from "./wording.ts";

type PairsConfig = Extract<DataConfig, { kind: "pairs" }>;
type SyntheticConfig = Extract<DataConfig, { kind: "synthetic" }>;

/** Stands before the first token of a target and after its last one; its number is 0. */
export const boundaryToken = "⟨end⟩";

export async function loadPairs(
  data: PairsConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  const columns = {
    path: data.path,
    text: data.source,
    label: data.target,
    namedBy: { text: "source", label: "target" },
  };
  const { examples, skipped } = await readExamples(columns, files);
  const pairs = examples.map((example): TextPair => {
    const { text, label, place } = example;
    const placeOf = (offset: number, length: number) => example.placeOf(offset, length);
    return { source: text, target: label, place, placeOf };
  });
  const warnings: DataWarning[] = [];
  if (skipped.length > 0) {
    warnings.push({
      message: `${counted(skipped.length, "empty source")} left out, the first at ${inWords(skipped[0].place)}.`,
      path: ["data", "source"],
    });
  }
  const held = Math.round(pairs.length * training.validation.share);
  return createPairs(pairs, Math.min(held, pairs.length - 1), data, training, warnings);
}

/** Training has `examples` pairs; those that are held back come on top. */
export function loadPairTask(
  { task, length, examples }: SyntheticConfig,
  training: TrainingConfig,
): Dataset {
  if (!isPairTask(task)) throw new Error(`The task "${task}" has no pairs.`);
  const { share } = training.validation;
  const held = share === 0 ? 0 : Math.max(1, Math.round((examples * share) / (1 - share)));
  const pairs = pairsOf(task, length, examples + held, training.seed);
  const reading = { level: "character", lowercase: false, maximumLength: 1000 } as const;
  return createPairs(pairs, held, reading, training, []);
}

type Reading = Pick<PairsConfig, "level" | "lowercase" | "maximumLength"> &
  Partial<Pick<PairsConfig, "maximumVocabulary">>;

function createPairs(
  pairs: readonly TextPair[],
  held: number,
  reading: Reading,
  training: TrainingConfig,
  warnings: readonly DataWarning[],
): Dataset {
  const order = Int32Array.from(pairs, (_, index) => index);
  shuffle(order, createUniform(training.seed, 0x9a125));
  // In the order of the file, so that lists read like it; training shuffles anyway.
  const trained = order.slice(held).sort();
  const heldBack = order.slice(0, held).sort();
  const source = encode(
    pairs.map((pair) => pair.source),
    reading,
    trained,
    [],
  );
  const target = encode(
    pairs.map((pair) => pair.target),
    reading,
    trained,
    [boundaryToken],
  );
  const corpus: PairCorpus = { pairs, source, target, level: reading.level };
  const trainingSplit = createSplit(corpus, trained);
  const validation = createSplit(corpus, heldBack);
  const { level, lowercase, maximumLength } = reading;
  return {
    encoding: {
      kind: "pairs",
      level,
      lowercase,
      maximumLength,
      source: source.vocabulary,
      target: target.vocabulary,
      longestTarget: longestOf(target, order),
    } satisfies PairsEncoding,
    ...shapeOf(trainingSplit),
    decoder: { vocabulary: target.vocabulary.tokens.length },
    training: trainingSplit,
    validation,
    summary: `${grouped(pairs.length)} pairs of up to ${longestOf(source, order)} → ${longestOf(target, order)} ${level}s, ${grouped(source.vocabulary.tokens.length)} → ${grouped(target.vocabulary.tokens.length)} distinct${held === 0 ? "" : `, ${grouped(held)} held back`}`,
    baselines: majorityBaseline(
      answersOf(target, trained),
      answersOf(target, heldBack),
      target.vocabulary.tokens,
    ),
    warnings,
  };
}

/** `first` are tokens that stand in no text; they come first in the vocabulary. */
function encode(
  texts: readonly string[],
  { level, lowercase, maximumLength, maximumVocabulary }: Reading,
  trained: Int32Array,
  first: readonly string[],
): Side {
  const tokenized = tokenize(
    texts.map((text) => ({ text })),
    { level, lowercase },
  );
  const { starts, ids, distinct } = tokenized;
  const lengths = Int32Array.from(starts, (start, index) => {
    const end = index + 1 < starts.length ? starts[index + 1] : ids.length;
    return Math.min(end - start, maximumLength);
  });
  const counts = new Int32Array(distinct.length);
  for (const index of trained) {
    for (let at = starts[index]; at < starts[index] + lengths[index]; at++) counts[ids[at]]++;
  }
  const { vocabulary, numberOf } = buildVocabulary(distinct, counts, maximumVocabulary);
  const shift = first.length;
  const tokens = new Int32Array(ids.length);
  for (let at = 0; at < ids.length; at++) tokens[at] = numberOf[ids[at]] + shift;
  return {
    ...tokenized,
    vocabulary: {
      tokens: [...first, ...vocabulary.tokens],
      ...(vocabulary.unknown !== undefined && { unknown: vocabulary.unknown + shift }),
    },
    tokens,
    lengths,
  };
}

function createSplit(corpus: PairCorpus, part: Int32Array): Split {
  const { pairs, source, target } = corpus;
  return {
    layout: {
      input: { kind: "tokens", vocabulary: source.vocabulary.tokens.length },
      output: { kind: "classes", size: target.vocabulary.tokens.length, at: "each-step" },
    },
    sequenceCount: part.length,
    steps: longestOf(source, part),
    decoderSteps: part.length === 0 ? 0 : longestOf(target, part) + 1,
    read(index) {
      const written = tokensOf(target, part[index]);
      const steps = written.length + 1;
      const tokens = new Int32Array(steps);
      tokens.set(written, 1);
      const answers = new Int32Array(steps);
      answers.set(written);
      const input = tokensOf(source, part[index]);
      return {
        steps: input.length,
        input,
        decoder: tokens,
        target: answers,
        weights: new Float32Array(steps).fill(1),
      };
    },
    describe(index) {
      const { source: text, target: answer, place } = pairs[part[index]];
      const shown = `${text} → ${answer}`.slice(0, 200).replaceAll(/\s+/g, " ").trim();
      return { title: shown, detail: place ? inWords(place) : `example ${part[index] + 1}` };
    },
    labels: (index) => pairLabels(corpus, part[index]),
  };
}

const longestOf = ({ lengths }: Side, part: Int32Array): number =>
  part.reduce((longest, index) => Math.max(longest, lengths[index]), 0);

/** Every token that is to be predicted, ends included. */
function answersOf(side: Side, part: Int32Array): Int32Array {
  let count = part.length;
  for (const index of part) count += side.lengths[index];
  const answers = new Int32Array(count);
  let at = 0;
  for (const index of part) {
    answers.set(tokensOf(side, index), at);
    // The boundary, 0, stands after them already.
    at += side.lengths[index] + 1;
  }
  return answers;
}
