import type { LayerDescription } from "../../../trace/trace.ts";
import {
  squashName,
  stateGradient,
  sumTerms,
  sumText,
  term,
  type CellEquations,
  type PartEquation,
} from "./equation.ts";

/** Of `src/engine/cells/gruAfter.ts` and `gruBefore.ts`. */
export function gruEquations(layer: LayerDescription): CellEquations {
  const { hidden, reset = "after", layerNorm = false, functions } = layer;
  const squash = squashName(layer, "candidate");
  const gate = (part: "r" | "z", block: number): PartEquation => ({
    part,
    equation: `${part} = ${squashName(layer, "gate")}(${sumText(part, layerNorm)})`,
    terms: sumTerms({
      part,
      rows: [block * hidden, (block + 1) * hidden],
      normalized: layerNorm ? [0, 2 * hidden] : undefined,
    }),
  });
  const rows = [2 * hidden, 3 * hidden] as const;
  const normalized = layerNorm ? rows : undefined;
  const isAfter = reset === "after";
  const candidate: PartEquation = isAfter
    ? {
        part: "n",
        equation: layerNorm
          ? `n = ${squash}(γ ⊙ norm(W_in x) + b_in + r ⊙ (γ ⊙ norm(W_hn h₋) + b_hn))`
          : `n = ${squash}(W_in x + b_in + r ⊙ (W_hn h₋ + b_hn))`,
        terms: [...sumTerms({ part: "n", rows, normalized }), term("r")],
      }
    : {
        part: "n",
        equation: `n = ${squash}(${sumText("n", layerNorm, "(r ⊙ h₋)")})`,
        terms: sumTerms({ part: "n", rows, normalized, state: term("(r ⊙ h₋)", "r * before(h)") }),
      };
  return {
    forward: [
      gate("r", 0),
      gate("z", 1),
      candidate,
      {
        part: "h",
        equation: "h = (1 − z) ⊙ n + z ⊙ h₋",
        terms: [term("(1 − z) ⊙ n", "(1 - z) * n"), term("z ⊙ h₋", "z * before(h)")],
      },
    ],
    backward: [
      stateGradient,
      {
        part: "z",
        equation: "dz = dh ⊙ (h₋ − n)",
        terms: [term("dh"), term("h₋ − n", "before(h) - n")],
      },
      {
        part: "n",
        equation: "dn = dh ⊙ (1 − z)",
        terms: [term("dh"), term("1 − z", "1 - z")],
      },
      {
        part: "r",
        equation: isAfter
          ? `dr = dn ⊙ ${functions ? "slope" : "(1 − n²)"} ⊙ what r multiplies`
          : "dr = dL/d(r ⊙ h₋) ⊙ h₋",
        terms: !isAfter
          ? [term("h₋", "before(h)")]
          : functions
            ? [term("dn")]
            : [term("dn ⊙ (1 − n²)", "dn * (1 - n ^ 2)")],
      },
    ],
  };
}
