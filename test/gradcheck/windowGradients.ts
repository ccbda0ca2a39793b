/** The gradients of a network over the windows that its data is cut into, against central differences. */
import {
  backward,
  carriedState,
  createPass,
  forward,
  readTrace,
  restoreCarriedState,
  zeroGradients,
} from "../../src/engine/bptt.ts";
import type { Model } from "../../src/engine/model.ts";
import { roomFor } from "../../src/engine/pass.ts";
import { createRandom, resumableRandom } from "../../src/engine/rng.ts";
import type { Batch } from "../../src/trace/batch.ts";
import { gradientOf } from "../../src/trace/names.ts";
import { tensorOf, type Real } from "../../src/trace/trace.ts";
import { buildStates } from "./smallNetwork.ts";

export interface WindowOptions {
  /** Of the tensor's norm. */
  readonly tolerance: number;
  readonly recompute?: boolean;
}

/**
 * For each batch, with the states that the one before left it held fast as truncation does: dL/d every parameter, the states
 * that it begins with, and its input where that is numbers. Each tensor is moved along a random direction v, along which
 * L must change by ∇L · v: one wrong entry is enough for it not to. Answers what disagrees, and the parameters
 * that no loss depends on, which prove nothing.
 */
export function checkWindows(
  model: Model,
  batches: readonly Batch[],
  { tolerance, recompute }: WindowOptions,
): { readonly problems: readonly string[]; readonly idle: readonly string[] } {
  const random = resumableRandom(createRandom(7));
  const masks = random.state();
  const directions = createRandom(11);
  const steps = Math.max(...batches.map((batch) => batch.steps));
  const capacity = { ...roomFor(batches[0]), steps, recompute };
  const pass = createPass(model, capacity, { dropout: random });
  const problems: string[] = [];
  const moved = new Set<string>();
  // A condition makes the first states itself.
  let states: ReadonlyMap<string, Real> =
    model.description.decoder || hasCondition(model)
      ? new Map()
      : buildStates(model, batches[0].size);

  for (const [index, given] of batches.entries()) {
    const batch = index === 0 && states.size > 0 ? { ...given, carry: true } : given;
    const begin = states;
    const loss = (): number => {
      // The same masks, and the same states, every time.
      random.restore(masks);
      restoreCarriedState(pass, begin);
      return forward(pass, batch).loss;
    };
    loss();
    const next = carriedState(pass);
    if (batch.target) {
      zeroGradients(model);
      backward(pass);
      const gradients = new Map(model.parameters.map((each) => [each.name, each.gradient.slice()]));
      const trace = capacity.recompute ? undefined : readTrace(pass);
      const check = (
        name: string,
        values: Real,
        gradient: Real,
        direction: Real = values.map(() => directions.normal()),
      ): void => {
        const wanted = slope(values, direction, loss);
        const moves = gradient.map((value, k) => (direction[k] === 0 ? 0 : value));
        const size = Math.sqrt(dot(moves, moves));
        if (wanted !== 0 || size !== 0) moved.add(name);
        const found = dot(gradient, direction);
        if (Math.abs(found - wanted) <= tolerance * size + rounding) return;
        problems.push(`window ${index}, ${name}: backward ${found}, difference ${wanted}`);
      };
      for (const { name, value } of model.parameters) {
        check(name, value, gradients.get(name) ?? value);
      }
      if (trace && batch.carry) {
        for (const [name, state] of begin)
          check(`${name}0`, state, tensorOf(trace, gradientOf(`${name}0`)).data);
      }
      if (trace && batch.input.kind === "dense") {
        const { values } = batch.input;
        // Where nothing is read, as after the first of one step to many, normalization is as curved as can be: left alone.
        const direction = values.map((value) => (value === 0 ? 0 : directions.normal()));
        check("input", values, tensorOf(trace, gradientOf("input")).data, direction);
      }
    }
    states = next;
  }
  const idle = model.parameters.map(({ name }) => name).filter((name) => !moved.has(name));
  return { problems, idle };
}

const hasCondition = ({ description: { input } }: Model): boolean =>
  input.kind === "dense" && input.condition !== undefined;

/** Truncation costs step², rounding of the loss 1e-16 / step. */
const step = 1e-6;
const rounding = 1e-8;

/** (L(x + s v) − L(x − s v)) / 2s; `values` are left as they were. */
function slope(values: Real, direction: Real, loss: () => number): number {
  const kept = values.slice();
  const at = (distance: number): number => {
    for (let k = 0; k < kept.length; k++) values[k] = kept[k] + distance * direction[k];
    return loss();
  };
  const found = (at(step) - at(-step)) / (2 * step);
  values.set(kept);
  return found;
}

function dot(a: Real, b: Real): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
