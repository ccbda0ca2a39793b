/**
 * `unroll.json`, declared once. The TypeScript types, the validation, the JSON Schema that the
 * editor completes from, and the texts it shows on hover are all derived from this file and its parts.
 */
import * as z from "zod";
import { dataSchema } from "./schema/dataSchema.ts";
import { modelSchema } from "./schema/modelSchema.ts";
import { trainingSchema } from "./schema/trainingSchema.ts";

export type { MelScale, SoundFeatures } from "./schema/soundSchema.ts";
export type { Condition, Shape, SyntheticTask } from "./schema/dataSchema.ts";

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe("Ignored; some editors want it."),
    name: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe("Shown in the list of runs; by default the folder's name."),
    data: dataSchema,
    model: modelSchema,
    training: trainingSchema.prefault({}),
  })
  .describe("An Unroll experiment: data, a recurrent network, and how to train it.");

/** A validated config with every default filled in. */
export type Config = z.output<typeof configSchema>;
export type DataConfig = Config["data"];
export type LayerConfig = Config["model"]["layers"][number];
export type DecoderConfig = NonNullable<Config["model"]["decoder"]>;
export type InitializationConfig = Config["model"]["initialization"];
export type OptimizerConfig = Config["training"]["optimizer"];
export type LossConfig = NonNullable<Config["training"]["loss"]>;
export type ScheduleConfig = NonNullable<Config["training"]["schedule"]>;
export type TrainingConfig = Config["training"];
export type StartConfig = NonNullable<TrainingConfig["start"]>;
export type ScheduledSamplingConfig = NonNullable<TrainingConfig["scheduledSampling"]>;
