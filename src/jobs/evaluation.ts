/** The loss over data that is not trained on. */
import type { TrainingConfig } from "../config/schema.ts";
import { createBatcher } from "../data/batcher.ts";
import type { Split } from "../data/split.ts";
import { createPass, forwardPrepared, prepareWeights } from "../engine/bptt.ts";
import type { Model } from "../engine/model.ts";

export interface Evaluation {
  /** Mean over all positions with a loss. */
  readonly loss: number;
  /** Share of right answers, for classes. */
  readonly accuracy?: number;
  /** Edits for each label, for labels without places. */
  readonly labelErrorRate?: number;
}

export interface Evaluator {
  /** `between` runs after every batch; when it answers false the evaluation ends without a result. */
  run(between: () => Promise<boolean>): Promise<Evaluation | undefined>;
}

/**
 * Undefined when there is nothing to evaluate. Has buffers of its own, because training's hold the
 * state that is carried into its next window.
 */
export function createEvaluator(
  model: Model,
  split: Split,
  { batch, bptt, carryState }: Pick<TrainingConfig, "batch" | "bptt" | "carryState">,
): Evaluator | undefined {
  if (split.sequenceCount === 0) return undefined;
  const batcher = createBatcher(split, { batch, bptt, carryState });
  const pass = createPass(model, batcher.largest);
  return {
    async run(between) {
      prepareWeights(pass);
      batcher.startEpoch();
      let loss = 0;
      let weight = 0;
      let correct: number | undefined;
      let counted = 0;
      let edits = 0;
      let labels = 0;
      for (let batch = batcher.next(); batch; batch = batcher.next()) {
        const result = forwardPrepared(pass, batch);
        loss += result.loss * result.weight;
        weight += result.weight;
        if (result.correct !== undefined) correct = (correct ?? 0) + result.correct;
        counted += result.counted ?? 0;
        edits += result.edits ?? 0;
        labels += result.labels ?? 0;
        if (!(await between())) return undefined;
      }
      if (weight === 0) return { loss: 0 };
      return {
        loss: loss / weight,
        ...(correct === undefined ? {} : { accuracy: correct / counted }),
        ...(labels === 0 ? {} : { labelErrorRate: edits / labels }),
      };
    },
  };
}
