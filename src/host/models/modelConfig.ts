/** An unroll.json that goes on with a network of a model file: its layers and its weights, the rest out of a template. */
import { templates } from "../../config/templates.ts";
import type { NetworkOverview } from "../../protocol/modelContract.ts";

export interface ConfiguredModel {
  /** Of the file, without its folder. */
  readonly name: string;
  /** From the folder that the config will lie in, with forward slashes; absent where that cannot reach it. */
  readonly path?: string;
  readonly network: NetworkOverview;
  /** Networks in the file. */
  readonly networkCount: number;
}

/** The data and training of a template that fits, and the network of the file. */
export function configOfModel({ name, path, network, networkCount }: ConfiguredModel): string {
  const { input, layers, untraceable } = network;
  const wanted = input.kind === "tokens" ? "character-language-model" : "forecast";
  const { value } = templates.find(({ id }) => id === wanted) ?? templates[0];
  const model = {
    ...(input.kind === "tokens" && input.embedding !== undefined && { embedding: input.embedding }),
    layers: layers.map((layer) => ({
      cell: layer.cell,
      hidden: layer.hidden,
      ...(layer.nonlinearity === "relu" && { nonlinearity: layer.nonlinearity }),
      ...(layer.reset === "before" && { reset: layer.reset }),
      ...(layer.projection && { projection: layer.projection }),
      ...(layer.peepholes && { peepholes: true }),
      ...(layer.layerNorm && { layerNorm: true }),
      ...(layer.directions.length === 2 && { bidirectional: true }),
      ...(layer.residual && { residual: true }),
    })),
  };
  const start =
    path === undefined || untraceable !== undefined
      ? undefined
      : { from: path, ...(networkCount > 1 && { module: network.name }) };
  const training = start ? { start, ...value.training } : value.training;
  const json = JSON.stringify({ data: value.data, model, training }, undefined, 2);
  return `${heading(name, start !== undefined).join("\n")}\n${json}\n`;
}

const heading = (name: string, starts: boolean): readonly string[] =>
  starts
    ? [
        `// The network of ${name}, to be trained on from its weights: choose its data, then save this as unroll.json.`,
        '// Where the data needs another input or output, "only": "matching" in "start" keeps what fits.',
      ]
    : [
        `// The network of ${name}, to be trained anew: choose its data, then save this as unroll.json.`,
        '// To begin with its weights, copy the file into the workspace and write "start": { "from": "…" } in "training".',
      ];
