/** The loss that a model was made for, over rows of its output. */
import type { Batch } from "../../trace/batch.ts";
import type { LossKind } from "../../trace/trace.ts";
import { expectLength } from "../layers/inputLayer.ts";
import { crossEntropy, type CrossEntropyOptions, type SoftmaxRows } from "./crossEntropy.ts";
import type { CtcLoss, CtcRows } from "./ctc.ts";
import { gaussian } from "./gaussian.ts";
import type { LossResult } from "./loss.ts";
import { meanSquaredError } from "./meanSquaredError.ts";
import { absoluteError, huber, meanOfPoints, sigmoidCrossEntropy } from "./pointLoss.ts";

export interface LossOptions extends CrossEntropyOptions {
  /** Where the Huber loss turns linear; 1 when absent. */
  readonly delta?: number;
  /** The class that stands for no label, with CTC; 0 when absent. */
  readonly blank?: number;
}

/** Numbers of output for each number of the target. */
export const outputsPerTarget = (loss: LossKind): number => (loss === "gaussian" ? 2 : 1);

const titles: Readonly<Record<LossKind, string>> = {
  "cross-entropy": "Cross-entropy",
  "sigmoid-cross-entropy": "The sigmoid cross-entropy",
  "mean-squared-error": "The mean squared error",
  "mean-absolute-error": "The mean absolute error",
  huber: "The Huber loss",
  gaussian: "The Gaussian likelihood",
  ctc: "CTC",
};

/** What a loss of whole sequences knows of the rows; see `CtcRows`. */
interface SequenceRows extends Pick<CtcRows, "steps" | "batch" | "lengths"> {
  readonly ctc: CtcLoss;
}

export function takeLoss(
  kind: LossKind,
  options: LossOptions,
  output: SoftmaxRows & Partial<SequenceRows>,
  target: NonNullable<Batch["target"]>,
): LossResult {
  const { rows, size } = output;
  if (kind === "ctc") {
    const { ctc, steps, batch, lengths } = output;
    if (!ctc || steps === undefined || batch === undefined || !lengths)
      throw new Error("CTC needs to know which rows are one sequence.");
    if (target.kind !== "labels") throw new Error("CTC needs labels as its target.");
    expectLength("label lengths", target.labelLengths.length, batch);
    return ctc({ ...output, steps, batch, lengths }, target, options.blank ?? 0);
  }
  if (kind === "cross-entropy") {
    if (target.kind !== "classes")
      throw new Error(`Cross-entropy needs classes as its target, not ${target.kind}.`);
    expectLength("target classes", target.classes.length, rows);
    return crossEntropy(output, target.classes, options);
  }
  if (target.kind !== "values")
    throw new Error(`${titles[kind]} needs values as its target, not ${target.kind}.`);
  const { values } = target;
  expectLength("target values", values.length, (rows * size) / outputsPerTarget(kind));
  switch (kind) {
    case "mean-squared-error":
      return meanSquaredError(output, values);
    case "mean-absolute-error":
      return meanOfPoints(output, values, absoluteError);
    case "huber":
      return meanOfPoints(output, values, huber(options.delta ?? 1));
    case "sigmoid-cross-entropy":
      return meanOfPoints(output, values, sigmoidCrossEntropy);
    case "gaussian":
      return gaussian(output, values);
  }
}
