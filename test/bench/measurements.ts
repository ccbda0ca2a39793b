/** What the benchmark measures, and how: in rounds, each of which runs everybody once, so that a busy moment disturbs all. */
import type { Workload } from "../../src/jobs/benchmarkWorkload.ts";
import type { Kind, Peer } from "./peers.ts";
import { createRunner, kernelsOf, measureCeiling, type Variant } from "./unrollRunner.ts";

export const cells = ["lstm", "gru", "rnn"] as const;

export const sizes = [
  { hidden: 32, batch: 1, steps: 50, inputs: 64 },
  { hidden: 64, batch: 16, steps: 50, inputs: 64 },
  { hidden: 128, batch: 32, steps: 64, inputs: 64 },
  { hidden: 256, batch: 32, steps: 64, inputs: 64 },
  { hidden: 512, batch: 32, steps: 64, inputs: 64 },
] as const;

export const titleOf = ({ cell, hidden, batch, steps }: Workload): string =>
  `${cell} H${hidden} B${batch} T${steps}`;

export const variants = {
  one: { threads: 1, wide: false },
  wide: { threads: 1, wide: true },
  two: { threads: 2, wide: false },
  twoWide: { threads: 2, wide: true },
} as const satisfies Record<string, Variant>;
export type VariantName = keyof typeof variants;

export interface Row {
  readonly workload: Workload;
  /** Milliseconds, of each round. */
  readonly times: Readonly<Partial<Record<VariantName, readonly number[]>>>;
  /** Of peers by name; PyTorch with two threads as `PyTorch 2`. */
  readonly peers: Readonly<Record<string, readonly number[]>>;
  /** Billions of operations per second that 128-bit vectors reach, of each round. */
  readonly ceilings: readonly number[];
}

export interface Effort {
  readonly rounds: number;
  /** Of one measurement of Unroll. */
  readonly seconds: number;
}

export async function measureRow(
  kind: Kind,
  workload: Workload,
  names: readonly VariantName[],
  pytorch: readonly Peer[],
  { rounds, seconds }: Effort,
): Promise<Row> {
  const ceilingKernels = kernelsOf(false);
  const runners = names.flatMap((name) => {
    const runner = createRunner(workload, variants[name]);
    return runner ? [{ name, runner }] : [];
  });
  const times: Partial<Record<VariantName, number[]>> = {};
  const peers: Record<string, number[]> = {};
  const ceilings: number[] = [];
  for (const { runner } of runners) await runner.warmUp(kind);
  for (let round = 0; round < rounds; round++) {
    if (ceilingKernels) ceilings.push(measureCeiling(ceilingKernels));
    for (const { name, runner } of runners) {
      (times[name] ??= []).push(await runner.measure(kind, seconds));
    }
    for (const peer of pytorch) {
      for (const threads of names.includes("two") ? [1, 2] : [1]) {
        const ms = await peer.measure({ ...workload, kind, threads }, seconds);
        const name = threads === 1 ? peer.name : `${peer.name} ${threads}`;
        if (ms !== undefined) (peers[name] ??= []).push(ms);
      }
    }
  }
  for (const { runner } of runners) await runner.end();
  return { workload, times, peers, ceilings };
}

/** Libraries of JavaScript take seconds for what others do in milliseconds: once each, with one thread. */
export async function measureAgainstJavaScript(
  workload: Workload,
  others: readonly Peer[],
  { rounds, seconds }: Effort,
): Promise<Row> {
  const runner = createRunner(workload, variants.one);
  const times: number[] = [];
  const peers: Record<string, number[]> = {};
  await runner?.warmUp("train");
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    for (const peer of others) {
      if (runner) times.push(await runner.measure("train", seconds));
      const ms = await peer.measure({ ...workload, kind: "train", threads: 1 }, seconds);
      if (ms !== undefined) (peers[peer.name] ??= []).push(ms);
    }
  }
  await runner?.end();
  return { workload, times: { one: times }, peers, ceilings: [] };
}
