/**
 * 256-bit vectors: V8 can pair neighbouring 128-bit instructions of WebAssembly (an experiment of V8's, off by default
 * there and here). What comes out is compared with the reference before anybody computes with it.
 */
import { setFlagsFromString } from "node:v8";
import { agreeWithReference } from "../engine/kernels/selfCheck.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { simdKernels } from "../engine/kernels/simd.ts";

/** V8 got it with Node 22; an older one would complain about an unknown flag. */
const firstNode = 22;

/** Everything is to be compiled at once and by the optimizing compiler, the only one that pairs. */
const on = [
  "--experimental-wasm-revectorize",
  "--no-liftoff",
  "--no-wasm-lazy-compilation",
  "--no-wasm-dynamic-tiering",
];
/** Flags belong to the whole process: others compile as before. */
const off = [
  "--no-experimental-wasm-revectorize",
  "--liftoff",
  "--wasm-lazy-compilation",
  "--wasm-dynamic-tiering",
];

/** A custom section, which means nothing: V8 would answer with the code that it has for the same bytes. */
const marker = Uint8Array.of(0, 5, 4, ...Buffer.from("wide"));

/** Undefined where this V8 or this machine cannot, or where the results would be wrong. */
export function wideKernels(bytes: Uint8Array<ArrayBuffer>): Kernels | undefined {
  if (Number.parseInt(process.versions.node, 10) < firstNode) return undefined;
  const marked = new Uint8Array(bytes.length + marker.length);
  marked.set(bytes);
  marked.set(marker, bytes.length);
  try {
    on.forEach(setFlagsFromString);
    const kernels = simdKernels(marked, true);
    return kernels && agreeWithReference(kernels) ? kernels : undefined;
  } finally {
    off.forEach(setFlagsFromString);
  }
}
