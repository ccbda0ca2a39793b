/** `data` that is recorded sound, with who or what it is, or what is said in it. */
import * as z from "zod";
import { count, path, standardize } from "./parts.ts";

const melScales = ["slaney", "htk"] as const;
export type MelScale = (typeof melScales)[number];

const milliseconds = (description: string) =>
  z.number().positive().max(10_000).describe(description);
const hertz = (description: string) => z.number().min(0).max(1_000_000).describe(description);

/** What every kind of frame is made by. */
const spectrum = {
  bands: count("Bands of frequencies, equally wide for the ear (mel).").max(1000).default(40),
  windowMs: milliseconds("How much sound one frame looks at, in milliseconds.").default(25),
  hopMs: milliseconds("How far it is from one frame to the next, in milliseconds.").default(10),
  lowestHz: hertz("Where the lowest band begins, in Hz.").default(20),
  highestHz: hertz(
    "Where the highest band ends, in Hz; when left out, half of the sample rate.",
  ).optional(),
  scale: z
    .enum(melScales)
    .default("slaney")
    .describe(
      [
        "How frequencies become mel.",
        "- `slaney`: linear up to 1,000 Hz and logarithmic above, triangles of equal area (librosa's default)",
        "- `htk`: 2595 log₁₀(1 + f/700), triangles of height 1 (HTK, Kaldi, torchaudio)",
      ].join("\n"),
    ),
  meanNormalization: z
    .boolean()
    .default(false)
    .describe(
      "Subtract from every number its mean over the recording, so that loudness and microphone say nothing (Atal 1974).",
    ),
};

const features = z
  .discriminatedUnion("kind", [
    z
      .strictObject({ kind: z.literal("log-mel"), ...spectrum })
      .describe("How loud each band is, in decibels: a spectrogram as the ear divides it."),
    z
      .strictObject({
        kind: z.literal("mfcc"),
        coefficients: count("How many are kept: the first ones, which say most.").default(13),
        ...spectrum,
      })
      .describe(
        "Mel-frequency cepstral coefficients (Davis & Mermelstein 1980): the cosine transform of log-mel bands, a few numbers that hardly depend on each other.",
      ),
  ])
  .describe("What the network reads of the sound: one frame of numbers every few milliseconds.");

export type SoundFeatures = z.output<typeof features>;

export const labelledSound = z
  .strictObject({
    kind: z.literal("labelled-sound"),
    path: path(
      "A folder (or glob) of `.wav` files, each in a folder with the name of its class, such as `voices/anna/1.wav`; or an index of them, a CSV or JSON Lines file. Relative to this file.",
    ),
    predict: z
      .enum(["label", "transcript"])
      .default("label")
      .describe(
        [
          "What is learnt:",
          "- `label`: which class a recording belongs to, such as who speaks (many-to-one)",
          "- `transcript`: what is said, without being told when (CTC); needs an index",
        ].join("\n"),
      ),
    file: z
      .string()
      .min(1)
      .default("file")
      .describe("With an index, the column or key that holds the path, relative to the index."),
    label: z
      .string()
      .min(1)
      .default("label")
      .describe("With an index, the column or key that holds the class, or what is said."),
    group: z
      .string()
      .min(1)
      .optional()
      .describe(
        "With an index, the column or key that says whose recording it is or where it was made. Groups are held back whole, so that the network is judged by those that it has never met.",
      ),
    level: z
      .enum(["character", "word"])
      .default("character")
      .describe("With a transcript, what one label is: a character of the text, or a word."),
    features: features.prefault({ kind: "log-mel" }),
    maximumSeconds: z
      .number()
      .positive()
      .optional()
      .describe("Read at most this much of each recording, in seconds."),
    standardize,
  })
  .describe(
    "Recordings (WAV) with who or what they are, such as speakers (many-to-one), or with what is said in them (CTC).",
  );
