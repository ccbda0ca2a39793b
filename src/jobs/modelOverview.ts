/** What a model file contains, in words and sizes, for the editor and the command line. */
import type { ModelNetwork } from "../models/modelContents.ts";
import type { ModelOverview, NetworkOverview } from "../protocol/modelContract.ts";
import type { OpenModel } from "./openModels.ts";

/** A list that a person scrolls through; more would only make the editor slow. */
const mostListed = 2000;

export function describeModelFile({ contents, bytes }: OpenModel): ModelOverview {
  const { title, networks, tensors, metadata, notes } = contents;
  const uses = new Map(
    networks.flatMap(({ name, parameters }) =>
      parameters.map((parameter) => [
        parameter.source,
        networks.length > 1 && name !== "" ? `${name}: ${parameter.name}` : parameter.name,
      ]),
    ),
  );
  return {
    title,
    bytes,
    networks: networks.map(describeNetwork),
    tensors: tensors.slice(0, mostListed).map((tensor) => {
      const usedAs = uses.get(tensor.name);
      return usedAs === undefined ? tensor : { ...tensor, usedAs };
    }),
    tensorCount: tensors.length,
    elementCount: tensors.reduce((sum, { shape }) => sum + elements(shape), 0),
    metadata,
    notes,
  };
}

function describeNetwork(network: ModelNetwork): NetworkOverview {
  const { name, input, layers, output, parameters, questions, notes, untraceable } = network;
  return {
    name,
    input,
    layers,
    output,
    parameterCount: parameters.reduce((sum, { data }) => sum + data.length, 0),
    questions,
    notes,
    ...(untraceable !== undefined && { untraceable }),
    ...(network.vocabulary !== undefined && { hasVocabulary: true }),
  };
}

const elements = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
