/**
 * The numbers behind a sub-step's equation: each of its terms as an expression of the language, so that they can be looked
 * at, watched and compared.
 */
import { gatesOf } from "../../trace/names.ts";
import type { ModelDescription } from "../../trace/trace.ts";
import type { SubStep } from "../stepping/subSteps.ts";
import type { Shown } from "./expressionItem.ts";

export interface Terms {
  /** An expression for what the sub-step computes. */
  readonly result: string;
  readonly terms: readonly Shown[];
}

const term = (name: string, expression: string): Shown => ({ name, expression });
const itself = (expression: string): Shown => ({ name: expression, expression });

export function termsOf({ tensor, cell }: SubStep, model: ModelDescription): Terms {
  const isGradient = tensor.startsWith("grad.");
  if (!cell) return { result: results[tensor] ?? tensor, terms: [] };
  const description = model.layers[cell.layer];
  const kind = description.cell;
  if (isGradient) {
    return { result: `d${cell.part}`, terms: backwardTerms(kind, cell.part, description.reset) };
  }
  const { part } = cell;
  const combined = combinations[`${kind} ${part}`];
  if (combined) return { result: part, terms: combined };
  const block = (gatesOf[kind] as readonly string[]).indexOf(part);
  return {
    result: part,
    terms: sums(
      part,
      Math.max(0, block),
      description.hidden,
      kind === "gru" && description.reset !== "after" && part === "n",
    ),
  };
}

const results: Readonly<Record<string, string>> = {
  input: "x",
  "grad.input": "dx",
  "grad.output": "doutput",
};

/** What a gate or an RNN's h adds up before it is squashed: block `block` of the weights, each H rows. */
function sums(part: string, block: number, hidden: number, isReset: boolean): readonly Shown[] {
  const rows = `[${block * hidden}:${(block + 1) * hidden}]`;
  const state = isReset ? "r * before(h)" : "before(h)";
  return [
    term(`W_i${part} x`, `matmul(weight_ih${rows}, x)`),
    term(`b_i${part}`, `bias_ih${rows}`),
    term(`W_h${part} ${isReset ? "(r ⊙ h₋)" : "h₋"}`, `matmul(weight_hh${rows}, ${state})`),
    term(`b_h${part}`, `bias_hh${rows}`),
  ];
}

/** Sub-steps that combine what is there already. */
const combinations: Readonly<Record<string, readonly Shown[]>> = {
  "lstm c": [term("f ⊙ c₋", "f * before(c)"), term("i ⊙ g", "i * g")],
  "lstm h": [itself("o"), term("tanh(c)", "tanh(c)")],
  "gru h": [term("(1 − z) ⊙ n", "(1 - z) * n"), term("z ⊙ h₋", "z * before(h)")],
};

function backwardTerms(kind: string, part: string, reset = "after"): readonly Shown[] {
  if (part === "h") {
    return [
      term("dh from above", "dh_above"),
      term("dh from the future", "dh_future"),
      term("growth ‖dh₋‖ / ‖dh‖", "growth"),
    ];
  }
  const terms: Readonly<Record<string, readonly Shown[]>> = {
    "lstm o": [itself("dh"), term("tanh(c)", "tanh(c)")],
    "lstm c": [
      term("dc₊ ⊙ f₊", "after(dc) * after(f)"),
      term("dh ⊙ o ⊙ (1 − tanh²(c))", "dh * o * (1 - tanh(c) ^ 2)"),
    ],
    "lstm g": [itself("dc"), itself("i")],
    "lstm f": [itself("dc"), term("c₋", "before(c)")],
    "lstm i": [itself("dc"), itself("g")],
    "gru z": [itself("dh"), term("h₋ − n", "before(h) - n")],
    "gru n": [itself("dh"), term("1 − z", "1 - z")],
    "gru r": [
      term("dn ⊙ (1 − n²)", "dn * (1 - n ^ 2)"),
      ...(reset === "after" ? [] : [term("h₋", "before(h)")]),
    ],
  };
  return terms[`${kind} ${part}`] ?? [];
}
