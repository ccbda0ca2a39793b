/**
 * The instruction that products are made of. The same source is compiled twice: with one fused instruction, which rounds once, where the
 * compiler is allowed relaxed SIMD, and with two that every machine has.
 */

/** For who instantiates it: which of the two this is. */
export const fused: bool = ASC_FEATURE_RELAXED_SIMD;

/** sum + a · b */
// @ts-ignore: decorator
@inline
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b));
}
