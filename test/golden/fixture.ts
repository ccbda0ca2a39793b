/** Reads what makeFixtures.py wrote. */
import { readdirSync, readFileSync } from "node:fs";
import { decodeSafetensors, type StoredTensor } from "../../src/formats/safetensors.ts";
import { createModel, type Model, type ModelSpec } from "../../src/engine/model.ts";
import type { Kernels, Precision } from "../../src/engine/kernels/kernels.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { createRandom } from "../../src/engine/rng.ts";
import type { Batch } from "../../src/trace/batch.ts";
import { layerTensor, statesOf } from "../../src/trace/names.ts";
import type { Real } from "../../src/trace/trace.ts";

type Folder = "fixtures" | "sequenceToSequence" | "training";
const urlOf = (folder: Folder): URL => new URL(`${folder}/`, import.meta.url);

/** Fixtures that are no network's. */
const others: ReadonlySet<string> = new Set(["optimizers", "schedules"]);

const namesIn = (folder: Folder): readonly string[] =>
  readdirSync(urlOf(folder))
    .filter((file) => file.endsWith(".safetensors"))
    .map((file) => file.replace(".safetensors", ""))
    .filter((name) => !others.has(name))
    .sort();

export const networkFixtures = namesIn("fixtures");
/** What makeSequenceToSequence.py wrote. */
export const sequenceFixtures = namesIn("sequenceToSequence");

export interface Fixture {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

export const readFixture = (name: string, folder: Folder = "fixtures"): Fixture =>
  decodeSafetensors(new Uint8Array(readFileSync(new URL(`${name}.safetensors`, urlOf(folder)))));

export function realsOf(fixture: Fixture, name: string): Float64Array {
  const data = fixture.tensors.get(name)?.data;
  if (!(data instanceof Float64Array))
    throw new Error(`The fixture has no float64 tensor "${name}".`);
  return data;
}

export function integersOf(fixture: Fixture, name: string): Int32Array {
  const data = fixture.tensors.get(name)?.data;
  if (!(data instanceof Int32Array)) throw new Error(`The fixture has no int32 tensor "${name}".`);
  return data;
}

/** The fixture's model with the fixture's weights. */
export function modelOf(
  fixture: Fixture,
  precision: Precision,
  kernels: Kernels = referenceKernels(precision),
): Model {
  const spec = JSON.parse(fixture.metadata.spec) as Omit<ModelSpec, "initialization">;
  const initialization = { input: "uniform", recurrent: "uniform", forgetBias: 0 } as const;
  const model = createModel({ ...spec, initialization }, { kernels, random: createRandom(1) });
  for (const { name, value } of model.parameters) value.set(realsOf(fixture, `param.${name}`));
  return model;
}

export function batchOf(fixture: Fixture, model: Model): Batch {
  const raw = fixture.tensors.get("raw");
  if (!raw) throw new Error("The fixture has no input.");
  const [steps, size] = raw.shape;
  const dense = model.description.input.kind === "dense";
  const classes = model.description.loss === "cross-entropy";
  return {
    steps,
    size,
    lengths: fixture.tensors.has("lengths")
      ? integersOf(fixture, "lengths")
      : new Int32Array(size).fill(steps),
    input: dense
      ? { kind: "dense", values: realsOf(fixture, "raw") }
      : { kind: "tokens", tokens: integersOf(fixture, "raw") },
    target: classes
      ? { kind: "classes", classes: integersOf(fixture, "target") }
      : { kind: "values", values: realsOf(fixture, "target") },
    ...(fixture.tensors.has("weights") && { weights: realsOf(fixture, "weights") }),
    carry: true,
  };
}

export function statesIn(fixture: Fixture, model: Model): ReadonlyMap<string, Real> {
  const states = new Map<string, Real>();
  for (const [number, { cell, directions }] of model.description.layers.entries()) {
    for (const direction of directions) {
      for (const state of statesOf[cell]) {
        states.set(
          layerTensor(number, direction, state),
          realsOf(fixture, layerTensor(number, direction, `${state}0`)),
        );
      }
    }
  }
  return states;
}
