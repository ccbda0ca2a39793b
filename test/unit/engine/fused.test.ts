/** All that is asked of the vector kernels, of those whose multiplications and additions are one instruction. */
import type * as Modules from "unroll:simd";
import { describe, expect, it, vi } from "vitest";
import { simd } from "./bothKernels.ts";

vi.mock("unroll:simd", async (original) => {
  const modules = await original<typeof Modules>();
  const { simdBytes, fusedBytes } = modules;
  return { ...modules, simdBytes: WebAssembly.validate(fusedBytes) ? fusedBytes : simdBytes };
});
await import("./simd.test.ts");
await import("./simdVariants.test.ts");

/** Node 20 does not know the instructions. */
const isKnown = Number.parseInt(process.versions.node, 10) >= 22;

describe.runIf(isKnown)("fused kernels", () => {
  it("round once, and say so", () => {
    expect(simd.fused).toBe(true);
    const packed = simd.allocatePacked(16, 2);
    const [weight, x, out] = [32, 2, 16].map((length) => simd.allocate(length));
    // (1 + 2⁻¹²)² = 1 + 2⁻¹¹ + 2⁻²⁴: the last is lost where the product is rounded before 1 is taken away.
    const factor = 1 + 2 ** -12;
    weight.fill(factor);
    for (let n = 0; n < 16; n++) weight[2 * n] = -1;
    x.set([1 + 2 ** -11, factor]);
    simd.pack(packed, weight, 0);
    simd.multiply(out, 0, 16, x, 0, 2, packed, 1, false);
    expect([...out]).toEqual(Array.from({ length: 16 }, () => 2 ** -24));
  });
});
