/** The kernels that a job computes with: vectors where the machine has them, else plain TypeScript. */
import { simdBytes } from "unroll:simd";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { referenceKernels } from "../engine/kernels/reference.ts";
import { simdKernels } from "../engine/kernels/simd.ts";

export type KernelChoice = "simd" | "reference";

/** A memory of its own for every job: it is let go as a whole when the job ends. */
export function createKernels(choice: KernelChoice = "simd"): Kernels {
  return (choice === "simd" ? simdKernels(simdBytes) : undefined) ?? referenceKernels("float32");
}
