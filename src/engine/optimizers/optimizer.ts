/** How gradients become steps. Every optimizer does exactly what PyTorch's of the same name does. */
import type { OptimizerConfig } from "../../config/schema.ts";
import type { Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Parameter } from "../model.ts";
import { createAdagrad } from "./adagrad.ts";
import { createAdam } from "./adam.ts";
import { createRmsprop } from "./rmsprop.ts";
import { createSgd } from "./sgd.ts";

/** What a step is made with. `step` counts from 1. */
export interface StepOptions {
  readonly learningRate: number;
  readonly step: number;
}

export interface Optimizer {
  /** Changes every parameter by its gradient. */
  step(): void;
  /** Counts a step and says what it is made with; what `apply` then does may be spread over threads. */
  next(): StepOptions;
  /** Makes a step on the `index`-th of `count` parts of every parameter. */
  apply(options: StepOptions, index: number, count: number): void;
  learningRate: number;
  /** Copies of all that a resumed run needs: `step`, and per parameter `NAME.SLOT` with PyTorch's names of slots. */
  state(): ReadonlyMap<string, Real>;
  restore(state: ReadonlyMap<string, Real>): void;
}

/** A parameter, and what the rule remembers of it: arrays of its length that start at zero. */
interface UpdateTarget {
  readonly value: Real;
  readonly gradient: Real;
  readonly slots: readonly Real[];
}

export interface UpdateRule {
  /** PyTorch's names, such as `exp_avg`. */
  readonly slots: readonly string[];
  /** The elements `from` … `to` − 1. */
  update(target: UpdateTarget, options: StepOptions, from: number, to: number): void;
}

export function createOptimizer(
  config: OptimizerConfig,
  parameters: readonly Parameter[],
  kernels: Pick<Kernels, "allocate" | "adam">,
): Optimizer {
  const rule = ruleOf(config, kernels);
  const targets = parameters.map(({ name, value, gradient }) => ({
    value,
    gradient,
    names: rule.slots.map((slot) => `${name}.${slot}`),
    slots: rule.slots.map(() => kernels.allocate(value.length)),
  }));
  let step = 0;

  const optimizer: Optimizer = {
    learningRate: config.learningRate,
    step: () => optimizer.apply(optimizer.next(), 0, 1),
    next: () => ({ learningRate: optimizer.learningRate, step: ++step }),
    apply(options, index, count) {
      for (const target of targets) {
        const [from, to] = partOf(target.value.length, index, count);
        rule.update(target, options, from, to);
      }
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

/** Elements of a cache line: threads that write neighbouring parts then never share one. */
const elementsPerLine = 16;

/** The elements from … to − 1 of the `index`-th of `count` parts of `length`. */
export function partOf(length: number, index: number, count: number): readonly [number, number] {
  const bound = (part: number): number =>
    part === count
      ? length
      : Math.floor((length * part) / count / elementsPerLine) * elementsPerLine;
  return [bound(index), bound(index + 1)];
}

function ruleOf(config: OptimizerConfig, kernels: Pick<Kernels, "adam">): UpdateRule {
  switch (config.kind) {
    case "sgd":
      return createSgd(config);
    case "adam":
    case "adamw":
      return createAdam(config, kernels);
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
