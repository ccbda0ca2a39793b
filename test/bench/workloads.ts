/** What is measured: one-layer networks, 64 inputs, a 64-way softmax head, Adam, whole training steps. */
import type { Cell } from "../../src/trace/trace.ts";

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

const sizes = [
  { hidden: 32, batch: 1, steps: 50 },
  { hidden: 64, batch: 16, steps: 50 },
  { hidden: 128, batch: 32, steps: 64 },
  { hidden: 256, batch: 32, steps: 64 },
  { hidden: 512, batch: 32, steps: 64 },
];

export const workloads: readonly Workload[] = (["lstm", "gru", "rnn"] as const).flatMap((cell) =>
  sizes.map((size) => ({ cell, ...size, inputs: 64 })),
);

export const titleOf = ({ cell, hidden, batch, steps }: Workload): string =>
  `${cell} H${hidden} B${batch} T${steps}`;

const gates = { lstm: 4, gru: 3, rnn: 1 } as const;

/** Floating-point operations in the products of one training step: forward once, backward twice. */
export function operationsOf({ cell, hidden, batch, steps, inputs }: Workload): number {
  const perStep = gates[cell] * hidden * (inputs + hidden) + hidden * inputs;
  return 3 * 2 * batch * steps * perStep;
}
