/**
 * The sub-steps of one time step in the order in which the engine computes them, forward and backward, each with its
 * equation. Letters as in the cells' docstrings (`src/engine/cells`): h₋ is the state that the cell read, h₊ the one it is
 * read by; ⊙ multiplies unit by unit.
 */
import { gradientOf, layerTensor, lossTitles, partTitles } from "../../trace/names.ts";
import type { Direction, LayerDescription, ModelDescription, Trace } from "../../trace/trace.ts";

export interface SubStep {
  /** `forget gate`, `gradient of the cell state`. */
  readonly title: string;
  readonly equation: string;
  /** What it computes, as in the trace. */
  readonly tensor: string;
  /** Absent for what belongs to no layer: the input, the output, the loss. */
  readonly cell?: {
    readonly layer: number;
    readonly direction: Direction;
    readonly part: string;
  };
}

/** A part of a cell, and how it comes about. */
type Equations = readonly (readonly [part: string, equation: string])[];

const lstmForward: Equations = [
  ["i", "i = σ(W_ii x + b_ii + W_hi h₋ + b_hi)"],
  ["f", "f = σ(W_if x + b_if + W_hf h₋ + b_hf)"],
  ["g", "g = tanh(W_ig x + b_ig + W_hg h₋ + b_hg)"],
  ["c", "c = f ⊙ c₋ + i ⊙ g"],
  ["o", "o = σ(W_io x + b_io + W_ho h₋ + b_ho)"],
  ["h", "h = o ⊙ tanh(c)"],
];

const lstmBackward: Equations = [
  ["h", "dh = dh from above + dh from the future"],
  ["o", "do = dh ⊙ tanh(c)"],
  ["c", "dc = dc₊ ⊙ f₊ + dh ⊙ o ⊙ (1 − tanh²(c))"],
  ["g", "dg = dc ⊙ i"],
  ["f", "df = dc ⊙ c₋"],
  ["i", "di = dc ⊙ g"],
];

const gruForward = (reset: "after" | "before"): Equations => [
  ["r", "r = σ(W_ir x + b_ir + W_hr h₋ + b_hr)"],
  ["z", "z = σ(W_iz x + b_iz + W_hz h₋ + b_hz)"],
  [
    "n",
    reset === "after"
      ? "n = tanh(W_in x + b_in + r ⊙ (W_hn h₋ + b_hn))"
      : "n = tanh(W_in x + b_in + W_hn (r ⊙ h₋) + b_hn)",
  ],
  ["h", "h = (1 − z) ⊙ n + z ⊙ h₋"],
];

const gruBackward = (reset: "after" | "before"): Equations => [
  ["h", "dh = dh from above + dh from the future"],
  ["z", "dz = dh ⊙ (h₋ − n)"],
  ["n", "dn = dh ⊙ (1 − z)"],
  [
    "r",
    reset === "after" ? "dr = dn ⊙ (1 − n²) ⊙ (W_hn h₋ + b_hn)" : "dr = W_hnᵀ (dn ⊙ (1 − n²)) ⊙ h₋",
  ],
];

function equationsOf(
  { cell, nonlinearity = "tanh", reset = "after" }: LayerDescription,
  phase: "forward" | "backward",
): Equations {
  switch (cell) {
    case "lstm":
      return phase === "forward" ? lstmForward : lstmBackward;
    case "gru":
      return phase === "forward" ? gruForward(reset) : gruBackward(reset);
    case "rnn":
      return phase === "forward"
        ? [["h", `h = ${nonlinearity}(W_ih x + b_ih + W_hh h₋ + b_hh)`]]
        : [["h", "dh = dh from above + dh from the future"]];
  }
}

/** Every sub-step of step `t`. Those whose tensors the trace does not have are left out. */
export function subStepsOf(
  trace: Trace,
  phase: "forward" | "backward",
  t: number,
): readonly SubStep[] {
  const all =
    phase === "forward"
      ? [inputStep(trace.model), ...cellSteps(trace.model, phase), ...outputSteps(trace, t)]
      : [...outputGradients(trace, t), ...cellSteps(trace.model, phase), inputGradient];
  return all.filter(({ tensor }) => trace.tensors.has(tensor));
}

function cellSteps(model: ModelDescription, phase: "forward" | "backward"): readonly SubStep[] {
  const cells = model.layers.flatMap((description, layer) =>
    description.directions.map((direction) =>
      equationsOf(description, phase).map(([part, equation]): SubStep => {
        const tensor = layerTensor(layer, direction, part);
        const title = partTitles[part] ?? part;
        return {
          title: phase === "forward" ? title : `gradient of the ${title}`,
          equation: direction === "reverse" ? readBackwards(equation) : equation,
          tensor: phase === "forward" ? tensor : gradientOf(tensor),
          cell: { layer, direction, part },
        };
      }),
    ),
  );
  return (phase === "forward" ? cells : cells.toReversed()).flat();
}

/** What a cell that reads backwards has behind it is the step after. */
const readBackwards = (equation: string): string =>
  equation.replaceAll(/[₋₊]/g, (sign) => (sign === "₋" ? "₊" : "₋"));

const inputStep = (model: ModelDescription): SubStep => ({
  title: "input",
  equation:
    model.input.kind === "dense"
      ? "x = the row, scaled as in training"
      : model.input.embedding === undefined
        ? "x = one-hot(token)"
        : "x = embedding.weight[token]",
  tensor: "input",
});

const inputGradient: SubStep = {
  title: "gradient of the input",
  equation: "dx = W_ihᵀ da, summed over directions",
  tensor: gradientOf("input"),
};

/** Whether the network says anything at step `t`. */
export const speaksAt = ({ model, steps }: Trace, t: number): boolean =>
  model.output.at === "each-step" || t === steps - 1;

function outputSteps(trace: Trace, t: number): readonly SubStep[] {
  if (!speaksAt(trace, t)) return [];
  return [
    { title: "output", equation: "output = W_y h + b_y", tensor: "output" },
    { title: "loss", equation: `loss: ${lossTitles[trace.model.loss].title}`, tensor: "loss" },
  ];
}

function outputGradients(trace: Trace, t: number): readonly SubStep[] {
  if (!speaksAt(trace, t)) return [];
  return [
    {
      title: "gradient of the output",
      equation:
        trace.model.loss === "cross-entropy"
          ? "dL/d output = (p − target) ⋅ share of the loss"
          : "dL/d output",
      tensor: gradientOf("output"),
    },
  ];
}

/** The first sub-step, counted from 1, of what is computed after the cell in which sub-step `inside` lies. */
export function afterCell(subSteps: readonly SubStep[], inside: number): number | undefined {
  const current = subSteps[inside - 1]?.cell;
  const after = subSteps.findIndex(
    ({ cell }, index) =>
      index >= inside && (cell?.layer !== current?.layer || cell?.direction !== current?.direction),
  );
  return after < 0 ? undefined : after + 1;
}
