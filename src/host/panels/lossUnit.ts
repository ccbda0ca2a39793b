/** What a run's loss measures, in the words that belong on the axis of its curve. */
import type { DataConfig } from "../../config/schema.ts";
import { lossTitles } from "../../trace/names.ts";
import type { ModelDescription } from "../../trace/trace.ts";

/** "cross-entropy, nats per step", "mean squared error, in standardized units" */
export function lossUnit(
  { loss, output }: Pick<ModelDescription, "loss" | "output">,
  data: DataConfig | undefined,
): string {
  const { title, unit } = lossTitles[loss];
  if (unit === "nats") {
    return `${title}, nats per ${output.at === "each-step" ? "step" : "sequence"}`;
  }
  if (unit.startsWith("nats")) return `${title}, ${unit}`;
  const standardized = data?.kind === "table" && data.standardize;
  return standardized ? `${title}, in standardized units` : title;
}
