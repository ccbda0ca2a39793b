/** How gradients become steps. Every optimizer does exactly what PyTorch's of the same name does. */
import type { OptimizerConfig } from "../../config/schema.ts";
import type { Real } from "../../trace/trace.ts";
import type { Parameter } from "../model.ts";
import { createAdagrad } from "./adagrad.ts";
import { createAdam } from "./adam.ts";
import { createRmsprop } from "./rmsprop.ts";
import { createSgd } from "./sgd.ts";

export interface Optimizer {
  /** Changes every parameter by its gradient. */
  step(): void;
  learningRate: number;
  /** Copies of all that a resumed run needs: `step`, and per parameter `NAME.SLOT` with PyTorch's names of slots. */
  state(): ReadonlyMap<string, Real>;
  restore(state: ReadonlyMap<string, Real>): void;
}

/** The rule for one parameter tensor; `slots` are arrays of the parameter's length that start at zero. */
export interface UpdateRule {
  /** PyTorch's names, such as `exp_avg`. */
  readonly slots: readonly string[];
  /** `step` counts from 1. */
  update(
    value: Real,
    gradient: Real,
    slots: readonly Real[],
    options: { readonly learningRate: number; readonly step: number },
  ): void;
}

export function createOptimizer(
  config: OptimizerConfig,
  parameters: readonly Parameter[],
): Optimizer {
  const rule = ruleOf(config);
  const targets = parameters.map(({ name, value, gradient }) => ({
    value,
    gradient,
    names: rule.slots.map((slot) => `${name}.${slot}`),
    slots: rule.slots.map(() => value.slice().fill(0)),
  }));
  let step = 0;

  const optimizer: Optimizer = {
    learningRate: config.learningRate,
    step() {
      step++;
      const options = { learningRate: optimizer.learningRate, step };
      for (const { value, gradient, slots } of targets)
        rule.update(value, gradient, slots, options);
    },
    state() {
      const state = new Map<string, Real>([["step", Float64Array.of(step)]]);
      for (const { names, slots } of targets) {
        for (const [index, name] of names.entries()) state.set(name, slots[index].slice());
      }
      return state;
    },
    restore(state) {
      const savedStep = savedIn(state, "step", 1);
      const saved = targets.map(({ names, value }) =>
        names.map((name) => savedIn(state, name, value.length)),
      );
      // Only when everything is there is anything changed.
      step = savedStep[0];
      for (const [number, { slots }] of targets.entries()) {
        for (const [index, slot] of slots.entries()) slot.set(saved[number][index]);
      }
    },
  };
  return optimizer;
}

function ruleOf(config: OptimizerConfig): UpdateRule {
  switch (config.kind) {
    case "sgd":
      return createSgd(config);
    case "adam":
    case "adamw":
      return createAdam(config);
    case "rmsprop":
      return createRmsprop(config);
    case "adagrad":
      return createAdagrad(config);
  }
}

function savedIn(state: ReadonlyMap<string, Real>, name: string, length: number): Real {
  const saved = state.get(name);
  if (!saved)
    throw new Error(
      `The saved optimizer state lacks "${name}". It has: ${[...state.keys()].join(", ")}.`,
    );
  if (saved.length !== length) {
    throw new Error(
      `The saved optimizer state "${name}" has ${saved.length} numbers instead of ${length}.`,
    );
  }
  return saved;
}
