/** A network's parameters under the names of a PyTorch state dict. */
import type { WrittenTensor } from "../../formats/torchStateDict.ts";
import type { ModelNetwork } from "../modelContents.ts";

/**
 * `source`: as the file that they came from names them. `module`: as the attributes `embedding`, `rnn`, `output` … of a
 * torch.nn.Module do, which is what the Python file that writePython makes has.
 */
export type StateDictNaming = "source" | "module";

/** With the names that its parameters will have in the file. */
export function renamed(network: ModelNetwork, naming: StateDictNaming): ModelNetwork {
  if (naming === "source") return network;
  return {
    ...network,
    parameters: network.parameters.map((each) => ({ ...each, source: moduleName(each.name) })),
  };
}

export const stateDictOf = (
  network: ModelNetwork,
  naming: StateDictNaming,
): ReadonlyMap<string, WrittenTensor> =>
  new Map(
    renamed(network, naming).parameters.map(({ source, shape, data }) => [source, { shape, data }]),
  );

/** A layer's own parameters: `decoder.weight_hh_l1`, `layer_norm_c_bias_l0_reverse`. */
const ofLayer = /^(decoder\.)?(\w+_l\d+(?:_reverse)?)$/;

const moduleName = (name: string): string => name.replace(ofLayer, "$1rnn.$2");
