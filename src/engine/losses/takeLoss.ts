/** The loss that a model was made for, over rows of its output. */
import type { Batch } from "../../trace/batch.ts";
import type { LossKind } from "../../trace/trace.ts";
import { expectLength } from "../layers/inputLayer.ts";
import { crossEntropy, type CrossEntropyOptions } from "./crossEntropy.ts";
import { gaussian } from "./gaussian.ts";
import type { LossResult, LossRows } from "./loss.ts";
import { meanSquaredError } from "./meanSquaredError.ts";
import { absoluteError, huber, meanOfPoints, sigmoidCrossEntropy } from "./pointLoss.ts";

export interface LossOptions extends CrossEntropyOptions {
  /** Where the Huber loss turns linear; 1 when absent. */
  readonly delta?: number;
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
};

export function takeLoss(
  kind: LossKind,
  options: LossOptions,
  output: LossRows,
  target: NonNullable<Batch["target"]>,
): LossResult {
  const { rows, size } = output;
  if (kind === "cross-entropy") {
    if (target.kind !== "classes")
      throw new Error("Cross-entropy needs classes as its target, not values.");
    expectLength("target classes", target.classes.length, rows);
    return crossEntropy(output, target.classes, options);
  }
  if (target.kind !== "values")
    throw new Error(`${titles[kind]} needs values as its target, not classes.`);
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
