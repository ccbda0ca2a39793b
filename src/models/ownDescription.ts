/**
 * What Unroll writes of a network beside its weights, and reads again, so that a file of its own is whole: the nonlinearity,
 * where the reset gate acts, what is residual, which step the output reads, whether tokens are one-hot, and their vocabulary.
 * Sizes are never taken from here: those of the tensors count.
 */
import { fieldOf } from "../config/schemaTree.ts";
import type { LayerDescription } from "../trace/trace.ts";
import type { ModelAnswers, ModelNetwork } from "./modelContents.ts";

/** Key of the metadata of a .safetensors file; in a .pt file the name of an entry that PyTorch does not look at. */
export const descriptionKey = "unroll.model";
/** As the `.vocabulary.json` beside an exported run. */
export const vocabularyKey = "unroll.vocabulary";

export function describeForFile(network: ModelNetwork): string {
  const { input, layers, decoder, pooling, output, parameters } = network;
  const sourceOf = (name: string): string | undefined =>
    parameters.find((parameter) => parameter.name === name)?.source.replace(/\.?weight$/, "");
  return JSON.stringify({
    input,
    layers,
    decoder,
    pooling,
    output,
    head: output.linear === false ? "none" : sourceOf("output.weight"),
    embedding: input.kind === "tokens" ? sourceOf("embedding.weight") : undefined,
  });
}

type Metadata = Readonly<Record<string, string>>;

function descriptionIn(metadata: Metadata): unknown {
  if (!Object.hasOwn(metadata, descriptionKey)) return undefined;
  try {
    return JSON.parse(metadata[descriptionKey]);
  } catch {
    return undefined;
  }
}

/** What a person says goes before what the file says. `has` tells whether there is such a linear layer or embedding. */
export function answersWith(
  answers: ModelAnswers,
  metadata: Metadata,
  has: (name: string) => boolean,
): ModelAnswers {
  const said = descriptionIn(metadata);
  // Each half of an encoder-decoder finds its own.
  if (fieldOf(said, "decoder") !== undefined) return answers;
  const named = (key: "head" | "embedding"): string | undefined => {
    const name = fieldOf(said, key);
    return typeof name === "string" && (name === "none" || has(name)) ? name : undefined;
  };
  const [head, embedding] = [named("head"), named("embedding")];
  return {
    ...(head !== undefined && { head }),
    ...(embedding !== undefined && { embedding }),
    ...answers,
  };
}

/** Changes nothing where the description is missing, or of other layers. */
export function withOwnDescription(network: ModelNetwork, metadata: Metadata): ModelNetwork {
  const said = descriptionIn(metadata);
  if (said === undefined) return network;
  const layers = fieldOf(said, "layers");
  if (fieldOf(said, "decoder") !== undefined) {
    const note =
      "It is one half of an encoder-decoder that Unroll trained: each half is traced by itself, and the whole runs as the exported .py.";
    return { ...network, notes: [...network.notes, note] };
  }
  const fits =
    Array.isArray(layers) &&
    layers.length === network.layers.length &&
    network.layers.every((layer, index) => isOf(layer, layers[index]));
  if (!fits) {
    const note = "Its metadata describe other layers than its tensors are, and are not used.";
    return { ...network, notes: [...network.notes, note] };
  }
  const vocabulary = Object.hasOwn(metadata, vocabularyKey) ? metadata[vocabularyKey] : undefined;
  return {
    ...network,
    input: inputAs(network.input, fieldOf(said, "input")),
    layers: network.layers.map((layer, index) => layerAs(layer, layers[index], index)),
    output:
      fieldOf(fieldOf(said, "output"), "at") === "last-step"
        ? { ...network.output, at: "last-step" }
        : network.output,
    ...(vocabulary !== undefined && { vocabulary }),
    questions: network.questions.filter(({ about }) => about !== "nonlinearity"),
  };
}

const isOf = (layer: LayerDescription, said: unknown): boolean =>
  (["cell", "hidden", "inputSize"] as const).every((key) => fieldOf(said, key) === layer[key]);

/** Tokens of which one number each is 1 look like vectors. */
function inputAs(input: ModelNetwork["input"], said: unknown): ModelNetwork["input"] {
  const isOneHot =
    input.kind === "dense" &&
    fieldOf(said, "kind") === "tokens" &&
    fieldOf(said, "embedding") === undefined &&
    fieldOf(said, "vocabulary") === input.size;
  const { condition } = input;
  if (isOneHot) return { kind: "tokens", vocabulary: input.size, ...(condition && { condition }) };
  const readsOn = condition && input.kind === "dense" && fieldOf(said, "readsOn") === true;
  return readsOn ? { ...input, readsOn } : input;
}

function layerAs(layer: LayerDescription, said: unknown, index: number): LayerDescription {
  const [nonlinearity, reset] = [fieldOf(said, "nonlinearity"), fieldOf(said, "reset")];
  const { cell, hidden, projection, inputSize, directions } = layer;
  const handedOn = (projection ?? hidden) * directions.length;
  const residual = fieldOf(said, "residual") === true && index > 0 && inputSize === handedOn;
  return {
    ...layer,
    ...(cell === "rnn" && (nonlinearity === "tanh" || nonlinearity === "relu") && { nonlinearity }),
    ...(cell === "gru" && (reset === "after" || reset === "before") && { reset }),
    ...(residual && { residual }),
  };
}
