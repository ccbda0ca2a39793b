/** Random small networks of every cell that a config can name, on each implementation of the kernels, for what all of them promise. */
import fc from "fast-check";
import { simdBytes } from "unroll:simd";
import type { LayerConfig } from "../../../src/config/schema.ts";
import type { Kernels } from "../../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { simdKernels } from "../../../src/engine/kernels/simd.ts";
import { createModel, type Model, type ModelSpec } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { disagreement } from "../../gradcheck/differences.ts";
import { cells } from "../../gradcheck/grid.ts";

export interface Implementation {
  readonly title: string;
  readonly kernels: Kernels;
  /** What a sum in another order may change, of a tensor's largest entry. */
  readonly rounding: number;
  /** The same of a forward pass: vectors sum a single row in another order than several. */
  readonly forwardRounding: number;
}

function vectorKernels(): Kernels {
  const kernels = simdKernels(simdBytes);
  if (!kernels) throw new Error("This machine's WebAssembly has no SIMD or no shared memory.");
  return kernels;
}

export const implementations: readonly Implementation[] = [
  {
    title: "plain kernels",
    kernels: referenceKernels("float64"),
    rounding: 1e-9,
    forwardRounding: 0,
  },
  { title: "vector kernels", kernels: vectorKernels(), rounding: 1e-3, forwardRounding: 1e-3 },
];

export interface NetworkDraw {
  readonly spec: ModelSpec;
  readonly seed: number;
}

const cellDraws = fc.record({
  cell: fc.constantFrom(...cells),
  // Normalization over two units would leave only their signs.
  hidden: fc.integer({ min: 3, max: 7 }),
});
type CellDraw = typeof cellDraws extends fc.Arbitrary<infer Draw> ? Draw : never;

/** Of any width, with a projection narrower than that where the cell has one. */
const layerOf = ({ cell, hidden }: CellDraw): LayerConfig =>
  ({ ...cell, hidden, ...("projection" in cell && { projection: hidden - 1 }) }) as LayerConfig;

const inputOf = (kind: "one-hot" | "embedding" | "dense", size: number): ModelSpec["input"] =>
  kind === "dense"
    ? { kind, size }
    : { kind: "tokens", vocabulary: 6, ...(kind === "embedding" && { embedding: size }) };

/** One or two layers that read one way, or `both`. */
export const networkDraws = ({ both }: { readonly both: boolean }): fc.Arbitrary<NetworkDraw> =>
  fc
    .record({
      layers: fc.array(cellDraws, { minLength: 1, maxLength: 2 }),
      input: fc.constantFrom("one-hot" as const, "embedding" as const, "dense" as const),
      inputSize: fc.integer({ min: 1, max: 5 }),
      outputSize: fc.integer({ min: 2, max: 5 }),
      at: fc.constantFrom("each-step" as const, "last-step" as const),
      loss: fc.constantFrom("cross-entropy" as const, "mean-squared-error" as const),
      seed: fc.nat(10_000),
    })
    .map(({ layers, input, inputSize, outputSize, at, loss, seed }) => ({
      seed,
      spec: {
        input: inputOf(input, inputSize),
        layers: layers.map((draw) => ({ ...layerOf(draw), ...(both && { bidirectional: true }) })),
        initialization: { input: "uniform", recurrent: "uniform", forgetBias: 1 },
        output: { size: outputSize, at },
        loss,
      },
    }));

export const networkOf = ({ spec, seed }: NetworkDraw, kernels: Kernels): Model =>
  createModel(spec, { kernels, random: createRandom(seed) });

/** Sequences of no steps, and of as many as each other, among them. */
export const lengthDraws = fc
  .array(fc.integer({ min: 0, max: 6 }), { minLength: 0, maxLength: 5 })
  .chain((lengths) => fc.integer({ min: 1, max: 7 }).map((longest) => [...lengths, longest]));

/** As `disagreement`, but what is the same is the same, zero too, and of what cancels only rounding is left. */
export function difference(
  name: string,
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
): string | undefined {
  const isClose = (one: number, k: number): boolean =>
    one === found[k] || Math.abs(one - found[k]) < tolerance / 50;
  const isSame = found.length === wanted.length && Array.from(wanted).every(isClose);
  return isSame ? undefined : disagreement(name, [found.length], found, wanted, tolerance);
}
