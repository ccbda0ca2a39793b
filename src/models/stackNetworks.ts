/**
 * Networks of one file on top of each other, as `self.lstm1` and `self.lstm2` are: a state dict does not say that one reads
 * the other, so a person does. The input is that of the first, the output that of the last.
 */
import { UserError } from "../config/problem.ts";
import { widthOf, type LayerDescription } from "../trace/trace.ts";
import type { ModelNetwork, NetworkParameter } from "./modelContents.ts";

/** The first one is next to the input. Throws `UserError` where sizes do not fit. */
export function stackNetworks(networks: readonly ModelNetwork[]): ModelNetwork {
  const [bottom] = networks;
  const top = networks[networks.length - 1];
  const layers: LayerDescription[] = [];
  const recurrent: NetworkParameter[] = [];
  for (const [index, network] of networks.entries()) {
    const below = layers.at(-1);
    const [first] = network.layers;
    if (below && first.inputSize !== handedOn(below)) {
      throw new UserError(
        "model",
        `"${network.name}" reads ${first.inputSize} numbers, but "${networks[index - 1].name}" hands on ${handedOn(below)}.`,
        { advice: "Name the modules in the order in which they are called, input first." },
      );
    }
    for (const parameter of network.parameters.filter(isRecurrent)) {
      recurrent.push({ ...parameter, name: renumbered(parameter.name, layers.length) });
    }
    layers.push(...network.layers);
  }
  const reason = networks.map(({ untraceable }) => untraceable).find((one) => one !== undefined);
  return {
    name: networks.map(({ name }) => name).join(","),
    input: bottom.input,
    layers,
    output: top.output,
    parameters: [
      ...startingWith("embedding.", bottom),
      ...recurrent,
      ...startingWith("output.", top),
    ],
    questions: networks.flatMap(({ questions }, index) =>
      // Only the last one has something on top.
      questions.filter(({ about }) => about === "nonlinearity" || index === networks.length - 1),
    ),
    notes: [...new Set(networks.flatMap(({ notes }) => notes))],
    ...(top.softmax && { softmax: true }),
    ...(bottom.inputNorm && { inputNorm: bottom.inputNorm }),
    ...(bottom.batchFirst !== undefined && { batchFirst: bottom.batchFirst }),
    ...(reason !== undefined && { untraceable: reason }),
  };
}

const startingWith = (start: string, { parameters }: ModelNetwork): readonly NetworkParameter[] =>
  parameters.filter(({ name }) => name.startsWith(start));

const handedOn = (layer: LayerDescription): number => widthOf(layer, "h") * layer.directions.length;

const isRecurrent = ({ name }: NetworkParameter): boolean => /_l\d+(_reverse)?$/.test(name);

const renumbered = (name: string, first: number): string =>
  name.replace(
    /_l(\d+)(_reverse)?$/,
    (_, layer: string, way = "") => `_l${first + Number(layer)}${way}`,
  );
