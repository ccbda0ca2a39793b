/** Trains in the thread that asks. */
import { createAveragedModel } from "../engine/averagedModel.ts";
import {
  backward,
  carriedState,
  createPass,
  firstNonFinite,
  forward,
  forwardPrepared,
  prepareWeights,
  restoreCarriedState,
  zeroGradients,
} from "../engine/bptt.ts";
import { scaleGradients } from "../engine/clip.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { createModel } from "../engine/model.ts";
import { createOptimizer } from "../engine/optimizers/optimizer.ts";
import type { TeamPlan } from "../engine/parallel/shard.ts";
import type { Random } from "../engine/rng.ts";
import type { Trainer } from "./trainer.ts";

/** `random` draws the first weights, `noise` the masks of dropout. */
export function trainInOneThread(
  plan: Omit<TeamPlan, "threads">,
  kernels: Kernels,
  { random, noise }: { readonly random: Random; readonly noise: Pick<Random, "uniform"> },
): Trainer {
  const model = createModel(plan.spec, { kernels, random });
  const optimizer = createOptimizer(plan.optimizer, model.parameters, kernels);
  const { averageDecay } = plan;
  const averaged =
    averageDecay === undefined ? undefined : createAveragedModel(model, averageDecay);
  const pass = createPass(model, plan.trained, { dropout: noise });
  // Buffers of its own, because training's hold the state that is carried into its next window.
  const evaluation = plan.evaluated && createPass(averaged?.model ?? model, plan.evaluated);
  const { parameters } = model;

  return {
    threads: 1,
    model,
    optimizer,
    averaged,
    train(batch, gathering) {
      const result = forward(pass, batch);
      const { loss, weight } = result;
      if (!Number.isFinite(loss) || !batch.target) return result;
      if (gathering !== "add") zeroGradients(model);
      if (gathering === "mean") backward(pass);
      else if (weight > 0) {
        // Backward adds the gradient of a mean, as if its weight were 1.
        if (gathering === "add") scaleGradients(parameters, 1 / weight, kernels);
        backward(pass);
        scaleGradients(parameters, weight, kernels);
      }
      return result;
    },
    step: () => optimizer.step(),
    evaluate(batch, isFirst) {
      if (!evaluation) throw new Error("This training evaluates nothing.");
      if (isFirst) prepareWeights(evaluation);
      return forwardPrepared(evaluation, batch);
    },
    firstNonFinite: () => firstNonFinite(pass),
    carried: (rooms) => carriedState(pass, rooms),
    restoreCarried: (states) => restoreCarriedState(pass, states),
    end: () => Promise.resolve(),
  };
}
