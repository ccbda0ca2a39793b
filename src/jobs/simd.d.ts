/** The SIMD kernels, compiled when the bundle is built (src/engine/kernels/assembly/compile.mjs). */
declare module "unroll:simd" {
  export const simdBytes: Uint8Array<ArrayBuffer>;
  /** Of the same source, with relaxed SIMD: a machine may not know it. */
  export const fusedBytes: Uint8Array<ArrayBuffer>;
}
