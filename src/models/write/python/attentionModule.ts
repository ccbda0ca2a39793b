/** Attention as a torch.nn module: what a decoder looks at its source with, or what pools a sequence into one vector. */
import { outputWidth } from "../networkToWrite.ts";
import type { ModelNetwork } from "../../modelContents.ts";

const ending = `        weights = scores.softmax(dim=0)
        return (weights[..., None] * memory).sum(dim=0), weights`;

const scoreVector = (size: number): string =>
  `        self.score = nn.ParameterDict({"weight": nn.Parameter(torch.zeros(${size}))})`;

/** Undefined for a network without attention. */
export function attentionClass(network: ModelNetwork): string | undefined {
  const { layers, decoder, pooling } = network;
  if (pooling) return poolingClass(pooling.size, outputWidth(layers[layers.length - 1]));
  if (!decoder?.attention) return undefined;
  const query = outputWidth(layers[layers.length - 1]);
  const memory = outputWidth(layers[decoder.firstLayer - 1]);
  const { attention } = decoder;
  const isAdditive = attention.score === "additive";
  const members = isAdditive
    ? [
        `        self.query = nn.Linear(${query}, ${attention.size}, bias=False)`,
        `        self.key = nn.Linear(${memory}, ${attention.size}, bias=False)`,
        scoreVector(attention.size),
      ]
    : [
        ...(attention.score === "general"
          ? [`        self.key = nn.Linear(${memory}, ${query}, bias=False)`]
          : []),
        `        self.combine = nn.Linear(${memory + query}, ${query}, bias=False)`,
      ];
  const scores = {
    additive: 'torch.tanh(self.query(query) + self.key(memory)) @ self.score["weight"]',
    general: "(query * self.key(memory)).sum(dim=-1)",
    dot: "(query * memory).sum(dim=-1)",
  }[attention.score];
  const source = isAdditive
    ? "Additive attention (Bahdanau et al. 2015): the state before a step looks at the source."
    : "Multiplicative attention (Luong et al. 2015): the state after a step looks at the source.";
  return `class Attention(nn.Module):
    """${source}"""

    def __init__(self):
        super().__init__()
${members.join("\n")}

    def forward(self, query, memory):
        """query (B,H), memory (S,B,K) → the context (B,K), and how much of each step is in it (S,B)."""
        scores = ${scores}
${ending}`;
}

const poolingClass = (size: number, memory: number): string => `class Attention(nn.Module):
    """A learnt vector looks at all steps (Yang et al. 2016; Raffel & Ellis 2015)."""

    def __init__(self):
        super().__init__()
        self.key = nn.Linear(${memory}, ${size})
${scoreVector(size)}

    def forward(self, memory):
        """memory (T,B,K) → the context (B,K), and how much of each step is in it (T,B)."""
        scores = torch.tanh(self.key(memory)) @ self.score["weight"]
${ending}`;
