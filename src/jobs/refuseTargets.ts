/** Targets that a loss cannot be taken of, found before training begins. */
import { UserError } from "../config/problem.ts";
import type { TrainingConfig } from "../config/schema.ts";
import { createBatcher } from "../data/batcher.ts";
import type { Split } from "../data/split.ts";
import type { LossKind } from "../trace/trace.ts";

/** Throws `UserError` when a yes or no is anything but 0 … 1. */
export function refuseTargets(
  loss: LossKind,
  split: Split,
  training: Pick<TrainingConfig, "batch" | "bptt" | "carryState">,
): void {
  if (loss !== "sigmoid-cross-entropy") return;
  const batcher = createBatcher(split, training);
  batcher.startEpoch();
  for (let batch = batcher.next(); batch; batch = batcher.next()) {
    if (batch.target?.kind !== "values") continue;
    const wrong = batch.target.values.find((value) => !(value >= 0 && value <= 1));
    if (wrong === undefined) continue;
    throw new UserError(
      "target",
      `A target is ${wrong}, and "sigmoid-cross-entropy" needs a yes (1) or no (0) for each.`,
      {
        advice: "Choose columns of 0 and 1 as targets, or another loss.",
        path: ["training", "loss", "kind"],
      },
    );
  }
}
