/** The network that a config describes for its data. The shape is the engine's `ModelSpec`. */
import type { Config } from "../config/schema.ts";
import type { Dataset } from "./dataset.ts";

export interface Spec {
  readonly input:
    | { readonly kind: "tokens"; readonly vocabulary: number; readonly embedding?: number }
    | { readonly kind: "dense"; readonly size: number };
  readonly layers: Config["model"]["layers"];
  readonly initialization: Config["model"]["initialization"];
  readonly output: Dataset["output"];
  readonly loss: Dataset["loss"];
}

export function specOf(
  { model }: Pick<Config, "model">,
  dataset: Pick<Dataset, "input" | "output" | "loss">,
): Spec {
  const { input, output, loss } = dataset;
  const embeds = input.kind === "tokens" && model.embedding !== undefined;
  return {
    input: embeds ? { ...input, embedding: model.embedding } : input,
    layers: model.layers,
    initialization: model.initialization,
    output,
    loss,
  };
}
