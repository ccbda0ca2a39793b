/** `training.loss`: what training makes small. */
import * as z from "zod";
import { share } from "./parts.ts";

export const lossSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z
        .literal("cross-entropy")
        .describe("Softmax cross-entropy, for data with classes: the usual choice there."),
      labelSmoothing: share(
        "Share of each target that is spread over all classes (Szegedy et al. 2016).",
      ).default(0),
      classWeights: z
        .array(
          z.strictObject({
            label: z.string().min(1).describe("The class, as the data names it."),
            weight: z.number().positive().describe("How much more than others its loss counts."),
          }),
        )
        .optional()
        .describe("Classes whose loss counts more or less than 1, such as rare ones."),
    }),
    z.strictObject({
      kind: z
        .literal("sigmoid-cross-entropy")
        .describe(
          "Every target is a yes (1) or no (0) of its own, and several may be yes at once (multi-label).",
        ),
    }),
    z.strictObject({
      kind: z
        .literal("mean-squared-error")
        .describe("For data with numbers: the usual choice there."),
    }),
    z.strictObject({
      kind: z
        .literal("mean-absolute-error")
        .describe("Predicts the median, and outliers pull it less."),
    }),
    z.strictObject({
      kind: z.literal("huber").describe("Squared up to `delta` and linear beyond it (Huber 1964)."),
      delta: z
        .number()
        .positive()
        .default(1)
        .describe("Where it turns linear, in the targets' units (deviations when standardized)."),
    }),
    z.strictObject({
      kind: z
        .literal("gaussian")
        .describe(
          "Predicts a mean and a variance for every target (negative log-likelihood; Nix & Weigend 1994).",
        ),
    }),
    z.strictObject({
      kind: z
        .literal("ctc")
        .describe(
          "For labels whose places in the sequence are not known, such as the phonemes of speech: sums over every alignment (connectionist temporal classification; Graves et al. 2006). The usual choice there.",
        ),
      blank: z
        .int()
        .min(0)
        .default(0)
        .describe(
          "The class of the output that stands for no label: 0 as in PyTorch, or the number of labels to put it last.",
        ),
    }),
  ])
  .describe(
    "What training makes small. Without it: cross-entropy for classes, mean squared error for numbers, CTC for labels without places.",
  );
