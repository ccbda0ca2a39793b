/** What is measured: one-layer networks, 64 inputs, a 64-way softmax head, Adam, whole training steps. */
import type { Workload } from "../../src/jobs/benchmarkWorkload.ts";

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
