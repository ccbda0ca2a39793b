/** Clipping, the optimizers' saved states, and training as a whole: learning, and the same bits twice. */
import { describe, expect, it } from "vitest";
import type { OptimizerConfig } from "../../../src/config/schema.ts";
import { backward, forward, zeroGradients } from "../../../src/engine/bptt.ts";
import { createAveragedModel, type AveragedModel } from "../../../src/engine/averagedModel.ts";
import { clipGradients, gradientNorm } from "../../../src/engine/clip.ts";
import { addGradientNoise } from "../../../src/engine/gradientNoise.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import type { Model, Parameter } from "../../../src/engine/model.ts";
import { createOptimizer, type Optimizer } from "../../../src/engine/optimizers/optimizer.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { buildBatch, buildModel, buildPass, layerConfig } from "../../gradcheck/smallNetwork.ts";

const sgd = {
  kind: "sgd",
  learningRate: 0.5,
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
} as const;
const adam = {
  kind: "adam",
  learningRate: 0.02,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
} as const;
const rmsprop = {
  kind: "rmsprop",
  learningRate: 0.01,
  decay: 0.99,
  momentum: 0,
  epsilon: 1e-8,
  weightDecay: 0,
} as const;
const configs: Readonly<Record<string, OptimizerConfig>> = {
  sgd,
  "sgd with momentum": { ...sgd, learningRate: 0.1, momentum: 0.9 },
  "sgd with Nesterov's momentum": { ...sgd, learningRate: 0.1, momentum: 0.9, nesterov: true },
  adam,
  adamw: { ...adam, kind: "adamw", weightDecay: 0.01 },
  rmsprop,
  "rmsprop with momentum": { ...rmsprop, momentum: 0.9 },
  adagrad: {
    kind: "adagrad",
    learningRate: 0.1,
    learningRateDecay: 0,
    epsilon: 1e-10,
    weightDecay: 0,
  },
};

const parametersWith = (...gradients: readonly number[][]): readonly Parameter[] =>
  gradients.map((gradient, k) => ({
    name: `p${k}`,
    shape: [gradient.length],
    value: new Float64Array(gradient.length),
    gradient: Float64Array.from(gradient),
  }));
const gradientsOf = (parameters: readonly Parameter[]) =>
  parameters.map(({ gradient }) => [...gradient]);

const plain = referenceKernels("float64");

describe("clipping", () => {
  it("by norm scales the whole gradient down to it, over all parameters together", () => {
    const parameters = parametersWith([3, 0], [4]);
    expect(clipGradients(parameters, { norm: 1 }, plain)).toEqual({
      norm: 5,
      clippedNorm: 5 / (5 + 1e-6),
    });
    expect(gradientNorm(parameters, plain)).toBeCloseTo(1, 6);
    expect(parameters[0].gradient[0] / parameters[1].gradient[0]).toBeCloseTo(0.75, 12);
  });

  it("leaves a gradient alone that is within bounds, or when it is off", () => {
    for (const clip of [{ norm: 6 }, { value: 4 }, {}]) {
      const parameters = parametersWith([3, 0], [4]);
      expect(clipGradients(parameters, clip, plain)).toEqual({ norm: 5, clippedNorm: 5 });
      expect(gradientsOf(parameters)).toEqual([[3, 0], [4]]);
    }
  });

  it("by value cuts each component", () => {
    const parameters = parametersWith([3, -0.5], [-4]);
    const { clippedNorm } = clipGradients(parameters, { value: 1 }, plain);
    expect(gradientsOf(parameters)).toEqual([[1, -0.5], [-1]]);
    expect(clippedNorm).toBeCloseTo(1.5, 12);
  });

  it("by each parameter's norm leaves the small ones alone", () => {
    const parameters = parametersWith([30, 40], [0.5]);
    const { norm, clippedNorm } = clipGradients(parameters, { parameterNorm: 1 }, plain);
    expect(norm).toBeCloseTo(Math.hypot(50, 0.5), 12);
    expect(clippedNorm).toBeCloseTo(Math.hypot(1, 0.5), 6);
    expect(gradientNorm([parameters[0]], plain)).toBeCloseTo(1, 6);
    expect(gradientsOf(parameters)[1]).toEqual([0.5]);
  });

  it("changes nothing when the norm is not finite", () => {
    const parameters = parametersWith([Number.NaN, 2], [4]);
    expect(clipGradients(parameters, { norm: 1, value: 1 }, plain)).toEqual({
      norm: Number.NaN,
      clippedNorm: Number.NaN,
    });
    expect(gradientsOf(parameters)).toEqual([[Number.NaN, 2], [4]]);
  });
});

interface Training {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly update: () => number;
}

function beginTraining(config: OptimizerConfig): Training {
  const layers = [layerConfig("lstm", 5), layerConfig("gru before", 4)];
  const model = buildModel({ layers, input: "embedding", kernels: referenceKernels("float32") });
  const batch = buildBatch(model, { lengths: [5, 2, 4] });
  const pass = buildPass(model, batch);
  const optimizer = createOptimizer(config, model.parameters, model.kernels);
  return {
    model,
    optimizer,
    update() {
      zeroGradients(model);
      const { loss } = forward(pass, batch);
      backward(pass);
      clipGradients(model.parameters, { norm: 1 }, model.kernels);
      optimizer.step();
      return loss;
    },
  };
}

const run = (training: Training, updates: number): readonly number[] =>
  Array.from({ length: updates }, () => training.update());
const valuesOf = (model: Model) => model.parameters.map(({ value }) => value.slice());

describe("training", () => {
  for (const [title, config] of Object.entries(configs)) {
    it(`with ${title} lowers the loss`, () => {
      const losses = run(beginTraining(config), 200);
      expect(losses[199]).toBeLessThan(0.7 * losses[0]);
    });

    it(`with ${title} gives the same bits twice, and when it was stopped and resumed between`, () => {
      const whole = beginTraining(config);
      const losses = run(whole, 12);
      const first = beginTraining(config);
      expect(run(first, 5)).toEqual(losses.slice(0, 5));

      const resumed = beginTraining(config);
      for (const [index, value] of valuesOf(first.model).entries()) {
        resumed.model.parameters[index].value.set(value);
      }
      resumed.optimizer.restore(first.optimizer.state());
      expect(run(resumed, 7)).toEqual(losses.slice(5));
      expect(valuesOf(resumed.model)).toEqual(valuesOf(whole.model));
      expect(resumed.optimizer.state()).toEqual(whole.optimizer.state());
    });
  }
});

describe("an optimizer's state", () => {
  it("has PyTorch's names and the number of steps, as copies", () => {
    const { optimizer, update } = beginTraining(adam);
    update();
    const state = optimizer.state();
    expect([...state.keys()].slice(0, 3)).toEqual([
      "step",
      "embedding.weight.exp_avg",
      "embedding.weight.exp_avg_sq",
    ]);
    expect([...(state.get("step") ?? [])]).toEqual([1]);
    const before = state.get("output.bias.exp_avg")?.slice();
    update();
    expect(state.get("output.bias.exp_avg")).toEqual(before);
  });

  it("is refused when something is missing or has another size, and changes nothing then", () => {
    const { optimizer, update } = beginTraining(adam);
    update();
    const before = optimizer.state();
    const lacking = new Map(before);
    lacking.delete("output.bias.exp_avg_sq");
    expect(() => optimizer.restore(lacking)).toThrow(
      'The saved optimizer state lacks "output.bias.exp_avg_sq".',
    );
    const short = new Map(before).set("output.bias.exp_avg", new Float32Array(3));
    expect(() => optimizer.restore(short)).toThrow(
      'The saved optimizer state "output.bias.exp_avg" has 3 numbers instead of 7.',
    );
    expect(optimizer.state()).toEqual(before);
  });

  it("follows a learning rate that is changed between steps", () => {
    const [parameter] = parametersWith([2]);
    const optimizer = createOptimizer(sgd, [parameter], plain);
    optimizer.step();
    optimizer.learningRate = 1;
    optimizer.step();
    expect(parameter.value[0]).toBeCloseTo(-0.5 * 2 - 2, 12);
  });

  it("does not sink into denormal numbers where gradients have ended", () => {
    const parameter: Parameter = {
      name: "p",
      shape: [1],
      value: new Float32Array(1),
      gradient: Float32Array.of(1e-3),
    };
    const optimizer = createOptimizer(adam, [parameter], referenceKernels("float32"));
    optimizer.step();
    parameter.gradient[0] = 0;
    for (let step = 0; step < 2000; step++) optimizer.step();
    expect(optimizer.state().get("p.exp_avg")?.[0]).toBe(0);
  });
});

const deviationAt = (update: number): number => {
  const parameters = parametersWith(Array.from({ length: 20_000 }, () => 3));
  addGradientNoise(parameters, { scale: 0.3, decay: 0.55 }, update, createRandom(5));
  const noise = Array.from(parameters[0].gradient, (value) => value - 3);
  return Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length);
};

describe("gradient noise", () => {
  it("has the variance that was asked for, less and less of it", () => {
    expect(deviationAt(0)).toBeCloseTo(Math.sqrt(0.3), 2);
    expect(deviationAt(99)).toBeCloseTo(Math.sqrt(0.3 / 100 ** 0.55), 2);
    expect(deviationAt(99) / deviationAt(0)).toBeCloseTo(100 ** -0.275, 12);
  });
});

describe("the average of the weights", () => {
  it("goes on with the same bits from a saved state, which is refused where something is missing", () => {
    const { model, update } = beginTraining(adam);
    const through = createAveragedModel(model, 0.9);
    const first = createAveragedModel(model, 0.9);
    const resumed = createAveragedModel(model, 0.9);
    const follow = (...averages: readonly AveragedModel[]): void => {
      for (let k = 0; k < 3; k++) {
        update();
        for (const average of averages) average.update();
      }
    };
    follow(through, first);
    resumed.restore(first.state());
    follow(through, resumed);
    expect(resumed.state()).toEqual(through.state());
    expect(valuesOf(resumed.model)).not.toEqual(valuesOf(model));

    const lacking = new Map(first.state());
    lacking.delete("average.output.bias");
    expect(() => resumed.restore(lacking)).toThrow('lack "output.bias"');
    expect(resumed.state()).toEqual(through.state());
  });
});
