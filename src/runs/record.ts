/** `run.json`: what one run is and how far it came. Everything in it is small and human-readable. */
import * as z from "zod";
import type { ModelDescription } from "../trace/trace.ts";
import { ownerSchema } from "./owner.ts";

const modelSchema: z.ZodType<ModelDescription> = z.object({
  input: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("tokens"),
      vocabulary: z.int(),
      embedding: z.int().optional(),
      condition: z.literal("initial-state").optional(),
    }),
    z.object({
      kind: z.literal("dense"),
      size: z.int(),
      condition: z.literal("initial-state").optional(),
    }),
  ]),
  layers: z.array(
    z.object({
      cell: z.enum(["rnn", "lstm", "gru"]),
      hidden: z.int(),
      inputSize: z.int(),
      directions: z.array(z.enum(["forward", "reverse"])),
      nonlinearity: z.enum(["tanh", "relu"]).optional(),
      reset: z.enum(["after", "before"]).optional(),
      projection: z.int().optional(),
      peepholes: z.boolean().optional(),
      layerNorm: z.boolean().optional(),
      dropout: z.number().optional(),
      variational: z.boolean().optional(),
      residual: z.boolean().optional(),
    }),
  ),
  decoder: z
    .object({
      firstLayer: z.int(),
      vocabulary: z.int(),
      embedding: z.int().optional(),
      start: z.enum(["copy", "map", "zero"]),
      context: z.boolean().optional(),
      attention: z
        .discriminatedUnion("score", [
          z.object({ score: z.literal("additive"), size: z.int() }),
          z.object({ score: z.enum(["dot", "general"]) }),
        ])
        .optional(),
    })
    .optional(),
  pooling: z.object({ size: z.int() }).optional(),
  output: z.object({ size: z.int(), at: z.enum(["each-step", "last-step"]) }),
  loss: z.enum([
    "cross-entropy",
    "sigmoid-cross-entropy",
    "mean-squared-error",
    "mean-absolute-error",
    "huber",
    "gaussian",
    "ctc",
  ]),
  parameterCount: z.int(),
});

export const runRecordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  /** What the person sees; a rename changes only this. */
  name: z.string(),
  /** `training` and `paused` become `interrupted` on reading when the owner is gone. */
  state: z.enum(["training", "paused", "finished", "stopped", "failed", "interrupted"]),
  /** Relative to the folder that holds `.unroll`, with forward slashes. */
  configFile: z.string(),
  createdAt: z.iso.datetime(),
  /** The last sign of life. */
  updatedAt: z.iso.datetime(),
  /** Spent training, without pauses, over all resumptions. */
  elapsedMs: z.number(),
  epoch: z.int(),
  epochs: z.int(),
  update: z.int(),
  /** Planned, as the config says. */
  updates: z.int(),
  trainLoss: z.number().optional(),
  validationLoss: z.number().optional(),
  validationAccuracy: z.number().optional(),
  validationLabelErrorRate: z.number().optional(),
  validationExactMatch: z.number().optional(),
  best: z
    .object({ update: z.int(), loss: z.number(), measuredOn: z.enum(["validation", "training"]) })
    .optional(),
  stoppedEarly: z.boolean().default(false),
  /** Why it failed, for the person. */
  failure: z.string().optional(),
  model: modelSchema,
  /** The data in a line, such as "1,235,196 characters, 91 distinct". */
  dataSummary: z.string().default(""),
  /** Losses of the simplest predictors on the same validation data, to compare with. */
  baselines: z.array(z.object({ name: z.string(), loss: z.number() })).default([]),
  seed: z.int(),
  owner: ownerSchema.optional(),
});

export type RunRecord = Readonly<z.output<typeof runRecordSchema>>;
