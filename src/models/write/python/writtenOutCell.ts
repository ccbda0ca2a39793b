/**
 * Recurrent layers that torch.nn does not have, as Python classes with every step written out: peepholes, layer
 * normalization, the GRU whose reset gate acts first. Each class has the lines that its cell needs and no others, and is
 * called as torch.nn's own layers are. The equations are those of `src/engine/cells`.
 */
import type { LayerDescription } from "../../../trace/trace.ts";

/** What makes one class differ from another. */
type Variant = Pick<
  LayerDescription,
  "cell" | "nonlinearity" | "reset" | "projection" | "peepholes" | "layerNorm"
>;

/** Whether torch.nn has no such layer. */
export const isWrittenOut = ({ reset, peepholes, layerNorm }: Variant): boolean =>
  reset === "before" || peepholes === true || layerNorm === true;

/** `LayerNormPeepholeLSTM`. */
export function writtenOutName(variant: Variant): string {
  const { cell, nonlinearity, reset, projection, peepholes, layerNorm } = variant;
  return [
    layerNorm ? "LayerNorm" : "",
    peepholes ? "Peephole" : "",
    projection ? "Projected" : "",
    reset === "before" ? "ResetBefore" : "",
    nonlinearity === "relu" ? "Relu" : "",
    cell.toUpperCase(),
  ].join("");
}

export function writtenOutClass(variant: Variant): string {
  const { cell, projection } = variant;
  const isLstm = cell === "lstm";
  return `class ${writtenOutName(variant)}(nn.Module):
    """${describe(variant)}"""

    def __init__(self, input_size, hidden_size${projection ? ", proj_size" : ""}, bidirectional=False):
        super().__init__()
        shapes = {
${shapes(variant)
  .map(([name, shape]) => `            "${name}": (${shape}),`)
  .join("\n")}
        }
        self.hidden_size = hidden_size
${projection ? "        self.proj_size = proj_size\n" : ""}        self.names = list(shapes)
        self.suffixes = ["_l0", "_l0_reverse"] if bidirectional else ["_l0"]
        for suffix in self.suffixes:
            for name, shape in shapes.items():
                self.register_parameter(name + suffix, nn.Parameter(torch.zeros(shape)))

${productMethod(variant)}

${stepMethod(variant)}

    def forward(self, x, state=None):
        """x (T,B,I) → h of all steps (T,B,D·H), and the last ${isLstm ? "h and c" : "h"} of each direction, as torch.nn.${cell.toUpperCase()}."""
        batch = x.shape[1]
        outputs, ends = [], []
        for d, suffix in enumerate(self.suffixes):
            p = {name: getattr(self, name + suffix) for name in self.names}
            if state is None:
                h = x.new_zeros(batch, self.${projection ? "proj_size" : "hidden_size"})
${isLstm ? "                c = x.new_zeros(batch, self.hidden_size)\n" : ""}            else:
                ${isLstm ? "h, c = state[0][d], state[1][d]" : "h = state[d]"}
            steps = []
            for x_t in x if d == 0 else x.flip(0):
                ${isLstm ? "h, c = self.step(p, x_t, h, c)" : "h = self.step(p, x_t, h)"}
                steps.append(h)
            out = torch.stack(steps)
            outputs.append(out if d == 0 else out.flip(0))
            ends.append(${isLstm ? "(h, c)" : "h"})
        return torch.cat(outputs, dim=-1), ${isLstm ? "tuple(torch.stack(parts) for parts in zip(*ends))" : "torch.stack(ends)"}`;
}

function describe({
  cell,
  nonlinearity,
  reset,
  projection,
  peepholes,
  layerNorm,
}: Variant): string {
  const extras = [
    ...(layerNorm ? ["layer normalization (Ba et al. 2016)"] : []),
    ...(peepholes ? ["peepholes (Gers et al. 2002)"] : []),
    ...(projection ? ["a projection (Sak et al. 2014)"] : []),
  ];
  const withExtras = extras.length === 0 ? "" : ` with ${listed(extras)}`;
  switch (cell) {
    case "rnn":
      return `An RNN of ${nonlinearity === "relu" ? "rectified" : "tanh"} units${withExtras}.`;
    case "lstm":
      return `An LSTM${withExtras}.`;
    case "gru":
      return reset === "before"
        ? `The GRU of Cho et al. 2014${withExtras}. Its reset gate acts before the recurrent product; torch.nn.GRU's acts after it.`
        : `A GRU${withExtras}.`;
  }
}

const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

const blocks = { rnn: "", gru: "3 * ", lstm: "4 * " } as const;

function shapes(variant: Variant): readonly (readonly [name: string, shape: string])[] {
  const { cell, projection, peepholes, layerNorm } = variant;
  const rows = `${blocks[cell]}hidden_size`;
  return [
    ["weight_ih", `${rows}, input_size`],
    ["weight_hh", `${rows}, ${projection ? "proj_size" : "hidden_size"}`],
    ["bias_ih", `${rows},`],
    ["bias_hh", `${rows},`],
    ...(projection ? ([["weight_hr", "proj_size, hidden_size"]] as const) : []),
    ...(peepholes ? ([["peephole", "3, hidden_size"]] as const) : []),
    ...(layerNorm
      ? ([
          ["layer_norm_ih", `${rows},`],
          ["layer_norm_hh", `${rows},`],
        ] as const)
      : []),
    ...(layerNorm && cell === "lstm"
      ? ([
          ["layer_norm_c_weight", "hidden_size,"],
          ["layer_norm_c_bias", "hidden_size,"],
        ] as const)
      : []),
  ];
}

const productMethod = ({ layerNorm }: Variant): string =>
  layerNorm
    ? `    def product(self, p, side, x, rows=slice(None)):
        """Some rows of W x, brought to mean 0 and deviation 1 together, scaled, plus the bias."""
        product = x @ p["weight_" + side][rows].T
        gain, bias = p["layer_norm_" + side][rows], p["bias_" + side][rows]
        return nn.functional.layer_norm(product, gain.shape, gain, bias)`
    : `    def product(self, p, side, x, rows=slice(None)):
        """Some rows of W x + b."""
        return nn.functional.linear(x, p["weight_" + side][rows], p["bias_" + side][rows])`;

function stepMethod(variant: Variant): string {
  const lines = stepLines(variant);
  const states = variant.cell === "lstm" ? "h, c" : "h";
  const sizes = variant.projection ? "h (B,P), c (B,H)" : `${states} (B,H)`;
  return `    def step(self, p, x, ${states}):
        """One time step, by the parameters p of one direction: x (B,I), ${sizes}."""
${lines.map((line) => `        ${line}`).join("\n")}`;
}

function stepLines(variant: Variant): readonly string[] {
  const { cell, nonlinearity, reset, projection, peepholes, layerNorm } = variant;
  if (cell === "rnn") {
    return [
      `return torch.${nonlinearity ?? "tanh"}(self.product(p, "ih", x) + self.product(p, "hh", h))`,
    ];
  }
  if (cell === "gru") {
    const product =
      reset === "before"
        ? 'self.product(p, "hh", r * h, candidate)'
        : 'r * self.product(p, "hh", h, candidate)';
    return [
      "gates, candidate = slice(2 * self.hidden_size), slice(2 * self.hidden_size, None)",
      'sums = self.product(p, "ih", x, gates) + self.product(p, "hh", h, gates)',
      "r, z = torch.sigmoid(sums).chunk(2, dim=-1)",
      `n = torch.tanh(self.product(p, "ih", x, candidate) + ${product})`,
      "return (1 - z) * n + z * h",
    ];
  }
  const seen = (gate: string, at: number, c: string): string =>
    peepholes ? `${gate} + p["peephole"][${at}] * ${c}` : gate;
  const squashed = layerNorm
    ? 'nn.functional.layer_norm(c, c.shape[-1:], p["layer_norm_c_weight"], p["layer_norm_c_bias"])'
    : "c";
  return [
    'sums = self.product(p, "ih", x) + self.product(p, "hh", h)',
    "i, f, g, o = sums.chunk(4, dim=-1)",
    `i = torch.sigmoid(${seen("i", 0, "c")})`,
    `f = torch.sigmoid(${seen("f", 1, "c")})`,
    "c = f * c + i * torch.tanh(g)",
    `o = torch.sigmoid(${seen("o", 2, "c")})`,
    `h = o * torch.tanh(${squashed})`,
    ...(projection ? ['h = h @ p["weight_hr"].T'] : []),
    "return h, c",
  ];
}
