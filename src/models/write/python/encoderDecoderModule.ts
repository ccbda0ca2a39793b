/** The torch.nn.Module of an encoder-decoder: it reads a source, and writes a target one token after the other. */
import type { DecoderDescription } from "../../../trace/trace.ts";
import type { ModelNetwork } from "../../modelContents.ts";
import { outputWidth, stateWidths } from "../networkToWrite.ts";
import type { OutputMeaning } from "../outputMeaning.ts";
import { recurrentModule } from "./recurrentModules.ts";
import { embeddingMember, headMember, oneHot, readTokens } from "./sequenceModule.ts";

/** Tokens that are written at most, where no data says how long targets are. */
const usualLength = 100;

export function encoderDecoderModule(
  network: ModelNetwork,
  decoder: DecoderDescription,
  meaning: OutputMeaning | undefined,
): string {
  const { firstLayer, attention, start } = decoder;
  const memory = outputWidth(network.layers[firstLayer - 1]);
  const written = network.layers.slice(firstLayer);
  const bridges = written.map(
    (layer, index) => `        "l${index}": nn.Linear(${memory}, ${stateWidths(layer)[0]}),`,
  );
  const head = headMember(network);
  const members = [
    ...embeddingMember(network),
    `self.rnn = ${recurrentModule(network, 8, 0, firstLayer)}`,
    "self.decoder = Decoder()",
    ...(start === "map" ? ["self.bridge = nn.ModuleDict(", "    {", ...bridges, "    }", ")"] : []),
    ...(attention ? ["self.attention = Attention()"] : []),
    ...(head ? [head] : []),
  ];
  const kept = keptOfSource(decoder);
  const encoded = [...kept, "states"].join(", ");
  const given = ["states", ...kept].join(", ");
  const most = meaning?.kind === "written" ? meaning.mostTokens : usualLength;
  return `${decoderClass(network, decoder)}


class Model(nn.Module):
    def __init__(self):
        super().__init__()
${members.map((line) => `        ${line}`).join("\n")}

${encodeMethod(network, decoder, encoded)}

${stepMethod(network, decoder, given)}

    def forward(self, source, read):
        """Teacher forcing: \`read\` (T,B) is what the decoder reads, token 0 first and then the target. Gives logits (T,B,V)."""
        ${encoded} = self.encode(source)
        outputs = []
        for token in read:
            logits, states = self.step(token, ${given})
            outputs.append(logits)
        return torch.stack(outputs)

    @torch.no_grad()
    def translate(self, source, most=${most}):
        """What it writes for each source of (S,B): the likeliest token at every step, until token 0 ends it."""
        ${encoded} = self.encode(source)
        token = torch.zeros(source.shape[1], dtype=torch.long, device=source.device)
        written = []
        for _ in range(most):
            logits, states = self.step(token, ${given})
            token = logits.argmax(dim=-1)
            written.append(token)
        rows = torch.stack(written).T.tolist()
        return [row[: row.index(0)] if 0 in row else row for row in rows]`;
}

/** What every step of the decoder looks at besides its states. */
const keptOfSource = ({ attention, context }: DecoderDescription): readonly string[] => [
  ...(attention ? ["memory"] : []),
  // Additive attention's context takes the place of this one.
  ...(context && attention?.score !== "additive" ? ["summary"] : []),
];

function decoderClass(network: ModelNetwork, decoder: DecoderDescription): string {
  const { firstLayer, embedding, vocabulary } = decoder;
  const table =
    embedding === undefined
      ? ""
      : `        self.embedding = nn.Embedding(${vocabulary}, ${embedding})\n`;
  return `class Decoder(nn.Module):
    """What the half that writes has for itself."""

    def __init__(self):
        super().__init__()
${table}        self.rnn = ${recurrentModule(network, 8, firstLayer)}`;
}

function encodeMethod(network: ModelNetwork, decoder: DecoderDescription, encoded: string): string {
  const { start, firstLayer } = decoder;
  const isLstm = network.layers[firstLayer - 1].cell === "lstm";
  const kept = keptOfSource(decoder);
  const needsSummary = start === "map" || kept.includes("summary");
  const lines = [
    ...readTokens(network, "source", "x"),
    "memory, ends = self.rnn(x)",
    ...(needsSummary ? [`summary = side_by_side(ends[-1]${isLstm ? "[0]" : ""})[0]`] : []),
    ...firstStates(network, decoder),
    `return ${encoded}`,
  ];
  const what = kept.includes("memory")
    ? "what the encoder hands on at each step (S,B,K), and "
    : kept.includes("summary")
      ? "its summary (B,M), and "
      : "";
  return `    def encode(self, source):
        """source (S,B) → ${what}the states that the decoder begins with."""
${lines.map((line) => `        ${line}`).join("\n")}`;
}

const zeros = (width: number): string => `memory.new_zeros(1, batch, ${width})`;

/** Per layer of the decoder: h (1,B,H), and c for an LSTM. */
function firstStates(network: ModelNetwork, decoder: DecoderDescription): readonly string[] {
  const { start, firstLayer } = decoder;
  if (start === "copy") {
    return [
      "states = [",
      "    tuple(map(side_by_side, end)) if isinstance(end, tuple) else side_by_side(end)",
      "    for end in ends",
      "]",
    ];
  }
  const states = network.layers.slice(firstLayer).map((layer, index) => {
    const [width, ...others] = stateWidths(layer);
    const h =
      start === "map" ? `torch.tanh(self.bridge["l${index}"](summary))[None]` : zeros(width);
    return others.length === 0 ? `    ${h},` : `    (${[h, ...others.map(zeros)].join(", ")}),`;
  });
  const needsBatch = states.some((state) => state.includes("batch"));
  return [...(needsBatch ? ["batch = memory.shape[1]"] : []), "states = [", ...states, "]"];
}

function stepMethod(network: ModelNetwork, decoder: DecoderDescription, given: string): string {
  const { embedding, vocabulary, attention } = decoder;
  const top = network.layers[network.layers.length - 1];
  const before = top.cell === "lstm" ? "states[-1][0][0]" : "states[-1][0]";
  const joinsSummary = keptOfSource(decoder).includes("summary");
  const head = headMember(network);
  const lines = [
    embedding === undefined
      ? `x = ${oneHot("token", vocabulary)}`
      : "x = self.decoder.embedding(token)",
    ...(attention?.score === "additive"
      ? [`context, _ = self.attention(${before}, memory)`, "x = torch.cat([x, context], dim=-1)"]
      : []),
    ...(joinsSummary ? ["x = torch.cat([x, summary], dim=-1)"] : []),
    "h, states = self.decoder.rnn(x[None], states)",
    "h = h[0]",
    ...(attention && attention.score !== "additive"
      ? [
          "context, _ = self.attention(h, memory)",
          "h = torch.tanh(self.attention.combine(torch.cat([context, h], dim=-1)))",
        ]
      : []),
    `return ${head ? "self.output(h)" : "h"}, states`,
  ];
  return `    def step(self, token, ${given}):
        """One step of the decoder: the token before it (B) → logits of the next one (B,V), and the states after it."""
${lines.map((line) => `        ${line}`).join("\n")}`;
}

export const sideBySide = `def side_by_side(state):
    """(D,B,H) of all directions → (1,B,D·H)."""
    return torch.cat(list(state), dim=-1)[None]`;
