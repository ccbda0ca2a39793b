/** The loss over data that is not trained on. */
import type { Batcher } from "../data/batcher.ts";
import type { Trainer } from "./trainer.ts";

export interface Evaluation {
  /** Mean over all positions with a loss. */
  readonly loss: number;
  /** Share of right answers, for classes. */
  readonly accuracy?: number;
  /** Edits for each label, for labels without places. */
  readonly labelErrorRate?: number;
  /** Share of targets that a decoder gets right from beginning to end. */
  readonly exactMatch?: number;
}

export interface Evaluator {
  /** `between` runs after every batch; when it answers false the evaluation ends without a result. */
  run(between: () => Promise<boolean>): Promise<Evaluation | undefined>;
}

export function createEvaluator(trainer: Pick<Trainer, "evaluate">, batcher: Batcher): Evaluator {
  return {
    async run(between) {
      batcher.startEpoch();
      let loss = 0;
      let weight = 0;
      let correct: number | undefined;
      let counted = 0;
      let edits = 0;
      let labels = 0;
      let isFirst = true;
      let exact = 0;
      let sequences = 0;
      for (let batch = batcher.next(); batch; batch = batcher.next()) {
        const result = await trainer.evaluate(batch, isFirst);
        isFirst = false;
        loss += result.loss * result.weight;
        weight += result.weight;
        if (result.correct !== undefined) correct = (correct ?? 0) + result.correct;
        counted += result.counted ?? 0;
        edits += result.edits ?? 0;
        labels += result.labels ?? 0;
        exact += result.exact ?? 0;
        sequences += result.sequences ?? 0;
        if (!(await between())) return undefined;
      }
      if (weight === 0) return { loss: 0 };
      return {
        loss: loss / weight,
        ...(correct === undefined ? {} : { accuracy: correct / counted }),
        ...(labels === 0 ? {} : { labelErrorRate: edits / labels }),
        ...(sequences === 0 ? {} : { exactMatch: exact / sequences }),
      };
    },
  };
}
