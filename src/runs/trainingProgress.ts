/**
 * How far a training came, as its checkpoint holds it beside the tensors: the place in the data, the
 * random state, and the measurements that were half way.
 */
import * as z from "zod";

/** Sums over updates, so that a mean comes out the same with an interruption in between. */
const sumsSchema = z.object({
  updates: z.int(),
  /** Σ loss · weight and Σ weight. */
  loss: z.number(),
  weight: z.number(),
  gradientNorm: z.number(),
  clippedNorm: z.number(),
  /** Updates whose gradient was clipped. */
  clipped: z.int().default(0),
});

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
const jsonSchema: z.ZodType<JsonValue> = z.json();

export const trainingProgressSchema = z.object({
  /** Epochs completed. */
  epoch: z.int().min(0),
  /** Updates made. */
  update: z.int().min(0),
  /** Of the generator when the current epoch began: it shuffles the data the same way again. */
  random: z.array(z.number()),
  /** The batcher's own place in the epoch; null before the epoch has begun. */
  position: jsonSchema,
  /** That share each batch: another number adds up gradients in another order, which changes their last bits. */
  threads: z.int().positive().default(1),
  /** Whether products and additions were rounded once: `Kernels.fused`. */
  fused: z.boolean().default(false),
  /** A validation that was due and not finished. */
  validationDue: z.boolean(),
  elapsedMs: z.number(),
  /** Updates between two rows of the metrics. */
  rowEvery: z.int().positive(),
  /** Since the last row, and since the epoch began. */
  sinceRow: sumsSchema,
  sinceEpoch: sumsSchema,
  trainLoss: z.number().optional(),
  validation: z
    .object({
      update: z.int(),
      loss: z.number().optional(),
      accuracy: z.number().optional(),
      labelErrorRate: z.number().optional(),
      exactMatch: z.number().optional(),
    })
    .optional(),
  best: z
    .object({ update: z.int(), loss: z.number(), measuredOn: z.enum(["validation", "training"]) })
    .optional(),
  /** Validations without enough improvement over `reference`. */
  patience: z.object({ reference: z.number().optional(), spent: z.int() }),
  /** Of the last update, where a schedule changes it. */
  learningRate: z.number().optional(),
  /** What the validations so far mean for a schedule that waits for a plateau. */
  plateau: z
    .object({ best: z.number().optional(), spent: z.int(), reductions: z.int() })
    .optional(),
  /** Batches whose gradients wait for the rest of their update: Σ loss · weight and Σ weight. */
  waiting: z.object({ batches: z.int(), loss: z.number(), weight: z.number() }).optional(),
  /** Of the generator of masks and noise, now. */
  noise: z.array(z.number()).optional(),
});

export type TrainingProgress = z.output<typeof trainingProgressSchema>;
export type Sums = z.output<typeof sumsSchema>;

export const noSums: Readonly<Sums> = {
  updates: 0,
  loss: 0,
  weight: 0,
  gradientNorm: 0,
  clippedNorm: 0,
  clipped: 0,
};
