/** Classification: whole texts, each with a label, from a CSV or JSON Lines file. */
import type { TrainingConfig } from "../config/schema.ts";
import { majorityBaseline } from "./baselines.ts";
import { shapeOf, type Dataset } from "./dataset.ts";
import { inWords, type FileSource } from "./files.ts";
import { readLabelledCorpus, type LabelledConfig, type LabelledCorpus } from "./labelledCorpus.ts";
import type { Layout, Split, StepLabel } from "./split.ts";
import { visible } from "./tokens.ts";

export async function loadLabelledText(
  data: LabelledConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  const corpus = await readLabelledCorpus(data, training, files);
  const { classes, labels, trained, held, summary, warnings } = corpus;
  const trainingSplit = createLabelledSplit(corpus, trained);
  const classesOf = (part: Int32Array): Int32Array => part.map((example) => classes[example]);
  return {
    encoding: {
      kind: "labelled-text",
      level: data.level,
      lowercase: data.lowercase,
      maximumLength: data.maximumLength,
      vocabulary: corpus.vocabulary,
      labels,
    },
    ...shapeOf(trainingSplit),
    training: trainingSplit,
    validation: createLabelledSplit(corpus, held),
    summary,
    baselines: majorityBaseline(classesOf(trained), classesOf(held), labels),
    warnings,
  };
}

function createLabelledSplit(corpus: LabelledCorpus, part: Int32Array): Split {
  const { examples, texts, tokens, classes, vocabulary, labels } = corpus;
  const layout: Layout = {
    input: { kind: "tokens", vocabulary: vocabulary.tokens.length },
    output: { kind: "classes", size: labels.length, at: "last-step" },
  };
  const one = new Float32Array([1]);
  const stepsOf = (example: number, wanted = Infinity): number =>
    Math.max(1, Math.min(texts.lengths[example], wanted));
  return {
    layout,
    sequenceCount: part.length,
    steps: part.reduce((longest, example) => Math.max(longest, texts.lengths[example]), 0),
    read(index, wanted) {
      const example = part[index];
      const start = texts.starts[example];
      const steps = stepsOf(example, wanted);
      return {
        steps,
        input: tokens.subarray(start, start + steps),
        target: classes.subarray(example, example + 1),
        weights: one,
      };
    },
    describe(index) {
      const { text, label, place } = examples[part[index]];
      return {
        title: text.slice(0, 200).replaceAll(/\s+/g, " ").trim(),
        detail: `${label} · ${inWords(place)}`,
      };
    },
    labels(index, wanted) {
      const example = part[index];
      const start = texts.starts[example];
      const steps = stepsOf(example, wanted);
      const { label } = examples[example];
      return Array.from({ length: steps }, (_, t): StepLabel => ({
        input: visible(vocabulary.tokens[tokens[start + t]]),
        ...(t === steps - 1 ? { target: label } : {}),
        place: corpus.placeOf(example, t),
      }));
    },
  };
}
