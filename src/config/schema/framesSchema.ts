/** `data` that is frames of numbers, sequence by sequence, with what they are. */
import * as z from "zod";
import { path, standardize } from "./parts.ts";

const predictions = ["transcript", "label", "each-frame"] as const;

export const labelledFrames = z
  .strictObject({
    kind: z.literal("labelled-frames"),
    path: path(
      "A CSV file with a header and one row for each frame, or a JSON Lines file (`.jsonl`) with one sequence in each line, relative to this file.",
    ),
    predict: z
      .enum(predictions)
      .default("transcript")
      .describe(
        [
          "What is learnt:",
          "- `label`: which class a whole sequence belongs to (many-to-one)",
          "- `each-frame`: which class each frame belongs to (many-to-many); a frame whose label is empty takes no part in the loss",
          "- `transcript`: what is said, without being told when: labels in their order, whose places are not known (CTC)",
        ].join("\n"),
      ),
    frames: z
      .string()
      .min(1)
      .default("frames")
      .describe("JSON Lines: the key that holds the frames, a list of lists of numbers."),
    sequence: z
      .string()
      .min(1)
      .default("sequence")
      .describe("CSV: the column that says to which sequence a row belongs."),
    label: z
      .string()
      .min(1)
      .default("label")
      .describe(
        'The column or key that holds the label: in JSON Lines one text, or with `"predict": "each-frame"` a list of one for each frame.',
      ),
    inputs: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        "CSV: the columns that the network reads; when left out, all that are not named here otherwise. JSON Lines: how the numbers of a frame are called.",
      ),
    time: z
      .string()
      .min(1)
      .optional()
      .describe("CSV: the column that names each frame, such as a time; shown on the timeline."),
    group: z
      .string()
      .min(1)
      .optional()
      .describe(
        "The column or key that says on whom or what a sequence was measured, such as a person or a device. Groups are held back whole, so that the network is judged by those that it has never met.",
      ),
    level: z
      .enum(["character", "word"])
      .default("character")
      .describe("With a transcript, what one label is: a character of the text, or a word."),
    standardize,
  })
  .describe(
    "Sequences of frames of numbers, such as sensors, movement or speech: to classify each sequence (many-to-one) or each frame (many-to-many), or to transcribe it (CTC).",
  );
