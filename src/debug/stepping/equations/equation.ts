/**
 * How a part of a cell comes about: its equation as in the cells' docstrings (`src/engine/cells`), and the numbers behind
 * it, each term as an expression of the language. h₋ is the state that the cell read, c₊ the one that it is read by;
 * ⊙ multiplies unit by unit.
 */
import { squashInWords } from "../../../trace/cellFunctions.ts";
import type { LayerDescription } from "../../../trace/trace.ts";

export interface Term {
  /** As in the equation. */
  readonly name: string;
  readonly expression: string;
}

export interface PartEquation {
  /** `i`, `c`, `h`: what it computes. On the way back, dL/d that. */
  readonly part: string;
  readonly equation: string;
  readonly terms: readonly Term[];
}

/** In the order in which they are computed. */
export interface CellEquations {
  readonly forward: readonly PartEquation[];
  readonly backward: readonly PartEquation[];
}

/** `tanh`, or what the layer squashes with in its place. */
export const squashName = (
  { functions }: LayerDescription,
  place: "gate" | "candidate" | "output",
): string => {
  const squash = functions?.[place] ?? { name: place === "gate" ? "sigmoid" : "tanh" };
  const name = squash.name === "sigmoid" ? "σ" : squashInWords(squash);
  return functions?.clip !== undefined && place !== "output" ? `${name}∘clip` : name;
};

export const term = (name: string, expression = name): Term => ({ name, expression });

/** Rows of a cell's weights, half-open. */
export type Rows = readonly [from: number, to: number];

interface SumOptions {
  /** `i` for W_ii and W_hi. */
  readonly part: string;
  readonly rows: Rows;
  /** Rows that layer normalization takes together; absent where there is none. */
  readonly normalized?: Rows;
  /** What the recurrent weights multiply. */
  readonly state?: Term;
}

const previousState = term("h₋", "before(h)");

/** What a gate adds up before it is squashed: W_i x + b_i + W_h h₋ + b_h, its products normalized where the cell does that. */
export function sumTerms({
  part,
  rows,
  normalized,
  state = previousState,
}: SumOptions): readonly Term[] {
  return [
    product("ih", `W_i${part} x`, rows, normalized, "x"),
    term(`b_i${part}`, `bias_ih${slice(rows)}`),
    product("hh", `W_h${part} ${state.name}`, rows, normalized, state.expression),
    term(`b_h${part}`, `bias_hh${slice(rows)}`),
  ];
}

function product(
  kind: "ih" | "hh",
  name: string,
  rows: Rows,
  normalized: Rows | undefined,
  vector: string,
): Term {
  if (!normalized) return term(name, `matmul(weight_${kind}${slice(rows)}, ${vector})`);
  const [start] = normalized;
  const within = slice([rows[0] - start, rows[1] - start]);
  const all = `normalize(matmul(weight_${kind}${slice(normalized)}, ${vector}))`;
  return term(`γ ⊙ norm(${name})`, `layer_norm_${kind}${slice(rows)} * ${all}${within}`);
}

const slice = ([from, to]: Rows): string => `[${from}:${to}]`;

/** The same sum as it is written in an equation. */
export function sumText(part: string, isNormalized: boolean, state = "h₋"): string {
  const [read, kept] = [`W_i${part} x`, `W_h${part} ${state}`];
  return isNormalized
    ? `γ ⊙ norm(${read}) + b_i${part} + γ ⊙ norm(${kept}) + b_h${part}`
    : `${read} + b_i${part} + ${kept} + b_h${part}`;
}

/** Of every cell: what comes from above and what comes from the future. */
export const stateGradient: PartEquation = {
  part: "h",
  equation: "dh = dh from above + dh from the future",
  terms: [
    term("dh from above", "dh_above"),
    term("dh from the future", "dh_future"),
    term("growth ‖dh₋‖ / ‖dh‖", "growth"),
  ],
};
