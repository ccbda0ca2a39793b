/**
 * What turns text or rows into numbers and back. JSON, saved with every run, so that a trained network can
 * read new input without the data that it was trained on.
 */
import type { Shape, SoundFeatures, SyntheticTask } from "../config/schema.ts";
import type { Level } from "./tokens.ts";
import type { Vocabulary } from "./vocabulary.ts";

export type Encoding =
  | TextEncoding
  | LabelledTextEncoding
  | LabelledFramesEncoding
  | PairsEncoding
  | TableEncoding
  | SyntheticEncoding;

export interface TextEncoding {
  readonly kind: "text";
  readonly level: Level;
  readonly lowercase: boolean;
  readonly vocabulary: Vocabulary;
  /** Where every text has a class, which stands before it. */
  readonly classes?: TextClasses;
}

/** Tokens that stand for no text: they are read or end a text, and are never written out. */
export interface TextClasses {
  readonly labels: readonly string[];
  /** The token that stands before texts of class 0; those of the others follow. */
  readonly first: number;
  /** The token that follows each text. */
  readonly end: number;
}

export interface LabelledTextEncoding {
  readonly kind: "labelled-text";
  readonly level: Level;
  readonly lowercase: boolean;
  /** Tokens that are read of each text. */
  readonly maximumLength: number;
  readonly vocabulary: Vocabulary;
  /** Class c is called `labels[c]`. */
  readonly labels: readonly string[];
}

export interface LabelledFramesEncoding {
  readonly kind: "labelled-frames";
  readonly inputs: readonly Column[];
  /** What class c stands for. */
  readonly classes: readonly string[];
  /** The class that stands for no label, where labels have no places. */
  readonly blank?: number;
  /** Where the frames are made of sound. */
  readonly sound?: SoundEncoding;
}

/** What turns a recording into frames. */
export interface SoundEncoding {
  /** Hz */
  readonly sampleRate: number;
  readonly features: SoundFeatures;
  readonly maximumSeconds?: number;
}

/** Of sources that are read and targets that are written; token 0 of the targets stands before and after each. */
export interface PairsEncoding {
  readonly kind: "pairs";
  readonly level: Level;
  readonly lowercase: boolean;
  /** Tokens that are used of each text. */
  readonly maximumLength: number;
  readonly source: Vocabulary;
  readonly target: Vocabulary;
  /** Tokens of the longest target. */
  readonly longestTarget: number;
}

/** The network sees (value − mean) / deviation. Without standardisation the mean is 0 and the deviation 1. */
export interface Column {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
}

export interface TableEncoding {
  readonly kind: "table";
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  /**
   * Rows ahead. The output holds the targets of rows 1..horizon after the last row that was read, one row after the
   * other; with 0 those of that row itself.
   */
  readonly horizon: number;
  readonly shape: Shape;
}

export interface SyntheticEncoding {
  readonly kind: "synthetic";
  /** `arrays`: those of another program, which no data set belongs to. */
  readonly task: SyntheticTask | "arrays";
  /** What input token v stands for; absent for numbers. */
  readonly symbols?: readonly string[];
  /** What class c stands for; absent for numbers. */
  readonly classes?: readonly string[];
  /** The class that stands for no label, where labels have no places. */
  readonly blank?: number;
  /** What each number of an input or output is called. */
  readonly inputNames?: readonly string[];
  readonly outputNames?: readonly string[];
}

export const encodeNumber = (value: number, column: Column): number =>
  (value - column.mean) / column.deviation;

export const decodeNumber = (value: number, column: Column): number =>
  value * column.deviation + column.mean;

/** What each number of a table's output is, in its order: `wind +2` is wind two rows ahead. */
export function outputColumns({ targets, horizon }: TableEncoding): readonly Column[] {
  if (horizon <= 1) return targets;
  return Array.from({ length: horizon }, (_, ahead) =>
    targets.map((column) => ({ ...column, name: `${column.name} +${ahead + 1}` })),
  ).flat();
}

/** The class that stands for no label; undefined where every label has its place. */
export const blankOf = (encoding: Encoding): number | undefined =>
  encoding.kind === "synthetic" || encoding.kind === "labelled-frames" ? encoding.blank : undefined;

/** What the classes of the output stand for; undefined when the output is numbers. */
export function classesOf(encoding: Encoding): readonly string[] | undefined {
  switch (encoding.kind) {
    case "text":
      return encoding.vocabulary.tokens;
    case "labelled-text":
      return encoding.labels;
    case "pairs":
      return encoding.target.tokens;
    case "synthetic":
    case "labelled-frames":
      return encoding.classes;
    case "table":
      return undefined;
  }
}
