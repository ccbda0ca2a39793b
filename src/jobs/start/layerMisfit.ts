/** Whether a layer of a trained model computes what the same layer of a config does, so that its weights mean the same. */
import type { Config } from "../../config/schema.ts";
import type { LayerDescription } from "../../trace/trace.ts";

export interface Misfit {
  /** The key of the config that it is about. */
  readonly path: readonly (string | number)[];
  /** Goes on from "It does not fit: ". */
  readonly reason: string;
}

/** What a config says of a layer, by its keys there; in the order in which a person would ask. */
const facts: readonly (readonly [key: string, of: (layer: LayerDescription) => unknown])[] = [
  ["cell", ({ cell }) => cell],
  ["hidden", ({ hidden }) => hidden],
  ["bidirectional", ({ directions }) => directions.length === 2],
  ["projection", ({ projection }) => projection],
  ["nonlinearity", ({ nonlinearity }) => nonlinearity],
  ["reset", ({ reset }) => reset],
  ["peepholes", ({ peepholes = false }) => peepholes],
  ["layerNorm", ({ layerNorm = false }) => layerNorm],
];

/** Undefined where both are the same; sizes of the input are not looked at. */
export function layerMisfit(
  theirs: LayerDescription | undefined,
  own: LayerDescription,
  path: Misfit["path"],
  title: string,
): Misfit | undefined {
  if (!theirs) return { path, reason: `it has no ${title}` };
  if (theirs.functions) {
    return { path, reason: `its ${title} squashes with other functions than a config can say` };
  }
  if (theirs.directions[0] !== "forward") {
    return { path, reason: `its ${title} reads backwards only, which a config cannot say` };
  }
  for (const [key, of] of facts) {
    const [wanted, found] = [of(own), of(theirs)];
    if (wanted === found) continue;
    const there = found === undefined ? `no "${key}"` : `"${key}": ${JSON.stringify(found)}`;
    const here = wanted === undefined ? `has none` : `has ${JSON.stringify(wanted)}`;
    return { path: [...path, key], reason: `its ${title} has ${there}, and this config ${here}` };
  }
  if (theirs.residual && !own.residual) {
    return {
      path: [...path, "residual"],
      reason: `its ${title} adds its input to what it hands on, and here it does not`,
    };
  }
  return undefined;
}

/** Where a config says of layer `index`, counted through encoder and decoder. */
export function layerPath({ model }: Config, index: number): Misfit["path"] {
  const encoder = model.layers.length;
  return index < encoder
    ? ["model", "layers", index]
    : ["model", "decoder", "layers", index - encoder];
}
