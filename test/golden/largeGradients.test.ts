/**
 * Gradients of networks of 128 units and more against PyTorch's in double precision: the kernels that train are within 1e-5,
 * as a share of each parameter's whole gradient (relative L2), wherever float32 can be.
 */
import { pathToFileURL } from "node:url";
import { fusedBytes, simdBytes } from "unroll:simd";
import { beforeAll, describe, expect, it } from "vitest";
import { backward, createPass, forward } from "../../src/engine/bptt.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { simdKernels } from "../../src/engine/kernels/simd.ts";
import { createModel, type Parameter } from "../../src/engine/model.ts";
import { createRandom } from "../../src/engine/rng.ts";
import { trainInThreads } from "../../src/jobs/severalThreads.ts";
import { wideKernels } from "../../src/jobs/wideVectors.ts";
import { bundled } from "../unit/worker/bundle.ts";
import {
  drawWeights,
  largeBatch,
  largeCapacity,
  largeCases,
  largeSpec,
  projectionsOf,
  type LargeCase,
} from "./large.ts";

type Gradients = ReadonlyMap<string, Float64Array>;

const copied = (parameters: readonly Parameter[]): Gradients =>
  new Map(parameters.map(({ name, gradient }) => [name, Float64Array.from(gradient)]));

function computed(fixture: LargeCase, kernels: Kernels): { loss: number; gradients: Gradients } {
  const model = createModel(largeSpec(fixture), { kernels, random: createRandom(1) });
  drawWeights(fixture, model.parameters);
  const pass = createPass(model, largeCapacity);
  const { loss } = forward(pass, largeBatch());
  backward(pass);
  return { loss, gradients: copied(model.parameters) };
}

async function computedByTwo(fixture: LargeCase, script: URL): Promise<Gradients> {
  const sharing = simdKernels(simdBytes)?.sharing;
  if (!sharing) throw new Error("This machine's WebAssembly has no SIMD or no shared memory.");
  const random = createRandom(1);
  const plan = {
    threads: 2,
    spec: largeSpec(fixture),
    optimizer: {
      kind: "sgd",
      learningRate: 1,
      momentum: 0,
      nesterov: false,
      weightDecay: 0,
    },
    averageDecay: undefined,
    trained: largeCapacity,
    evaluated: undefined,
  } as const;
  const trainer = trainInThreads(plan, sharing, { random, noise: random }, script);
  try {
    drawWeights(fixture, trainer.model.parameters);
    await trainer.train(largeBatch(), "mean");
    return copied(trainer.model.parameters);
  } finally {
    await trainer.end();
  }
}

const norm = (values: Float64Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** ‖found − wanted‖ / ‖wanted‖ of each parameter that is further away than `limit`. */
function furtherThan(limit: number, found: Gradients, wanted: Gradients): readonly string[] {
  return Array.from(wanted, ([name, expected]) => {
    const difference = found.get(name)?.map((value, k) => value - expected[k]) ?? expected;
    return { name, distance: norm(difference) / norm(expected) };
  })
    .filter(({ distance }) => !(distance <= limit))
    .map(({ name, distance }) => `${name}: ${distance.toExponential(2)}`);
}

const exact = new Map<string, Gradients>();
/** In double precision by plain TypeScript. */
function exactly(fixture: LargeCase): Gradients {
  const known = exact.get(fixture.name) ?? computed(fixture, referenceKernels("float64")).gradients;
  exact.set(fixture.name, known);
  return known;
}

const vectors = simdKernels(simdBytes);
const isFusedKnown = WebAssembly.validate(fusedBytes);
const fused = isFusedKnown ? simdKernels(fusedBytes) : undefined;
const wide = wideKernels(isFusedKnown ? fusedBytes : simdBytes);
let shardScript: URL;
beforeAll(async () => {
  shardScript = pathToFileURL(await bundled("src/worker/shardMain.ts"));
});

describe.each(largeCases)("gradients of $name", (fixture) => {
  it("are PyTorch's in double precision", () => {
    const { loss, gradients } = computed(fixture, referenceKernels("float64"));
    expect(loss).toBeCloseTo(fixture.loss, 11);
    expect([...gradients.keys()].toSorted()).toEqual(Object.keys(fixture.gradients).toSorted());
    for (const [index, [name, wanted]] of Object.entries(fixture.gradients).entries()) {
      const found = gradients.get(name) ?? new Float64Array();
      expect(Math.abs(norm(found) / wanted.norm - 1), name).toBeLessThan(1e-9);
      for (const [k, sum] of projectionsOf(index, found).entries()) {
        expect(Math.abs(sum - wanted.projections[k]), name).toBeLessThan(1e-9 * wanted.norm);
      }
    }
  });

  // Where cell states near 0 are normalized, float32 itself is further away, PyTorch's as well.
  const limit = Math.max(1e-5, 2 * fixture.float32Distance);
  const within = limit.toPrecision(1);

  it.runIf(vectors)(`are within ${within} with vectors`, () => {
    if (!vectors) return;
    expect(furtherThan(limit, computed(fixture, vectors).gradients, exactly(fixture))).toEqual([]);
  });

  it.runIf(fused)(`are within ${within} where products and additions are one`, () => {
    if (!fused) return;
    expect(furtherThan(limit, computed(fixture, fused).gradients, exactly(fixture))).toEqual([]);
  });

  it.runIf(wide)(`are within ${within} with 256-bit vectors`, () => {
    if (!wide) return;
    expect(furtherThan(limit, computed(fixture, wide).gradients, exactly(fixture))).toEqual([]);
  });

  it.runIf(vectors)(`are within ${within} from two threads`, async () => {
    const found = await computedByTwo(fixture, shardScript);
    expect(furtherThan(limit, found, exactly(fixture))).toEqual([]);
  });
});
