/**
 * Parameters that PyTorch has no names for, as Unroll calls them in what it writes: peepholes, layer normalization inside a
 * cell, attention that pools a sequence, maps from a vector to first states. Their names and sizes say what they are.
 */
import { realsOf } from "../formats/fileTensor.ts";
import { statesOf } from "../trace/names.ts";
import { widthOf, type Direction, type LayerDescription } from "../trace/trace.ts";
import type { ModelNetwork, NetworkParameter } from "./modelContents.ts";
import { requireReal, type StateDict } from "./stateDict.ts";

/** A network of a state dict, with those of them that fit it. */
export function withOwnParameters(network: ModelNetwork, tensors: StateDict): ModelNetwork {
  return conditioned(pooled(withLayerExtras(network, tensors), tensors), tensors);
}

/** Undefined unless it is there, with this shape. */
function parameter(
  tensors: StateDict,
  name: string,
  source: string,
  shape: readonly number[],
): NetworkParameter | undefined {
  const tensor = tensors.get(source);
  if (tensor?.shape.join() !== shape.join()) return undefined;
  requireReal(source, tensor);
  return { name, source, shape, data: realsOf(tensor) };
}

function withLayerExtras(network: ModelNetwork, tensors: StateDict): ModelNetwork {
  const parameters = [...network.parameters];
  const layers = network.layers.map((layer, number) => {
    const found = (parts: readonly Part[]): readonly NetworkParameter[] | undefined => {
      const all = layer.directions.flatMap((direction) =>
        parts.map(({ part, shape }) => {
          const name = `${part}_l${number}${suffixOf(direction)}`;
          const prefix = network.name === "" ? "" : `${network.name}.`;
          return parameter(tensors, name, prefix + name, shape);
        }),
      );
      const whole = all.filter((each) => each !== undefined);
      return whole.length === all.length ? whole : undefined;
    };
    const peepholes = layer.cell === "lstm" ? found(peepholeParts(layer)) : undefined;
    const norms = found(normParts(layer));
    parameters.push(...(peepholes ?? []), ...(norms ?? []));
    return {
      ...layer,
      ...(peepholes && { peepholes: true }),
      ...(norms && { layerNorm: true }),
    };
  });
  return { ...network, layers, parameters };
}

interface Part {
  readonly part: string;
  readonly shape: readonly number[];
}

const blocks = { rnn: 1, gru: 3, lstm: 4 } as const;

const peepholeParts = ({ hidden }: LayerDescription): readonly Part[] => [
  { part: "peephole", shape: [3, hidden] },
];

const normParts = ({ cell, hidden }: LayerDescription): readonly Part[] => [
  { part: "layer_norm_ih", shape: [blocks[cell] * hidden] },
  { part: "layer_norm_hh", shape: [blocks[cell] * hidden] },
  ...(cell === "lstm"
    ? [
        { part: "layer_norm_c_weight", shape: [hidden] },
        { part: "layer_norm_c_bias", shape: [hidden] },
      ]
    : []),
];

const suffixOf = (direction: Direction): string => (direction === "reverse" ? "_reverse" : "");

/** Attention that only has keys looks with a vector of its own: it pools. */
function pooled(network: ModelNetwork, tensors: StateDict): ModelNetwork {
  const key = tensors.get("attention.key.weight");
  const decodes = [...tensors.keys()].some((name) => /^attention\.(query|combine)\./.test(name));
  if (key?.shape.length !== 2 || decodes) return network;
  const [size] = key.shape;
  const top = network.layers[network.layers.length - 1];
  const width = widthOf(top, "h") * top.directions.length;
  const parts = [
    { name: "attention.key.weight", shape: [size, width] },
    { name: "attention.key.bias", shape: [size] },
    { name: "attention.score.weight", shape: [size] },
  ].flatMap(({ name, shape }) => parameter(tensors, name, name, shape) ?? []);
  if (parts.length < 3) return network;
  return {
    ...network,
    pooling: { size },
    output: { ...network.output, at: "last-step" },
    parameters: [...network.parameters, ...parts],
  };
}

function conditioned(network: ModelNetwork, tensors: StateDict): ModelNetwork {
  const { input, layers } = network;
  const wanted = layers.flatMap((layer, number) =>
    layer.directions.flatMap((direction) => {
      const map = `condition.l${number}${suffixOf(direction)}`;
      const states = statesOf[layer.cell].reduce((sum, state) => sum + widthOf(layer, state), 0);
      return [
        { name: `${map}.weight`, shape: [states, layers[0].inputSize] },
        { name: `${map}.bias`, shape: [states] },
      ];
    }),
  );
  const maps = wanted.flatMap(({ name, shape }) => parameter(tensors, name, name, shape) ?? []);
  if (maps.length < wanted.length) return network;
  return {
    ...network,
    input: { ...input, condition: "initial-state" },
    parameters: [...network.parameters, ...maps],
  };
}
