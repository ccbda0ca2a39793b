/** Encoder-decoders and attention whose parts do not fit each other, or not their data. */
import type { Config, DecoderConfig, LayerConfig } from "../schema.ts";
import type { PathProblem } from "../validate.ts";
import { error, hasPairs, idle } from "./judgement.ts";

export function decoderProblems(config: Config): PathProblem[] {
  const { data, model, training } = config;
  const { decoder } = model;
  const problems = poolingProblems(config);
  if (!hasPairs(data)) {
    if (decoder) {
      problems.push({
        ...error(
          ["model", "decoder"],
          'A decoder writes targets of a length of their own, and this data has none: take data of the kind "pairs", the task "dates" or "reversal", or remove the decoder.',
        ),
        at: "key",
      });
    } else if (training.scheduledSampling) {
      problems.push(
        idle(["training", "scheduledSampling"], "Only a decoder reads what it wrote itself."),
      );
    }
    return problems;
  }
  if (!decoder) {
    problems.push({
      ...error(
        ["model"],
        'Each target of this data has a length of its own: give the model a "decoder" to write it, such as { "layers": [{ "cell": "gru", "hidden": 64 }], "attention": { "score": "additive" } }.',
      ),
      at: "key",
    });
    return problems;
  }
  if (training.bptt !== "full") {
    problems.push(
      error(
        ["training", "bptt"],
        'A decoder needs its whole source, which windows would cut: take "full".',
      ),
    );
  }
  return [...problems, ...fitProblems(model.layers, decoder), ...layerProblems(decoder)];
}

const at = (...path: string[]): readonly string[] => ["model", "decoder", ...path];

/** What the encoder hands on against what the decoder takes. */
function fitProblems(encoder: readonly LayerConfig[], decoder: DecoderConfig): PathProblem[] {
  const problems: PathProblem[] = [];
  const { start, layers, attention, context } = decoder;
  if (start === "copy" && encoder.length !== layers.length) {
    problems.push(
      error(
        at("start"),
        `"copy" goes layer by layer, and the encoder has ${encoder.length} where the decoder has ${layers.length}: take "map".`,
      ),
    );
  } else if (start === "copy") {
    const unfit = layers.findIndex((layer, index) => !canCopy(encoder[index], layer));
    if (unfit >= 0) {
      problems.push(
        error(
          at("start"),
          `Layer ${unfit} of the encoder ends in ${inWords(encoder[unfit])}, and layer ${unfit} of the decoder begins with ${inWords(layers[unfit])}: make them the same, or take "map".`,
        ),
      );
    }
  }
  const memory = handedOn(encoder[encoder.length - 1]);
  const query = handedOn(layers[layers.length - 1]);
  if (attention?.score === "dot" && memory !== query) {
    problems.push(
      error(
        at("attention", "score"),
        `"dot" needs the same size on both sides, and the encoder hands on ${memory} numbers where the decoder has ${query}: take "general", or make them the same.`,
      ),
    );
  }
  if (context && attention?.score === "additive") {
    problems.push(
      idle(
        at("context"),
        "Additive attention already gives every step a context, which takes the place of this one.",
      ),
    );
  }
  if (start === "zero" && !attention && !context) {
    problems.push(
      error(
        at("start"),
        'Nothing of the source would reach the decoder: give it "attention" or "context", or another start.',
      ),
    );
  }
  return problems;
}

function layerProblems({ layers }: DecoderConfig): PathProblem[] {
  return layers.flatMap((layer, index) => {
    const own = (key: string) => ["model", "decoder", "layers", index, key];
    const problems: PathProblem[] = [];
    if (layer.bidirectional) {
      problems.push(
        error(own("bidirectional"), "A decoder cannot read backwards what it has yet to write."),
      );
    }
    const below = layers[index - 1];
    if (layer.residual && !below) {
      problems.push(
        error(
          at("residual"),
          "Only a layer above the first can add its input to what it hands on.",
        ),
      );
    }
    if (layer.residual && below && handedOn(below) !== handedOn(layer)) {
      problems.push(
        error(
          at("residual"),
          `This layer reads ${handedOn(below)} numbers and hands on ${handedOn(layer)}, which cannot be added: make them the same.`,
        ),
      );
    }
    if (layer.variational && !layer.dropout) {
      problems.push(
        idle(own("variational"), 'Nothing is dropped without "dropout", a share such as 0.3.'),
      );
    }
    return problems;
  });
}

const refuse = (why: string): PathProblem[] => [{ ...error(["model", "pooling"], why), at: "key" }];

/** Attention pooling stands in the place of the last step. */
function poolingProblems({ data, model, training }: Config): PathProblem[] {
  if (!model.pooling) return [];
  const answersOnce =
    ("predict" in data && data.predict === "label") ||
    (data.kind === "synthetic" && (data.task === "adding" || data.task === "temporal-order")) ||
    (data.kind === "table" && data.shape === "many-to-one");
  if (!answersOnce) {
    return refuse(
      "Pooling makes one answer of a whole sequence, and this data has an answer at every step.",
    );
  }
  if (training.bptt === "full") return [];
  return refuse('Pooling needs the whole sequence, and "bptt" cuts it into windows: take "full".');
}

const statesOf = (layer: LayerConfig): readonly number[] =>
  layer.cell === "lstm" ? [handedOn(layer), layer.hidden * directionsOf(layer)] : [handedOn(layer)];

const canCopy = (from: LayerConfig, to: LayerConfig): boolean =>
  statesOf(from).join() === statesOf(to).join();

const inWords = (layer: LayerConfig): string =>
  layer.cell === "lstm"
    ? `h of ${statesOf(layer)[0]} and c of ${statesOf(layer)[1]} numbers`
    : `h of ${statesOf(layer)[0]} numbers`;

const directionsOf = ({ bidirectional }: LayerConfig): number => (bidirectional ? 2 : 1);

/** h of all directions. */
function handedOn(layer: LayerConfig): number {
  const width = layer.cell === "lstm" ? (layer.projection ?? layer.hidden) : layer.hidden;
  return width * directionsOf(layer);
}
