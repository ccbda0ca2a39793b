/** The torch.nn.Module of a network without a decoder: embedding or one-hot tokens, recurrent layers, one output. */
import type { LayerDescription } from "../../../trace/trace.ts";
import type { ModelNetwork } from "../../modelContents.ts";
import {
  isConditioned,
  isOneHot,
  isSilent,
  outputWidth,
  parameterData,
  stateWidths,
} from "../networkToWrite.ts";
import type { OutputMeaning } from "../outputMeaning.ts";
import { recurrentModule } from "./recurrentModules.ts";

export function sequenceModule(network: ModelNetwork, meaning: OutputMeaning | undefined): string {
  const { pooling } = network;
  const top = network.layers[network.layers.length - 1];
  const head = headMember(network);
  const conditioned = isConditioned(network);
  const members = [
    ...embeddingMember(network),
    `self.rnn = ${recurrentModule(network, 8)}`,
    ...(conditioned ? conditionMember(network) : []),
    ...(pooling ? ["self.attention = Attention()"] : []),
    ...(head ? [head] : []),
  ];
  const steps = [
    ...readTokens(network, "x", "x"),
    ...(conditioned
      ? [
          "states = self.first_states(x[0])",
          isSilent(network)
            ? "h, _ = self.rnn(torch.zeros_like(x), states)  # nothing but the vector of step 0 is read"
            : "h, _ = self.rnn(x, states)",
        ]
      : ["h, _ = self.rnn(x)"]),
    ...(pooling
      ? ["h, _ = self.attention(h)"]
      : network.output.at === "last-step"
        ? [lastStep(top)]
        : []),
    `return ${head ? "self.output(h)" : "h"}`,
  ];
  const methods = [
    ...(conditioned ? [firstStates(network)] : []),
    ...(meaning ? readingMethod(meaning) : []),
  ];
  return `class Model(nn.Module):
    def __init__(self):
        super().__init__()
${members.map((line) => `        ${line}`).join("\n")}

    def forward(self, x):
${steps.map((line) => `        ${line}`).join("\n")}${methods.map((method) => `\n\n${method}`).join("")}`;
}

export const embeddingMember = ({ input }: ModelNetwork): readonly string[] =>
  input.kind === "tokens" && input.embedding !== undefined
    ? [`self.embedding = nn.Embedding(${input.vocabulary}, ${input.embedding})`]
    : [];

/** The lines that make vectors of tokens, where it reads tokens. */
export function readTokens(network: ModelNetwork, from: string, to: string): readonly string[] {
  const { input } = network;
  if (input.kind !== "tokens") return from === to ? [] : [`${to} = ${from}`];
  return isOneHot(network)
    ? [`${to} = ${oneHot(from, input.vocabulary)}`]
    : [`${to} = self.embedding(${from})`];
}

export const oneHot = (tokens: string, vocabulary: number): string =>
  `nn.functional.one_hot(${tokens}, ${vocabulary}).to(next(self.parameters()).dtype)`;

/** Undefined where the output is what the top layer hands on. */
export function headMember(network: ModelNetwork): string | undefined {
  if (parameterData(network, "output.weight") === undefined) return undefined;
  const reads = outputWidth(network.layers[network.layers.length - 1]);
  const bias = parameterData(network, "output.bias") === undefined ? ", bias=False" : "";
  return `self.output = nn.Linear(${reads}, ${network.output.size}${bias})`;
}

function lastStep(top: LayerDescription): string {
  const width = stateWidths(top)[0];
  return top.directions.length === 1
    ? "h = h[-1]"
    : `h = torch.cat([h[-1, :, :${width}], h[0, :, ${width}:]], dim=-1)  # each direction at its own last step`;
}

const conditionNames = ({ directions }: LayerDescription, layer: number): readonly string[] =>
  directions.map((direction) => `l${layer}${direction === "reverse" ? "_reverse" : ""}`);

function conditionMember({ layers }: ModelNetwork): readonly string[] {
  const size = layers[0].inputSize;
  const maps = layers.flatMap((layer, index) => {
    const states = stateWidths(layer).reduce((sum, width) => sum + width, 0);
    return conditionNames(layer, index).map(
      (name) => `        "${name}": nn.Linear(${size}, ${states}),`,
    );
  });
  return ["self.condition = nn.ModuleDict(", "    {", ...maps, "    }", ")"];
}

function firstStates({ layers }: ModelNetwork): string {
  const states = layers.map((layer, index) => {
    const names = conditionNames(layer, index)
      .map((name) => `"${name}"`)
      .join(", ");
    const mapped = `self.condition[name](vector) for name in [${names}]`;
    const widths = stateWidths(layer);
    return widths.length === 1
      ? `            torch.stack([${mapped}]),`
      : `            tuple(torch.stack([${mapped}]).split([${widths.join(", ")}], dim=-1)),`;
  });
  return `    def first_states(self, vector):
        """vector (B,I) → the states that each layer begins with, by a learnt linear map."""
        return [
${states.join("\n")}
        ]`;
}

function readingMethod(meaning: OutputMeaning): readonly string[] {
  switch (meaning.kind) {
    case "labels":
      return [
        `    @staticmethod
    def labels(output, blank=${meaning.blank}):
        """What CTC's best path says, for output (T,B,C): the likeliest class of each step, repeated ones once, blanks never."""
        paths = output.argmax(dim=-1).T.tolist()
        return [
            [label for t, label in enumerate(path) if label != blank and (t == 0 or label != path[t - 1])]
            for path in paths
        ]`,
      ];
    case "gaussian":
      return [
        `    @staticmethod
    def distribution(output):
        """The normal distribution of every target: its mean, and its standard deviation."""
        mean, log_variance = output.chunk(2, dim=-1)
        return mean, (log_variance / 2).exp()`,
      ];
    case "written":
      return [];
  }
}
