/** `data`: what the network reads. */
import * as z from "zod";
import { derived } from "./derivedSchema.ts";
import { labelledFrames } from "./framesSchema.ts";
import { count, path } from "./parts.ts";
import { labelledSound } from "./soundSchema.ts";

const shapes = ["one-to-one", "one-to-many", "many-to-one", "many-to-many"] as const;
export type Shape = (typeof shapes)[number];

const syntheticTasks = [
  "adding",
  "copy",
  "temporal-order",
  "parity",
  "reber",
  "waveform",
  "phonemes",
  "dates",
  "reversal",
] as const;
export type SyntheticTask = (typeof syntheticTasks)[number];

const conditions = ["first-step", "every-step", "initial-state"] as const;
export type Condition = (typeof conditions)[number];

const condition = z
  .enum(conditions)
  .default("first-step")
  .describe(
    [
      "Only one-to-many: how the one vector reaches the network that has to go on from it.",
      "- `first-step`: it is read once, and zeros afterwards",
      "- `every-step`: it is read again at each step",
      "- `initial-state`: a learnt linear map makes of it the states that the sequence begins with (Vinyals et al. 2015), and nothing is read",
    ].join("\n"),
  );

const labelConditions = ["first-step", "initial-state"] as const;

const text = z
  .strictObject({
    kind: z.literal("text"),
    path: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe(
        "A text file, a folder, or a glob such as `chapters/*.txt`, relative to this file. A list is read in its order.",
      ),
    level: z
      .enum(["character", "word"])
      .default("character")
      .describe(
        "What one time step reads: a character, or a word (punctuation marks count as words).",
      ),
    lowercase: z
      .boolean()
      .default(false)
      .describe("Fold the text to lower case first: a smaller vocabulary."),
    maximumVocabulary: count(
      "Keep only this many of the most frequent tokens; the rest become ⟨unknown⟩.",
    ).optional(),
    notation: z
      .enum(["abc"])
      .optional()
      .describe(
        "What the text is written in, where that is more than words. `abc`: tunes in ABC notation; what Generate Text writes is then also shown as notes, and can be heard.",
      ),
  })
  .describe("Language modelling: predict the next character or word of a text (many-to-many).");

const labelledText = z
  .strictObject({
    kind: z.literal("labelled-text"),
    path: path("A CSV file with a header, or a JSON Lines file (`.jsonl`), relative to this file."),
    text: z.string().min(1).default("text").describe("The column or key that holds the text."),
    label: z.string().min(1).default("label").describe("The column or key that holds the class."),
    predict: z
      .enum(["label", "text"])
      .default("label")
      .describe(
        [
          "What is learnt:",
          "- `label`: which class a text belongs to (many-to-one)",
          "- `text`: to write texts of a class, one token after the other (one-to-many); Generate Text asks for the class",
        ].join("\n"),
      ),
    condition: z
      .enum(labelConditions)
      .default("first-step")
      .describe(
        [
          'Only with `"predict": "text"`: how the class reaches the network that writes.',
          "- `first-step`: it is a token of its own, read before the text",
          "- `initial-state`: a learnt linear map of that token makes the states that the text begins with as well (as Vinyals et al. 2015 begin a caption)",
        ].join("\n"),
      ),
    level: z
      .enum(["character", "word"])
      .default("word")
      .describe("What one time step reads: a character, or a word."),
    lowercase: z.boolean().default(true).describe("Fold the text to lower case first."),
    maximumVocabulary: count(
      "Keep only this many of the most frequent tokens; the rest become ⟨unknown⟩.",
    ).default(5000),
    maximumLength: count("Read at most this many tokens of each text.").default(200),
  })
  .describe(
    "Texts with a class each: to classify them, such as spam (many-to-one), or to write texts of a class (one-to-many).",
  );

const pairs = z
  .strictObject({
    kind: z.literal("pairs"),
    path: path("A CSV file with a header, or a JSON Lines file (`.jsonl`), relative to this file."),
    source: z.string().min(1).default("source").describe("The column or key that is read."),
    target: z.string().min(1).default("target").describe("The column or key that is written."),
    level: z
      .enum(["character", "word"])
      .default("character")
      .describe("What one time step reads or writes: a character, or a word."),
    lowercase: z.boolean().default(false).describe("Fold sources and targets to lower case first."),
    maximumVocabulary: count(
      "Keep only this many of the most frequent tokens on each side; the rest become ⟨unknown⟩.",
    ).optional(),
    maximumLength: count("Use at most this many tokens of each source and each target.").default(
      100,
    ),
  })
  .describe(
    "Pairs of texts whose lengths have nothing to do with each other, such as translations: an encoder reads one, a decoder writes the other (many-to-many, unaligned).",
  );

const table = z
  .strictObject({
    kind: z.literal("table"),
    path: path(
      "A CSV file with a header, one row per time step, oldest first, relative to this file.",
    ),
    inputs: z
      .array(z.string().min(1))
      .min(1)
      .describe("The columns that the network reads at each step."),
    targets: z.array(z.string().min(1)).min(1).describe("The columns that it predicts."),
    derived,
    time: z
      .string()
      .min(1)
      .optional()
      .describe("The column that names each row, such as a date; shown on the timeline's axis."),
    window: count("Time steps in one training sequence.").default(50),
    horizon: z
      .int()
      .min(0)
      .default(1)
      .describe(
        "How many steps ahead the targets are predicted: `1` is the next row, `7` the next seven rows at once, `0` the same row.",
      ),
    shape: z
      .enum(shapes)
      .default("many-to-many")
      .describe(
        "Where inputs are read and losses are taken: at every step, or only at the first or last one.",
      ),
    condition,
    standardize: z
      .boolean()
      .default(true)
      .describe(
        "Shift and scale every column to mean 0 and deviation 1, fitted on the training rows only.",
      ),
  })
  .describe("Forecasting from a table of numbers: weather, prices, sensors.");

const synthetic = z
  .strictObject({
    kind: z.literal("synthetic"),
    task: z
      .enum(syntheticTasks)
      .describe(
        [
          "A task of the literature, generated from the seed:",
          "- `adding`: the sum of two marked numbers (Hochreiter & Schmidhuber 1997)",
          "- `copy`: repeat ten symbols after a long delay (Hochreiter & Schmidhuber 1997; Arjovsky et al. 2016)",
          "- `temporal-order`: which of X and Y came first, twice (Hochreiter & Schmidhuber 1997, task 6a)",
          "- `parity`: is the number of ones odd, at every step",
          "- `reber`: next symbol of the embedded Reber grammar (Cleeremans et al. 1989)",
          "- `waveform`: one number, a frequency, becomes a sine wave (one-to-many)",
          "- `phonemes`: which phonemes were spoken, in noisy frames without their places (CTC; after Graves et al. 2006)",
          '- `dates`: dates as people write them, "3 May 1979", become 1979-05-03 (encoder-decoder)',
          "- `reversal`: a row of symbols, backwards (encoder-decoder; Sutskever et al. 2014 on order)",
        ].join("\n"),
      ),
    length: count(
      "Time steps of a sequence; for `copy`, the delay; for `reber` and `phonemes`, of the longest; for `reversal`, the most symbols.",
    ).default(50),
    examples: count("Training sequences to generate.").default(2000),
    condition,
  })
  .describe("A synthetic task with a known answer and a known difficulty.");

export const dataSchema = z
  .discriminatedUnion("kind", [
    text,
    labelledText,
    labelledFrames,
    labelledSound,
    pairs,
    table,
    synthetic,
  ])
  .describe("What the network reads.");
