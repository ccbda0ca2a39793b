/**
 * Whether backpropagation through time computes the derivatives of the loss: some entries of every parameter tensor, of the
 * states before the first step, and at each time step of what is fed in and of every layer's states, are compared with
 * central differences of the loss itself.
 */
import { backward, createPass, forward, readTrace, zeroGradients } from "../engine/bptt.ts";
import type { Model } from "../engine/model.ts";
import { roomFor, type Pass } from "../engine/pass.ts";
import { createRandom, resumableRandom } from "../engine/rng.ts";
import type { Batch } from "../trace/batch.ts";
import { gradientOf } from "../trace/names.ts";
import { tensorOf, type Trace } from "../trace/trace.ts";
import { compareEntries, type Compared, type TensorCheck } from "./compareEntries.ts";
import { denseInput, denseTwin } from "./denseTwin.ts";
import { nudgeStates, type NudgedPass, type NudgedState } from "./nudgedStates.ts";
import { sampleEvenly } from "./sampleEvenly.ts";

export interface GradientCheckOptions {
  /** Entries of each tensor, and half as many of each step's, that are compared; Infinity for all. */
  readonly entries: number;
  /** Chooses the entries and the masks of dropout. */
  readonly seed: number;
  /** Relative error beyond which a gradient is wrong. */
  readonly tolerance: number;
}

/** (B,·) of a tensor at one step. */
export interface StepCheck extends TensorCheck {
  readonly t: number;
}

export interface GradientCheck {
  readonly loss: number;
  readonly parameters: readonly TensorCheck[];
  /** dL/d the states before the first step: `layers.0.forward.h0`. */
  readonly initial: readonly TensorCheck[];
  /** dL/dx_t at each of the steps that were looked at. */
  readonly input: readonly StepCheck[];
  /** dL/dh_t and dL/dc_t, tensor after tensor. */
  readonly states: readonly StepCheck[];
}

export interface CheckProgress {
  readonly done: number;
  readonly total: number;
}

/** Steps that are looked at, evenly spread, unless all are asked for. */
const mostSteps = 64;

/** Yields its progress after every entry. The model computes in float64, with parameters that are put back as they were. */
export function* checkGradients(
  model: Model,
  batch: Batch,
  options: GradientCheckOptions,
): Generator<CheckProgress, GradientCheck> {
  const { entries, tolerance, seed } = options;
  const passes = preparePasses(model, batch, seed);
  const random = createRandom(seed);
  const ofStep = Math.ceil(entries / 2);
  const groups = {
    parameters: parametersOf(model, passes),
    input: inputsOf(batch, passes, chosenSteps(0, batch.steps, entries)),
    initial: passes.nudged.initial.map((state) => initialOf(state, passes)),
    states: passes.nudged.overTime.flatMap((state) =>
      chosenSteps(state.firstStep, state.steps, entries).map((t) => stateAt(state, t, passes)),
    ),
  };
  const everything = [...groups.parameters, ...groups.initial];
  const timed = [...groups.input, ...groups.states];
  const total =
    sum(everything.map(({ gradient }) => Math.min(entries, gradient.length))) +
    sum(timed.map(({ gradient }) => Math.min(ofStep, gradient.length)));
  let done = 0;

  function* compareAll<Each extends Compared>(
    compared: readonly Each[],
    count: number,
  ): Generator<CheckProgress, readonly Found<Each>[]> {
    const found: Found<Each>[] = [];
    for (const each of compared) {
      const comparing = compareEntries(each, { entries: count, tolerance, random });
      let next = comparing.next();
      while (!next.done) {
        yield { done: ++done, total };
        next = comparing.next();
      }
      found.push({ check: next.value, of: each });
    }
    return found;
  }

  const parameters = yield* compareAll(groups.parameters, entries);
  const input = yield* compareAll(groups.input, ofStep);
  const initial = yield* compareAll(groups.initial, entries);
  const states = yield* compareAll(groups.states, ofStep);
  return {
    loss: passes.firstLoss,
    parameters: parameters.map(({ check }) => check),
    initial: initial.map(({ check }) => check),
    input: input.map(({ check, of: { t } }) => ({ t, ...check })),
    states: states.map(({ check, of: { t } }) => ({ t, ...check })),
  };
}

interface Found<Each> {
  readonly check: TensorCheck;
  readonly of: Each;
}

interface ComparedStep extends Compared {
  readonly t: number;
}

/** All steps of a tensor, or an even choice of them. */
const chosenSteps = (first: number, steps: number, entries: number): readonly number[] =>
  sampleEvenly(
    Array.from({ length: steps }, (_, t) => first + t),
    Number.isFinite(entries) ? mostSteps : steps,
  );

const parametersOf = ({ parameters }: Model, { trace, loss }: Passes): readonly Compared[] =>
  parameters.map(({ name, shape, value }) => ({
    name,
    shape,
    gradient: tensorOf(trace, gradientOf(`param.${name}`)).data,
    of: (entry) => ({ values: value, index: entry, loss }),
  }));

function inputsOf(
  { size }: Batch,
  { trace, input, lossOfInput }: Passes,
  steps: readonly number[],
): readonly ComparedStep[] {
  const { data, shape } = tensorOf(trace, gradientOf("input"));
  const width = shape[2];
  return steps.map((t) => {
    const offset = t * size * width;
    return {
      name: "input",
      t,
      shape: [size, width],
      gradient: data.subarray(offset, offset + size * width),
      of: (entry) => ({ values: input, index: offset + entry, loss: lossOfInput }),
    };
  });
}

const initialOf = (state: NudgedState, passes: Passes): Compared => ({
  name: state.name,
  shape: state.shape,
  gradient: tensorOf(passes.trace, gradientOf(state.name)).data,
  of: (entry) => passes.moved(state, 0, entry),
});

function stateAt(state: NudgedState, t: number, passes: Passes): ComparedStep {
  const { data } = tensorOf(passes.trace, gradientOf(state.name));
  return {
    name: state.name,
    t,
    shape: state.shape,
    gradient: data.subarray(t * state.size, (t + 1) * state.size),
    of: (entry) => passes.moved(state, t, entry),
  };
}

interface Passes {
  /** As backpropagation left it. */
  readonly trace: Trace;
  readonly firstLoss: number;
  readonly loss: () => number;
  /** The loss as a function of `input` (T,B,I), at the parameters as they were at first. */
  readonly lossOfInput: () => number;
  readonly input: Float64Array;
  readonly nudged: NudgedPass;
  /** The loss as a function of how far a state is moved, which begins at 0. */
  moved(state: NudgedState, t: number, entry: number): ReturnType<Compared["of"]>;
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
  const nudged = nudgeStates(pass, trace);
  return {
    trace,
    firstLoss,
    loss: () => run(pass, batch),
    lossOfInput: () => run(twin, dense),
    input: dense.input.values,
    nudged,
    moved(state, t, entry) {
      const values = [0];
      const loss = (): number => {
        state.nudge(t, entry, values[0]);
        return run(nudged.pass, batch);
      };
      return { values, index: 0, loss };
    },
  };
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, each) => total + each, 0);
