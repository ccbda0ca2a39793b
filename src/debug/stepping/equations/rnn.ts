import type { LayerDescription } from "../../../trace/trace.ts";
import { stateGradient, sumTerms, sumText, type CellEquations } from "./equation.ts";

/** Of `src/engine/cells/rnn.ts`. */
export function rnnEquations({
  hidden,
  nonlinearity = "tanh",
  layerNorm = false,
}: LayerDescription): CellEquations {
  const rows = [0, hidden] as const;
  return {
    forward: [
      {
        part: "h",
        equation: `h = ${nonlinearity}(${sumText("h", layerNorm)})`,
        terms: sumTerms({ part: "h", rows, normalized: layerNorm ? rows : undefined }),
      },
    ],
    backward: [stateGradient],
  };
}
