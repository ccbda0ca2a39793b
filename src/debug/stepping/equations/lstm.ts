import type { LayerDescription } from "../../../trace/trace.ts";
import {
  squashName,
  stateGradient,
  sumTerms,
  sumText,
  term,
  type CellEquations,
  type PartEquation,
  type Term,
} from "./equation.ts";

const blocks = ["i", "f", "g", "o"] as const;
/** The order of the rows of the peepholes. */
const peepholeGates = ["i", "f", "o"];

/** Of `src/engine/cells/lstm.ts` and `lstmVariant.ts`: with peepholes, projection and layer normalization where the layer has them. */
export function lstmEquations(layer: LayerDescription): CellEquations {
  const { layerNorm = false, projection } = layer;
  const squash = squashName(layer, "output");
  // What is squashed on its way from c to h.
  const squashed = layerNorm
    ? term("tanh(γ ⊙ norm(c) + β)", "tanh(layer_norm_c_weight * normalize(c) + layer_norm_c_bias)")
    : // The language has no name for other functions: what they are of is shown.
      term(`${squash}(c)`, squash === "tanh" ? "tanh(c)" : "c");
  const [input, forget, candidate, output] = blocks.map((part) => gate(layer, part));
  return {
    forward: [
      input,
      forget,
      candidate,
      {
        part: "c",
        equation: "c = f ⊙ c₋ + i ⊙ g",
        terms: [term("f ⊙ c₋", "f * before(c)"), term("i ⊙ g", "i * g")],
      },
      output,
      {
        part: "h",
        equation: projection ? `h = W_hr (o ⊙ ${squashed.name})` : `h = o ⊙ ${squashed.name}`,
        terms: [term("o"), squashed],
      },
    ],
    backward: [stateGradient, ...backward(layer, squashed)],
  };
}

function gate(layer: LayerDescription, part: (typeof blocks)[number]): PartEquation {
  const { hidden, layerNorm = false, peepholes = false, functions } = layer;
  if (part === "f" && functions?.coupled) {
    return { part, equation: "f = 1 − i", terms: [term("i")] };
  }
  const squash = squashName(layer, part === "g" ? "candidate" : "gate");
  const block = blocks.indexOf(part);
  const row = peepholeGates.indexOf(part);
  const seen = part === "o" ? term("c") : term("c₋", "before(c)");
  const hasPeephole = peepholes && row >= 0;
  const look = hasPeephole ? ` + p_${part} ⊙ ${seen.name}` : "";
  return {
    part,
    equation: `${part} = ${squash}(${sumText(part, layerNorm)}${look})`,
    terms: [
      ...sumTerms({
        part,
        rows: [block * hidden, (block + 1) * hidden],
        normalized: layerNorm ? [0, 4 * hidden] : undefined,
      }),
      ...(hasPeephole
        ? [term(`p_${part} ⊙ ${seen.name}`, `peephole[${row}] * ${seen.expression}`)]
        : []),
    ],
  };
}

function backward(
  { projection, layerNorm = false, peepholes = false, functions }: LayerDescription,
  squashed: Term,
): readonly PartEquation[] {
  // dL/d(o ⊙ tanh(c)), which is dh unless the layer projects it.
  const above = projection ? "W_hrᵀ dh" : "dh";
  const isPlain = !projection && !layerNorm && !peepholes && !functions;
  const slope = functions ? "slope of what squashes c" : "(1 − tanh²(c))";
  const extra = `${layerNorm ? ", through the normalization" : ""}${peepholes ? " + what the peepholes of the gates bring back" : ""}`;
  return [
    {
      part: "o",
      equation: `do = ${above} ⊙ ${squashed.name}`,
      terms: [term("dh"), squashed],
    },
    {
      part: "c",
      equation: `dc = dc₊ ⊙ f₊ + ${above} ⊙ o ⊙ ${slope}${extra}`,
      terms: [
        term("dc₊ ⊙ f₊", "after(dc) * after(f)"),
        ...(isPlain ? [term("dh ⊙ o ⊙ (1 − tanh²(c))", "dh * o * (1 - tanh(c) ^ 2)")] : []),
      ],
    },
    { part: "g", equation: "dg = dc ⊙ i", terms: [term("dc"), term("i")] },
    { part: "f", equation: "df = dc ⊙ c₋", terms: [term("dc"), term("c₋", "before(c)")] },
    { part: "i", equation: "di = dc ⊙ g", terms: [term("dc"), term("g")] },
  ];
}
