/**
 * A network of a model file seen as a run, so that whatever looks at runs looks at it alike. What a file does not have, a
 * config of its training and a record of it, stands for nothing here: only the network counts.
 */
import { dirname } from "node:path";
import { UserError } from "../config/problem.ts";
import { configSchema } from "../config/schema.ts";
import { templates } from "../config/templates.ts";
import type { ModelNetwork } from "../models/modelContents.ts";
import type { StoredParameter } from "../runs/checkpoint.ts";
import type { Direction, LayerDescription, ModelDescription } from "../trace/trace.ts";
import type { LoadedRun } from "./loadedRun.ts";
import { outputNames, type ModelSequence } from "./modelSequence.ts";
import { layerConfigOf } from "./tracedNetwork.ts";

/** Throws `UserError` for a network that cannot be run. */
export function modelAsRun(
  file: string,
  name: string,
  network: ModelNetwork,
  { loss, at, input, classes }: Pick<ModelSequence, "loss" | "at" | "input" | "classes">,
): LoadedRun {
  if (network.untraceable !== undefined) {
    throw new UserError("model", `This network cannot be traced: ${network.untraceable}`);
  }
  if (network.initialStates && network.initialStates.size > 0) {
    throw new UserError("model", "This network starts from states of its own, not from zero.", {
      advice:
        "Trace it on the command line: unroll trace MODEL --input FILE.npy --out FILE.safetensors",
    });
  }
  const { layers, output, pooling } = network;
  const parameters = completed(network);
  const model: ModelDescription = {
    input,
    layers,
    ...(pooling && { pooling }),
    output: { ...output, at },
    loss,
    parameterCount: network.parameters.reduce((sum, { data }) => sum + data.length, 0),
  };
  const template = templates.find(({ id }) => id === "synthetic-task") ?? templates[0];
  const usual = configSchema.parse({ ...template.value, training: {} });
  // Not all that a file may have is something that a config may ask for.
  const config = { ...usual, model: { ...usual.model, layers: layers.map(layerConfigOf) } };
  const now = new Date(0).toISOString();
  return {
    run: {
      folder: dirname(file),
      record: {
        version: 1,
        id: file,
        name,
        state: "finished",
        configFile: "",
        createdAt: now,
        updatedAt: now,
        elapsedMs: 0,
        epoch: 0,
        epochs: 0,
        update: 0,
        updates: 0,
        stoppedEarly: false,
        model,
        dataSummary: "",
        baselines: [],
        seed: 0,
      },
    },
    config,
    encoding: {
      kind: "synthetic",
      task: "arrays",
      ...(classes ? { classes } : { outputNames: outputNames(output.size) }),
    },
    checkpoint: "last",
    update: 0,
    parameters,
    modelFile: file,
  };
}

/** With zeros for the biases that the file does not have. */
function completed(network: ModelNetwork): ReadonlyMap<string, StoredParameter> {
  const parameters = new Map<string, StoredParameter>(
    network.parameters.map(({ name, shape, data }) => [name, { shape, data }]),
  );
  const zeros = (name: string, length: number): void => {
    if (!parameters.has(name)) {
      parameters.set(name, { shape: [length], data: new Float32Array(length) });
    }
  };
  for (const [index, layer] of network.layers.entries()) {
    for (const direction of layer.directions) {
      const suffix = suffixOf(index, direction);
      zeros(`bias_ih${suffix}`, blockCounts[layer.cell] * layer.hidden);
      zeros(`bias_hh${suffix}`, blockCounts[layer.cell] * layer.hidden);
    }
  }
  if (parameters.has("output.weight")) zeros("output.bias", network.output.size);
  return parameters;
}

const blockCounts: Readonly<Record<LayerDescription["cell"], number>> = { rnn: 1, gru: 3, lstm: 4 };

const suffixOf = (layer: number, direction: Direction): string =>
  direction === "forward" ? `_l${layer}` : `_l${layer}_reverse`;
