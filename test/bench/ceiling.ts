/** The most that 128-bit vectors can do here: a product whose operands stay in the first-level cache. */
import type { Kernels } from "../../src/engine/kernels/kernels.ts";

/** Billions of floating-point operations per second, best of several tries. */
export function measureCeiling(kernels: Kernels): number {
  const [rows, columns, depth] = [2, 64, 64];
  const packed = kernels.allocatePacked(columns, depth);
  const x = kernels.allocate(rows * depth);
  const out = kernels.allocate(rows * columns);
  const repeats = 20_000;
  let best = 0;
  for (let attempt = 0; attempt < 10; attempt++) {
    const start = performance.now();
    for (let k = 0; k < repeats; k++) {
      kernels.multiply(out, 0, columns, x, 0, depth, packed, rows, false);
    }
    const elapsedMs = performance.now() - start;
    best = Math.max(best, (2 * rows * columns * depth * repeats) / elapsedMs / 1e6);
  }
  return best;
}
