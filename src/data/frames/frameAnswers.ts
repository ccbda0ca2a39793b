/**
 * What is to be found out of a sequence of frames: one class, a class of each frame, or what is said in it. Each says what
 * the output is, what the targets are, and which sequences are held back.
 */
import type { TrainingConfig } from "../../config/schema.ts";
import { majorityBaseline } from "../baselines.ts";
import { classNames, holdBackAny, holdBackByClass, holdBackGroups, oneClass } from "../classes.ts";
import type { Parts } from "../classes.ts";
import type { Baseline } from "../dataset.ts";
import { errorAt } from "../files.ts";
import { alignmentBaseline } from "../labelBaselines.ts";
import { blankIndex, stepsNeeded, withBlank } from "../labels.ts";
import type { Layout } from "../split.ts";
import { forEachToken, visible, type Level } from "../tokens.ts";
import { counted } from "../wording.ts";
import type { FrameSequence } from "./frameSequence.ts";

export interface FrameAnswers {
  readonly classes: readonly string[];
  /** The class that stands for no label, where labels have no places. */
  readonly blank?: number;
  readonly at: Layout["output"]["at"];
  readonly kind: "classes" | "labels";
  /** Of each sequence: its class, the class of each frame, or the labels that are said. */
  readonly targets: readonly Int32Array[];
  /** Of each sequence (1) or (T): 1 where a loss is taken. */
  readonly weights: readonly Float32Array[];
  readonly parts: Parts;
  readonly baselines: readonly Baseline[];
  /** What a sequence is called in a list. */
  readonly titleOf: (sequence: number) => string;
  /** What is wanted at a step, where something is. */
  readonly wantedAt: (sequence: number, t: number) => string | undefined;
}

export interface AskedOfFrames {
  readonly predict: "label" | "each-frame" | "transcript";
  readonly level: Level;
  readonly path: string;
}

/** Throws `UserError` for labels that nothing can be learnt from. */
export function frameAnswers(
  sequences: readonly FrameSequence[],
  asked: AskedOfFrames,
  training: TrainingConfig,
): FrameAnswers {
  if (asked.predict === "transcript") return transcripts(sequences, asked, training);
  return asked.predict === "label"
    ? oneLabelEach(sequences, asked, training)
    : labelOfEachFrame(sequences, asked, training);
}

function oneLabelEach(
  sequences: readonly FrameSequence[],
  { path }: AskedOfFrames,
  training: TrainingConfig,
): FrameAnswers {
  const labels = sequences.map(({ labels: [label], place }) => {
    if (label.trim() !== "") return label.trim();
    throw errorAt(place, "label-missing", "this sequence has no label.", "Fill it in.", [
      "data",
      "label",
    ]);
  });
  const classes = classNames(labels);
  if (classes.length === 1) throw oneClass("sequence", path, classes[0]);
  const numbers = Int32Array.from(labels, (label) => classes.indexOf(label));
  const parts = groupsOf(sequences, training) ?? holdBackByClass(numbers, classes.length, training);
  const of = (part: Int32Array): Int32Array => part.map((index) => numbers[index]);
  const one = Float32Array.of(1);
  return {
    classes,
    at: "last-step",
    kind: "classes",
    targets: labels.map((_, index) => numbers.subarray(index, index + 1)),
    weights: labels.map(() => one),
    parts,
    baselines: majorityBaseline(of(parts.trained), of(parts.held), classes),
    titleOf: (index) => titled(sequences[index], labels[index]),
    wantedAt: (index, t) => (t === sequences[index].steps - 1 ? labels[index] : undefined),
  };
}

function labelOfEachFrame(
  sequences: readonly FrameSequence[],
  { path }: AskedOfFrames,
  training: TrainingConfig,
): FrameAnswers {
  const known = sequences.map(({ labels, place }) => {
    const some = labels.filter((label) => label !== "");
    if (some.length > 0) return some;
    throw errorAt(
      place,
      "label-missing",
      "no frame of this sequence has a label.",
      "Label some of its frames, or remove it.",
      ["data", "label"],
    );
  });
  const classes = classNames([...new Set(known.flatMap((labels) => [...new Set(labels)]))]);
  if (classes.length === 1) throw oneClass("frame", path, classes[0]);
  const numberOf = new Map(classes.map((label, number) => [label, number]));
  const targets = sequences.map(({ labels }) =>
    Int32Array.from(labels, (label) => numberOf.get(label) ?? 0),
  );
  const parts = groupsOf(sequences, training) ?? holdBackAny(sequences.length, training);
  const of = (part: Int32Array): number[] =>
    [...part].flatMap((index) => known[index].map((label) => numberOf.get(label) ?? 0));
  return {
    classes,
    at: "each-step",
    kind: "classes",
    targets,
    weights: sequences.map(({ labels }) => Float32Array.from(labels, (label) => +(label !== ""))),
    parts,
    baselines: majorityBaseline(of(parts.trained), of(parts.held), classes),
    titleOf: (index) => titled(sequences[index], runsOf(known[index])),
    wantedAt: (index, t) => sequences[index].labels[t] || undefined,
  };
}

function transcripts(
  sequences: readonly FrameSequence[],
  { level }: AskedOfFrames,
  training: TrainingConfig,
): FrameAnswers {
  const said = sequences.map((sequence) => {
    const labels: string[] = [];
    forEachToken(sequence.labels[0], level, (label) => labels.push(label));
    refuseTooLong(labels, sequence);
    return labels;
  });
  const labels = [...new Set(said.flat())].toSorted();
  const blank = blankIndex(training, labels.length);
  const classes = withBlank(labels.map(visible), blank);
  const numberOf = new Map(labels.map((label, at) => [label, at >= blank ? at + 1 : at]));
  const targets = said.map((each) => Int32Array.from(each, (label) => numberOf.get(label) ?? 0));
  const parts = groupsOf(sequences, training) ?? holdBackAny(sequences.length, training);
  const measured = [...parts.held].map((index) => ({
    steps: sequences[index].steps,
    target: targets[index],
  }));
  const spelt = (index: number): string => said[index].map(visible).join(" ");
  return {
    classes,
    blank,
    at: "each-step",
    kind: "labels",
    targets,
    weights: sequences.map(({ steps }) => {
      const weights = new Float32Array(steps);
      weights[steps - 1] = 1;
      return weights;
    }),
    parts,
    baselines: measured.length === 0 ? [] : [alignmentBaseline(measured, classes.length)],
    titleOf: (index) => titled(sequences[index], spelt(index)),
    wantedAt: (index, t) => (t === sequences[index].steps - 1 ? spelt(index) : undefined),
  };
}

/** No alignment fits: its loss would be infinite. */
function refuseTooLong(labels: readonly string[], { steps, place }: FrameSequence): void {
  const numbers = new Map(labels.map((label, at) => [label, at]));
  const needed = stepsNeeded(labels.map((label) => numbers.get(label) ?? 0));
  if (needed <= steps) return;
  const blanks =
    needed > labels.length ? ` (${needed} with the blanks between equal neighbours)` : "";
  throw errorAt(
    place,
    "label-too-long",
    `its ${counted(labels.length, "label")}${blanks} cannot be aligned with ${counted(steps, "frame")}.`,
    "Each label takes a frame of its own: give it more frames, or shorten it.",
    ["data", "label"],
  );
}

/** Undefined where sequences belong to nobody. */
function groupsOf(
  sequences: readonly FrameSequence[],
  training: TrainingConfig,
): Parts | undefined {
  if (sequences[0].group === undefined) return undefined;
  return holdBackGroups(
    sequences.map(({ group = "" }) => group),
    training,
  );
}

function titled({ name, steps }: FrameSequence, what: string): string {
  const inFrames = `${what} in ${counted(steps, "frame")}`;
  return name === undefined ? inFrames : `${name}: ${inFrames}`;
}

const mostNamed = 6;

/** still, walk, still */
function runsOf(labels: readonly string[]): string {
  const runs = labels.filter((label, t) => label !== labels[t - 1]);
  const more = runs.length > mostNamed ? ", …" : "";
  return runs.slice(0, mostNamed).join(", ") + more;
}
