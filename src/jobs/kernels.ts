/** The kernels that a job computes with: vectors where the machine has them, else plain TypeScript. */
import { fusedBytes, simdBytes } from "unroll:simd";
import type { KernelName, Kernels } from "../engine/kernels/kernels.ts";
import { referenceKernels } from "../engine/kernels/reference.ts";
import { simdKernels } from "../engine/kernels/simd.ts";
import { wideKernels } from "./wideVectors.ts";

export interface KernelChoice {
  readonly kernels?: KernelName;
  /** Try 256-bit vectors. */
  readonly wide?: boolean;
  /**
   * Whether to fuse multiplications and additions where this machine's WebAssembly can; it does unless told not to. By what it can, never
   * by a stopwatch: the same machine has to give the same bits every time.
   */
  readonly fused?: boolean | undefined;
}

/** A memory of its own for every job: it is let go as a whole when the job ends. */
export function createKernels(choice: KernelChoice = {}): Kernels {
  const { kernels = "simd", wide = false, fused = true } = choice;
  if (kernels === "reference") return referenceKernels("float32");
  const bytes = fused && WebAssembly.validate(fusedBytes) ? fusedBytes : simdBytes;
  return (
    (wide ? wideKernels(bytes) : undefined) ?? simdKernels(bytes) ?? referenceKernels("float32")
  );
}
