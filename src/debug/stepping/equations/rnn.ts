import type { LayerDescription } from "../../../trace/trace.ts";
import { squashName, stateGradient, sumTerms, sumText, type CellEquations } from "./equation.ts";

/** Of `src/engine/cells/rnn.ts`. */
export function rnnEquations(layer: LayerDescription): CellEquations {
  const { hidden, layerNorm = false, nonlinearity = "tanh", functions } = layer;
  const squash = functions ? squashName(layer, "candidate") : nonlinearity;
  const rows = [0, hidden] as const;
  return {
    forward: [
      {
        part: "h",
        equation: `h = ${squash}(${sumText("h", layerNorm)})`,
        terms: sumTerms({ part: "h", rows, normalized: layerNorm ? rows : undefined }),
      },
    ],
    backward: [stateGradient],
  };
}
