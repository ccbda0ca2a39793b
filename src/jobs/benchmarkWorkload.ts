/**
 * What `unroll bench` trains: one recurrent layer on dense random numbers, a softmax head of the input's size, Adam; the
 * measure that publications and libraries share. Everything else is as in any training.
 */
import { configSchema, type TrainingConfig } from "../config/schema.ts";
import type { ModelSpec } from "../engine/model.ts";
import type { Random } from "../engine/rng.ts";
import type { Batch } from "../trace/batch.ts";
import type { Cell } from "../trace/trace.ts";

export interface Workload {
  readonly cell: Cell;
  /** H */
  readonly hidden: number;
  /** B */
  readonly batch: number;
  /** T */
  readonly steps: number;
  /** I, and classes of the head. */
  readonly inputs: number;
}

export interface WorkloadPlan {
  readonly spec: ModelSpec;
  readonly training: TrainingConfig;
}

/** Defaults of a config, but nothing is clipped: the peers that it is compared with do not clip. */
export function planOf({ cell, hidden, inputs, batch }: Workload): WorkloadPlan {
  const { model, training } = configSchema.parse({
    data: { kind: "synthetic", task: "copy" },
    model: { layers: [{ cell, hidden }] },
    training: { batch, clip: {}, optimizer: { kind: "adam" } },
  });
  return {
    spec: {
      input: { kind: "dense", size: inputs },
      layers: model.layers,
      initialization: model.initialization,
      output: { size: inputs, at: "each-step" },
      loss: "cross-entropy",
    },
    training,
  };
}

/** Standard normal inputs (T,B,I), and a class drawn evenly for every step. */
export function batchOf({ inputs, batch, steps }: Workload, random: Random): Batch {
  const rows = steps * batch;
  return {
    steps,
    size: batch,
    lengths: new Int32Array(batch).fill(steps),
    input: {
      kind: "dense",
      values: Float32Array.from({ length: rows * inputs }, () => random.normal()),
    },
    target: {
      kind: "classes",
      classes: Int32Array.from({ length: rows }, () => random.integer(inputs)),
    },
    weights: new Float32Array(rows).fill(1),
    carry: false,
  };
}

const blocks: Readonly<Record<Cell, number>> = { rnn: 1, gru: 3, lstm: 4 };

/** Floating-point operations in the products of one training step: forward once, backward twice. */
export function operationsOf({ cell, hidden, batch, steps, inputs }: Workload): number {
  const perStep = blocks[cell] * hidden * (inputs + hidden) + hidden * inputs;
  return 3 * 2 * batch * steps * perStep;
}
