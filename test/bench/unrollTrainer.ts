/** Trains a workload with Unroll's own engine, one step per call. */
import { compileKernels } from "../../src/engine/kernels/assembly/compile.mjs";
import type { KernelName, Kernels } from "../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { simdKernels } from "../../src/engine/kernels/simd.ts";
import { createBenchmarkTrainer } from "../../src/jobs/benchmark.ts";
import type { Workload } from "../../src/jobs/benchmarkWorkload.ts";

const bytes = await compileKernels();

export function createKernels(name: KernelName): Kernels {
  const kernels =
    name === "simd" ? simdKernels(new Uint8Array(bytes)) : referenceKernels("float32");
  if (!kernels) throw new Error("This machine's WebAssembly has no SIMD or no shared memory.");
  return kernels;
}

export function createTrainer(workload: Workload, kernels: Kernels): () => Promise<unknown> {
  const trainer = createBenchmarkTrainer(workload, kernels, { threads: 1 });
  return () => trainer.update();
}
