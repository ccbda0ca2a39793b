/** `training`: how the network learns. */
import * as z from "zod";
import { lossSchema } from "./lossSchema.ts";
import { optimizerSchema, scheduleSchema } from "./optimizerSchema.ts";
import { count, share } from "./parts.ts";
import { startSchema } from "./startSchema.ts";

export const trainingSchema = z
  .strictObject({
    epochs: count("Passes over the training data.").default(10),
    batch: count("Sequences that are trained side by side, B.").default(32),
    bptt: z
      .union([z.int().positive(), z.literal("full")])
      .default("full")
      .describe(
        "Steps that gradients travel back: truncated backpropagation through time (Williams & Peng 1990). `full` follows each sequence to its start; a text, which has no end, is then cut into windows of 64.",
      ),
    updateEverySteps: count(
      "Steps read from one update to the next: k1 of truncated BPTT(k1, k2), where `bptt` is k2 (Williams & Peng 1990). By default the same as `bptt`, so that windows lie side by side and a loss at a window's beginning is followed back one step only. Smaller, windows overlap: every loss is followed back at least `bptt` − k1 steps, and the steps before are read again.",
    ).optional(),
    recompute: z
      .boolean()
      .default(false)
      .describe(
        "For sequences of thousands of steps: remember only the states between segments of √T steps, and compute each segment once more on the way back (Chen et al. 2016). Memory then grows with √T instead of T, and an update takes about 1.4 times as long.",
      ),
    carryState: z
      .boolean()
      .default(true)
      .describe(
        "Carry the hidden state from one truncated window into the next. Off, every window starts from zero.",
      ),
    threads: z
      .union([z.int().positive().max(64), z.literal("auto")])
      .default("auto")
      .describe(
        "Threads that share each batch: each computes some of its sequences. `auto` takes as many as this machine has processors for and the batch has work for. The same number gives the same bits.",
      ),
    accumulate: count(
      "Batches whose gradients are averaged into one update: the effect of a larger batch without its memory.",
    ).default(1),
    loss: lossSchema.optional(),
    optimizer: optimizerSchema.prefault({ kind: "adam" }).describe("How gradients become steps."),
    schedule: scheduleSchema.optional(),
    scheduledSampling: z
      .strictObject({
        decay: z
          .enum(["linear", "exponential", "inverse-sigmoid"])
          .default("linear")
          .describe("How the share of right tokens falls."),
        updates: count(
          "Updates after which the share is 0 (linear), 1/e (exponential) or ½ (inverse-sigmoid), if it may fall so far.",
        ).default(2000),
        lowest: share("The share of right tokens that always remains.").default(0.5),
      })
      .optional()
      .describe(
        "Let the decoder read its own answers now and then in training, more and more of them, as it will have to later (Bengio et al. 2015). Without it, it always reads the right ones (teacher forcing).",
      ),
    clip: z
      .strictObject({
        parameterNorm: z
          .number()
          .positive()
          .optional()
          .describe(
            "Scale the gradient of each weight matrix and bias down to this L2 norm by itself.",
          ),
        norm: z
          .number()
          .positive()
          .optional()
          .describe("Scale the whole gradient down to this L2 norm (Pascanu et al. 2013)."),
        value: z.number().positive().optional().describe("Cut every component to ± this."),
      })
      .prefault({ norm: 1 })
      .describe("Clipping, the cure for exploding gradients. `{}` switches it off."),
    gradientNoise: z
      .strictObject({
        scale: z
          .number()
          .positive()
          .default(0.01)
          .describe("Variance of the noise at the first update; 0.01, 0.3 and 1 are usual."),
        decay: z
          .number()
          .min(0)
          .default(0.55)
          .describe("The variance falls with (1 + update) to the power of minus this."),
      })
      .optional()
      .describe(
        "Add Gaussian noise to every gradient after clipping, less and less of it (Neelakantan et al. 2015).",
      ),
    averageWeights: z
      .strictObject({
        decay: share("Share of the average that is kept at each update.").default(0.999),
      })
      .optional()
      .describe(
        "Keep an exponential moving average of the weights; validation and the best checkpoint use it.",
      ),
    validation: z
      .strictObject({
        share: share(
          "Share of the data held back: the last part of a text or table, a random part of examples.",
        ).default(0.1),
        everyUpdates: count(
          "Measure the validation loss after this many updates; without it after every epoch.",
        ).optional(),
      })
      .prefault({})
      .describe("The data that the network never trains on."),
    earlyStopping: z
      .strictObject({
        patience: count("Validations without a better loss before training stops."),
        minimumImprovement: z
          .number()
          .min(0)
          .default(0)
          .describe("How much lower counts as better."),
      })
      .optional()
      .describe("Stop when validation no longer improves."),
    checkpointEveryUpdates: count("Save the last state at least this often, in updates.").default(
      500,
    ),
    snapshots: z
      .strictObject({
        everyUpdates: count("Updates between two snapshots at first.").default(100),
        keep: z
          .int()
          .min(3)
          .max(1000)
          .default(50)
          .describe(
            "How many are kept at most. When there would be more, every second one is dropped and the interval doubled: however long a training goes on, they show it evenly, its beginning and its end included.",
          ),
      })
      .optional()
      .describe(
        "Keep the weights on the way, from before the first update on, so that panels can show how the gates, states and gradients of any sequence changed while the network learned. Each takes 4 bytes a parameter on the disk. Training itself stays the same, bit for bit.",
      ),
    start: startSchema.optional(),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .default(1)
      .describe("Same seed, same config: the same bits."),
  })
  .describe("How the network learns.");
