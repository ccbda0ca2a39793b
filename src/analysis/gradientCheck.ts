/**
 * Whether backpropagation through time computes the derivatives of the loss: for every parameter tensor, and for what
 * is fed in at each time step, some entries are compared with central differences of the loss itself.
 */
import { backward, createPass, forward, readTrace, zeroGradients } from "../engine/bptt.ts";
import type { Model } from "../engine/model.ts";
import { roomFor, type Pass } from "../engine/pass.ts";
import { createRandom, resumableRandom } from "../engine/rng.ts";
import type { Batch } from "../trace/batch.ts";
import { tensorOf, type Real, type Trace } from "../trace/trace.ts";
import { chooseEntries } from "./chooseEntries.ts";
import { denseInput, denseTwin } from "./denseTwin.ts";
import { sampleEvenly } from "./sampleEvenly.ts";
import { smoothDerivative } from "./smoothDerivative.ts";

export interface GradientCheckOptions {
  /** Entries of each tensor, and of the input at each step, that are compared; Infinity for all. */
  readonly entries: number;
  /** Chooses the entries and the masks of dropout. */
  readonly seed: number;
  /** Relative error beyond which a gradient is wrong. */
  readonly tolerance: number;
}

export interface Comparison {
  readonly index: readonly number[];
  readonly backward: number;
  readonly difference: number;
  /** |backward − difference| / max(|backward|, |difference|, rounding noise / tolerance). */
  readonly error: number;
}

export interface TensorCheck {
  readonly name: string;
  readonly shape: readonly number[];
  /** Entries that were compared, out of all. */
  readonly checked: number;
  readonly entries: number;
  /** Entries left out because the loss is not smooth there. */
  readonly kinks: number;
  /** The entry with the largest error; undefined when none could be compared. */
  readonly worst: Comparison | undefined;
  /** Largest |dL/d entry| of the whole tensor. 0 proves nothing: the loss does not depend on it. */
  readonly largest: number;
}

export interface GradientCheck {
  readonly loss: number;
  readonly parameters: readonly TensorCheck[];
  /** dL/dx_t, (B,I) at each of the steps that were looked at. */
  readonly input: readonly (TensorCheck & { readonly t: number })[];
}

export interface CheckProgress {
  readonly done: number;
  readonly total: number;
}

/** Steps whose input is looked at, evenly spread, unless all are asked for. */
const inputSteps = 64;

/** Yields its progress after every entry. The model computes in float64, with parameters that are put back as they were. */
export function* checkGradients(
  model: Model,
  batch: Batch,
  options: GradientCheckOptions,
): Generator<CheckProgress, GradientCheck> {
  const { entries } = options;
  const passes = preparePasses(model, batch, options.seed);
  const random = createRandom(options.seed);
  const steps = sampleEvenly(
    Array.from({ length: batch.steps }, (_, t) => t),
    Number.isFinite(entries) ? inputSteps : batch.steps,
  );
  const inputGradient = tensorOf(passes.trace, "grad.input");
  const [, size, width] = inputGradient.shape;
  const counts = model.parameters.map(({ value }) => Math.min(entries, value.length));
  const total = sum(counts) + steps.length * Math.min(entries, size * width);
  let done = 0;

  function* compare(
    name: string,
    { shape, values, gradient, offset = 0 }: Compared,
    loss: () => number,
  ): Generator<CheckProgress, TensorCheck> {
    const chosen = chooseEntries(gradient, entries, random);
    let worst: Comparison | undefined;
    let kinks = 0;
    for (const entry of chosen) {
      const derivative = smoothDerivative(values, offset + entry, loss);
      if (!derivative.isSmooth) kinks++;
      else {
        const found = comparison(gradient[entry], derivative, options.tolerance);
        if (!worst || found.error > worst.error || Number.isNaN(found.error))
          worst = { index: indexOf(entry, shape), ...found };
      }
      yield { done: ++done, total };
    }
    let largest = 0;
    for (const value of gradient) largest = Math.max(largest, Math.abs(value));
    const checked = chosen.length - kinks;
    return { name, shape, checked, entries: gradient.length, kinks, worst, largest };
  }

  const parameters: TensorCheck[] = [];
  for (const { name, shape, value } of model.parameters) {
    const gradient = tensorOf(passes.trace, `grad.param.${name}`).data;
    parameters.push(yield* compare(name, { shape, values: value, gradient }, passes.loss));
  }
  const input: (TensorCheck & { t: number })[] = [];
  for (const t of steps) {
    const offset = t * size * width;
    const gradient = inputGradient.data.subarray(offset, offset + size * width);
    const compared = { shape: [size, width], values: passes.input, gradient, offset };
    input.push({ t, ...(yield* compare("input", compared, passes.lossOfInput)) });
  }
  return { loss: passes.firstLoss, parameters, input };
}

interface Compared {
  readonly shape: readonly number[];
  /** What is moved. */
  readonly values: Real;
  /** dL/d `values` from `offset` on. */
  readonly gradient: Real;
  readonly offset?: number;
}

interface Passes {
  /** As backpropagation left it. */
  readonly trace: Trace;
  readonly firstLoss: number;
  readonly loss: () => number;
  /** The loss as a function of `input` (T,B,I), at the parameters as they were at first. */
  readonly lossOfInput: () => number;
  readonly input: Float64Array;
}

/** Every pass drops the same units. */
function preparePasses(model: Model, batch: Batch, seed: number): Passes {
  const dropout = resumableRandom(createRandom(seed));
  const atFirst = dropout.state();
  const capacity = roomFor(batch);
  const run = (pass: Pass, given: Batch): number => {
    dropout.restore(atFirst);
    return forward(pass, given).loss;
  };
  const pass = createPass(model, capacity, { dropout });
  zeroGradients(model);
  const firstLoss = run(pass, batch);
  backward(pass);
  const trace = readTrace(pass);
  const twin = createPass(denseTwin(model), capacity, { dropout });
  const dense = denseInput(batch, trace);
  return {
    trace,
    firstLoss,
    loss: () => run(pass, batch),
    lossOfInput: () => run(twin, dense),
    input: dense.input.values,
  };
}

function comparison(
  found: number,
  { value, noise }: { readonly value: number; readonly noise: number },
  tolerance: number,
): Omit<Comparison, "index"> {
  const scale = Math.max(Math.abs(found), Math.abs(value), noise / tolerance);
  const error = scale === 0 ? 0 : Math.abs(found - value) / scale;
  return { backward: found, difference: value, error };
}

function indexOf(entry: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = entry;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, each) => total + each, 0);
