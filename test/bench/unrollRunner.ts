/** Unroll's side of the benchmark: the same engine and updater as any training, in this process. */
import { compileKernels } from "../../src/engine/kernels/assembly/compile.mjs";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { simdKernels } from "../../src/engine/kernels/simd.ts";
import { createStepper } from "../../src/engine/stepper.ts";
import { createBenchmarkTrainer } from "../../src/jobs/benchmark.ts";
import type { Workload } from "../../src/jobs/benchmarkWorkload.ts";
import { wideKernels } from "../../src/jobs/wideVectors.ts";
import type { Kind } from "./peers.ts";
import { median } from "./results.ts";

const fusedBytes = new Uint8Array(await compileKernels(true));
const bytes = WebAssembly.validate(fusedBytes)
  ? fusedBytes
  : new Uint8Array(await compileKernels());
export const shardScript = new URL("../../src/worker/shardMain.ts", import.meta.url);

/** Undefined where the machine has no such vectors. */
export const kernelsOf = (wide: boolean): Kernels | undefined =>
  wide ? wideKernels(bytes) : simdKernels(bytes);

const leastRuns = 3;
const warmUps = 10;
const warmUpMs = 400;

export interface Variant {
  readonly threads: number;
  readonly wide: boolean;
}

export interface Runner {
  /** Milliseconds of one run, the median over about `seconds`. */
  measure(kind: Kind, seconds: number): Promise<number>;
  /** Runs until V8 has compiled what runs often, in every thread. */
  warmUp(kind: Kind): Promise<void>;
  end(): Promise<void>;
}

/** Undefined where this machine cannot. */
export function createRunner(workload: Workload, { threads, wide }: Variant): Runner | undefined {
  const kernels = kernelsOf(wide);
  if (!kernels) return undefined;
  const trainer = createBenchmarkTrainer(workload, kernels, { threads, shardScript });
  const stepper = createStepper(trainer.model);
  const input = new Float32Array(workload.inputs).fill(0.1);
  const runs: Readonly<Record<Kind, () => unknown>> = {
    train: () => trainer.update(),
    evaluate: () => trainer.evaluate(),
    step: () => stepper.step(input),
  };
  return {
    async measure(kind, seconds) {
      const run = runs[kind];
      // Looking at the clock takes longer than a single time step.
      const some = kind === "step" ? 50 : 1;
      // The first one wakes threads and fills caches that somebody else had in the meantime.
      await run();
      const times: number[] = [];
      const start = performance.now();
      for (let now = start; now - start < seconds * 1000 || times.length < leastRuns;) {
        for (let k = 0; k < some; k++) {
          const answer = run();
          if (answer instanceof Promise) await answer;
        }
        const then = now;
        now = performance.now();
        times.push((now - then) / some);
      }
      return median(times);
    },
    async warmUp(kind) {
      const start = performance.now();
      for (let k = 0; k < warmUps || performance.now() - start < warmUpMs; k++) await runs[kind]();
    },
    end: () => trainer.end(),
  };
}

/**
 * The most that 128-bit vectors can do here and now: a product whose operands stay in the first-level cache, in billions of
 * floating-point operations per second, the best of a few tries.
 */
export function measureCeiling(kernels: Kernels): number {
  const [rows, columns, depth] = [32, 64, 64];
  const packed = kernels.allocatePacked(columns, depth);
  const x = kernels.allocate(rows * depth);
  const out = kernels.allocate(rows * columns);
  const repeats = 1000;
  let best = 0;
  for (let attempt = 0; attempt < 5; attempt++) {
    const start = performance.now();
    for (let k = 0; k < repeats; k++) {
      kernels.multiply(out, 0, columns, x, 0, depth, packed, rows, false);
    }
    const elapsedMs = performance.now() - start;
    best = Math.max(best, (2 * rows * columns * depth * repeats) / elapsedMs / 1e6);
  }
  return best;
}
