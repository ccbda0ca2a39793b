/** Everything that the model editor asks about a model file. Reads files; only `exportModel` writes. */
import { basename } from "node:path";
import { findEigenvalues, spectralRadius } from "../analysis/weights/eigenvalues.ts";
import {
  gateWeights,
  recurrentColumns,
  recurrentMatrix,
  type LayerWeights,
} from "../analysis/weights/gateWeights.ts";
import { summarizeLayer } from "../analysis/weights/layerSummary.ts";
import { matrixPicture } from "../analysis/weights/matrixPicture.ts";
import { spectralNorm } from "../analysis/weights/weightStatistics.ts";
import { arrayFromRows } from "../data/arrayText.ts";
import type { ModelNetwork } from "../models/modelContents.ts";
import type { LayerPlace, ModelCalls, ModelFile } from "../protocol/modelContract.ts";
import type { Real } from "../trace/trace.ts";
import { createBreather } from "./breather.ts";
import { exportModel } from "./exportModel.ts";
import { describeModelFile } from "./modelOverview.ts";
import { createOpenModels } from "./openModels.ts";
import { saveTensors } from "./saveTensors.ts";
import { readSequenceFile, type SequenceContent } from "./sequenceFile.ts";

export type ModelSession = {
  readonly [K in keyof ModelCalls]: (
    request: Parameters<ModelCalls[K]>[0],
    context?: { readonly signal?: AbortSignal },
  ) => Promise<ReturnType<ModelCalls[K]>>;
};

/** Each answer rejects with `UserError` or `FormatError` for what a person can mend. */
export function createModelSession(): ModelSession {
  const models = createOpenModels();
  const layerOf = async (request: ModelFile & LayerPlace): Promise<LayerWeights> =>
    layerWeights(await models.networkOf(request, request.network), request);

  return {
    async modelOverview(model) {
      return describeModelFile(await models.contentsOf(model));
    },
    async modelLayer(request, context) {
      return finish(summarizeLayer(await layerOf(request)), context?.signal);
    },
    async modelSpectrum(request, context) {
      const { values, size } = recurrentMatrix(await layerOf(request), request.part);
      const found = await finish(findEigenvalues(values, size), context?.signal);
      return {
        real: found.real.buffer,
        imaginary: found.imaginary.buffer,
        radius: spectralRadius(found),
        norm: spectralNorm(values, size, size),
      };
    },
    async modelWeights(request) {
      const layer = await layerOf(request);
      const { weightIh, weightHh } = gateWeights(layer, request.part);
      const reads = request.matrix === "input" ? layer.inputSize : recurrentColumns(layer);
      const matrix = request.matrix === "input" ? weightIh : weightHh;
      return { ...matrixPicture(matrix, reads, request), units: layer.hidden, reads };
    },
    async sequenceArrays({ file }) {
      const content = asNumbers(await readSequenceFile(file), basename(file));
      if (content.kind === "text") return {};
      return {
        arrays: [...content.arrays].map(([name, { type, shape }]) => ({ name, type, shape })),
      };
    },
    saveTensors: ({ file, tensors }) => saveTensors(file, tensors),
    exportModel: (request) => exportModel(request, models),
  };
}

/** Text in which there is nothing but numbers is an array. */
function asNumbers(content: SequenceContent, name: string): SequenceContent {
  if (content.kind === "arrays" || !/\d/.test(content.text)) return content;
  try {
    return { kind: "arrays", arrays: new Map([["", arrayFromRows(content.text, name)]]) };
  } catch {
    return content;
  }
}

/** Runs a computation to its end, letting the thread answer others meanwhile. */
async function finish<Result>(
  computation: Generator<unknown, Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const breathe = createBreather();
  for (let next = computation.next(); ; next = computation.next()) {
    if (next.done) return next.value;
    signal?.throwIfAborted();
    await breathe();
  }
}

/** Throws an Error when the network has no such layer. */
function layerWeights(network: ModelNetwork, { layer, direction }: LayerPlace): LayerWeights {
  const description = network.layers[layer];
  if (!description?.directions.includes(direction)) {
    throw new Error(`The network has no layer ${layer}, ${direction}.`);
  }
  const suffix = direction === "forward" ? `_l${layer}` : `_l${layer}_reverse`;
  const data = (part: string): Real | undefined =>
    network.parameters.find(({ name }) => name === part + suffix)?.data;
  const weightIh = data("weight_ih");
  const weightHh = data("weight_hh");
  if (!weightIh || !weightHh) throw new Error(`Layer ${layer} has no weights.`);
  const optional = {
    biasIh: data("bias_ih"),
    biasHh: data("bias_hh"),
    weightHr: data("weight_hr"),
  };
  const { cell, hidden, inputSize } = description;
  return { cell, hidden, inputSize, weightIh, weightHh, ...optional };
}
