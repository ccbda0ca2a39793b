/** The kernels that a job computes with: vectors where the machine has them, else plain TypeScript. */
import { simdBytes } from "unroll:simd";
import type { KernelName, Kernels } from "../engine/kernels/kernels.ts";
import { referenceKernels } from "../engine/kernels/reference.ts";
import { simdKernels } from "../engine/kernels/simd.ts";
import { wideKernels } from "./wideVectors.ts";

export interface KernelChoice {
  readonly kernels?: KernelName;
  /** Try 256-bit vectors. */
  readonly wide?: boolean;
}

/** A memory of its own for every job: it is let go as a whole when the job ends. */
export function createKernels({ kernels = "simd", wide = false }: KernelChoice = {}): Kernels {
  if (kernels === "reference") return referenceKernels("float32");
  return (
    (wide ? wideKernels(simdBytes) : undefined) ??
    simdKernels(simdBytes) ??
    referenceKernels("float32")
  );
}
