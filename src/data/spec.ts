/** The network that a config describes for its data. The shape is the engine's `ModelSpec`. */
import type { Config } from "../config/schema.ts";
import { UserError } from "../config/problem.ts";
import type { LossKind } from "../trace/trace.ts";
import type { Dataset } from "./dataset.ts";
import { blankOf, classesOf, type Encoding } from "./encoding.ts";

export interface LossOptions {
  /** (O) */
  readonly classWeights?: readonly number[];
  readonly labelSmoothing?: number;
  readonly delta?: number;
  readonly blank?: number;
}

export interface Spec {
  readonly input:
    | {
        readonly kind: "tokens";
        readonly vocabulary: number;
        readonly embedding?: number;
        readonly condition?: "initial-state";
      }
    | { readonly kind: "dense"; readonly size: number; readonly condition?: "initial-state" };
  readonly layers: Config["model"]["layers"];
  readonly decoder?: Config["model"]["decoder"] & { readonly vocabulary: number };
  readonly pooling?: { readonly size: number };
  readonly initialization: Config["model"]["initialization"];
  readonly output: Dataset["output"];
  readonly loss: LossKind;
  readonly lossOptions?: LossOptions;
}

/** Throws `UserError` where the config names a class that the data does not have. */
export function specOf(
  { model, training }: Pick<Config, "model" | "training">,
  dataset: Pick<Dataset, "input" | "output" | "loss" | "decoder" | "encoding">,
): Spec {
  const { input, output } = dataset;
  const embeds = input.kind === "tokens" && model.embedding !== undefined;
  const loss = training.loss?.kind ?? dataset.loss;
  const lossOptions = lossOptionsOf(training, dataset.encoding);
  return {
    input: embeds ? { ...input, embedding: model.embedding } : input,
    ...partsOf(model, dataset.decoder?.vocabulary),
    initialization: model.initialization,
    // A forecast with a variance takes two numbers for each target.
    output: loss === "gaussian" ? { ...output, size: 2 * output.size } : output,
    loss,
    ...(lossOptions && { lossOptions }),
  };
}

/** What lies between input and output. */
export function partsOf(
  { layers, decoder, pooling }: Config["model"],
  vocabulary: number | undefined,
): Pick<Spec, "layers" | "decoder" | "pooling"> {
  return {
    layers,
    ...(decoder && vocabulary !== undefined && { decoder: { ...decoder, vocabulary } }),
    ...(pooling && { pooling: { size: pooling.size } }),
  };
}

/** Undefined where the config asks for nothing special. */
export function lossOptionsOf(
  { loss }: Pick<Config["training"], "loss">,
  encoding: Encoding,
): LossOptions | undefined {
  const blank = blankOf(encoding);
  if (blank !== undefined) return { blank };
  if (loss?.kind === "huber") return { delta: loss.delta };
  if (loss?.kind !== "cross-entropy") return undefined;
  const { labelSmoothing, classWeights } = loss;
  const classes = classesOf(encoding) ?? [];
  const weights = classes.map(() => 1);
  for (const [index, { label, weight }] of (classWeights ?? []).entries()) {
    const place = classes.indexOf(label);
    if (place < 0) {
      const known = classes.slice(0, 10).map((name) => `"${name}"`);
      throw new UserError("class", `The data has no class "${label}".`, {
        advice: `It has ${known.join(", ")}${classes.length > known.length ? ", …" : ""}.`,
        path: ["training", "loss", "classWeights", index, "label"],
      });
    }
    weights[place] = weight;
  }
  if (labelSmoothing === 0 && !classWeights) return undefined;
  return { labelSmoothing, ...(classWeights && { classWeights: weights }) };
}
