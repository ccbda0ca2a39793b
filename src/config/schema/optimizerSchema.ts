/** `training.optimizer` and `training.schedule`: how gradients become steps. */
import * as z from "zod";
import { count, share } from "./parts.ts";

const learningRate = (standard: number) =>
  z.number().positive().default(standard).describe("Step size.");
const epsilon = (standard: number) =>
  z.number().positive().default(standard).describe("Keeps the division finite.");
const momentum = share("Share of the last step that is kept.").default(0);
const weightDecay = z
  .number()
  .min(0)
  .default(0)
  .describe(
    "L2 regularization: this times every weight is added to its gradient, as PyTorch's `weight_decay`.",
  );
const beta1 = share("Decay of the mean of gradients.").default(0.9);
const beta2 = share("Decay of the mean of squared gradients.").default(0.999);

export const optimizerSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("sgd").describe("Stochastic gradient descent."),
    learningRate: learningRate(0.1),
    momentum,
    nesterov: z
      .boolean()
      .default(false)
      .describe(
        "Look ahead along the momentum before stepping (Nesterov 1983; Sutskever et al. 2013).",
      ),
    weightDecay,
  }),
  z.strictObject({
    kind: z.literal("adam").describe("Adam (Kingma & Ba 2015)."),
    learningRate: learningRate(0.002),
    beta1,
    beta2,
    epsilon: epsilon(1e-8),
    weightDecay,
  }),
  z.strictObject({
    kind: z
      .literal("adamw")
      .describe("Adam with decoupled weight decay (Loshchilov & Hutter 2019)."),
    learningRate: learningRate(0.002),
    beta1,
    beta2,
    epsilon: epsilon(1e-8),
    weightDecay: z
      .number()
      .min(0)
      .default(0.01)
      .describe(
        "Every step first shrinks each weight by the learning rate times this, past Adam's scaling.",
      ),
  }),
  z.strictObject({
    kind: z.literal("rmsprop").describe("RMSProp (Tieleman & Hinton 2012)."),
    learningRate: learningRate(0.002),
    decay: share("Decay of the mean of squared gradients (PyTorch's alpha).").default(0.99),
    momentum,
    epsilon: epsilon(1e-8),
    weightDecay,
  }),
  z.strictObject({
    kind: z
      .literal("adagrad")
      .describe("Adagrad (Duchi et al. 2011): steps shrink with all gradients so far."),
    learningRate: learningRate(0.01),
    learningRateDecay: z
      .number()
      .min(0)
      .default(0)
      .describe("Divides the learning rate by 1 + this times the steps made."),
    epsilon: epsilon(1e-10),
    weightDecay,
  }),
]);

const warmupUpdates = z
  .int()
  .min(0)
  .default(0)
  .describe("Rise from 0 to the learning rate, in equal steps, over this many updates first.");
const minimumLearningRate = z.number().min(0).default(0).describe("It never falls below this.");
const factor = (standard: number, description: string) =>
  z.number().positive().lt(1).default(standard).describe(description);

export const scheduleSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("constant").describe("The same throughout, once warmed up."),
      warmupUpdates,
    }),
    z.strictObject({
      kind: z.literal("step").describe("Multiplied by `factor` after every few epochs."),
      everyEpochs: count("Epochs between two reductions.").default(10),
      factor: factor(0.1, "What the learning rate is multiplied by."),
      warmupUpdates,
    }),
    z.strictObject({
      kind: z.literal("exponential").describe("Multiplied by `factor` after every epoch."),
      factor: factor(0.95, "What the learning rate is multiplied by."),
      warmupUpdates,
    }),
    z.strictObject({
      kind: z
        .literal("cosine")
        .describe(
          "Falls along half a cosine over all planned updates (Loshchilov & Hutter 2017, without restarts).",
        ),
      minimumLearningRate,
      warmupUpdates,
    }),
    z.strictObject({
      kind: z
        .literal("plateau")
        .describe("Multiplied by `factor` when the validation loss no longer improves."),
      factor: factor(0.5, "What the learning rate is multiplied by."),
      patience: z
        .int()
        .min(0)
        .default(3)
        .describe("Validations without a better loss that are let pass; one more reduces."),
      minimumImprovement: z.number().min(0).default(0).describe("How much lower counts as better."),
      minimumLearningRate,
      warmupUpdates,
    }),
  ])
  .describe("How the learning rate changes during training.");
