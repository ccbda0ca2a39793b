/** What sets a layer's cell apart from the plain one of its kind, in words. */
import { functionsInWords } from "./cellFunctions.ts";
import type { LayerDescription } from "./trace.ts";

/** `["h 16", "peepholes", "layer norm"]`; empty for a plain cell. */
export function variantWords({
  projection,
  peepholes,
  layerNorm,
  functions,
}: LayerDescription): readonly string[] {
  return [
    ...(projection ? [`h ${projection}`] : []),
    ...(peepholes ? ["peepholes"] : []),
    ...(layerNorm ? ["layer norm"] : []),
    ...(functions ? functionsInWords(functions) : []),
  ];
}
