/**
 * One vector or class that conditions a whole generated sequence (one-to-many) through the states that it begins with, as an
 * image begins its caption (Karpathy & Fei-Fei 2015, Vinyals et al. 2015):
 *   [h0, c0] of each layer and direction = W v + b
 * v (B,I), the input of step 0   W (S,I)   b (S), S all numbers of the states, h before c
 * A network conditioned by numbers reads nothing at any step; one conditioned by a class, whose token (embedded, or one-hot) is v,
 * reads all of them. Backward reads: v.
 */
import type { Batch } from "../trace/batch.ts";
import type { LayerDescription, ModelDescription, Real } from "../trace/trace.ts";
import { statesOf } from "../trace/names.ts";
import { widthOf } from "../trace/trace.ts";
import type { PackedWeight } from "./kernels/kernels.ts";
import { initialRow } from "./layers/directions.ts";
import type { InputLayer } from "./layers/inputLayer.ts";
import type { RecurrentLayer } from "./layers/recurrentLayer.ts";
import { inputSizeOf } from "./describeModel.ts";
import { parameterOf, type Model, type Parameter } from "./model.ts";
import type { ParameterShape } from "./parameterShapes.ts";

/** The linear map to the states of one layer in one direction. */
interface StateMap {
  readonly layer: RecurrentLayer;
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly packed: PackedWeight;
  readonly packedTransposed: PackedWeight;
  /** (B,S) */
  readonly states: Real;
  readonly gradient: Real;
}

export interface Conditioning {
  /** I */
  readonly size: number;
  /** (B,I) */
  readonly vector: Real;
  /** (B,I) */
  readonly gradient: Real;
  readonly maps: readonly StateMap[];
}

const isConditioned = (input: ModelDescription["input"]): boolean =>
  input.condition === "initial-state";

const nameOf = (layer: number, direction: string): string =>
  `condition.l${layer}${direction === "reverse" ? "_reverse" : ""}`;

/** Numbers in all states of a layer. */
const stateSize = (layer: LayerDescription): number =>
  statesOf[layer.cell].reduce((sum, state) => sum + widthOf(layer, state), 0);

export function conditioningShapes(
  input: ModelDescription["input"],
  layers: readonly LayerDescription[],
): readonly ParameterShape[] {
  if (!isConditioned(input)) return [];
  const size = inputSizeOf(input);
  return layers.flatMap((layer, index) =>
    layer.directions.flatMap((direction) => [
      { name: `${nameOf(index, direction)}.weight`, shape: [stateSize(layer), size] },
      { name: `${nameOf(index, direction)}.bias`, shape: [stateSize(layer)] },
    ]),
  );
}

/** Undefined where the network is fed step by step. */
export function createConditioning(
  model: Model,
  layers: readonly ReadonlyMap<string, RecurrentLayer>[],
  batch: number,
): Conditioning | undefined {
  const { kernels, description } = model;
  const { input } = description;
  if (!isConditioned(input)) return undefined;
  const size = inputSizeOf(input);
  return {
    size,
    vector: kernels.allocate(batch * size),
    gradient: kernels.allocate(batch * size),
    maps: layers.flatMap((directions, index) =>
      [...directions].map(([direction, layer]): StateMap => {
        const weight = parameterOf(model, `${nameOf(index, direction)}.weight`);
        const [states] = weight.shape;
        return {
          layer,
          weight,
          bias: parameterOf(model, `${nameOf(index, direction)}.bias`),
          packed: kernels.allocatePacked(states, size),
          packedTransposed: kernels.allocatePacked(size, states),
          states: kernels.allocate(batch * states),
          gradient: kernels.allocate(batch * states),
        };
      }),
    ),
  };
}

/** Fills the states before the first step, from what the batch's sequences read at step 0. */
export function conditionStates(
  { size, vector, maps }: Conditioning,
  { kernels }: Model,
  given: Batch,
  loaded: InputLayer,
): void {
  const { steps, size: batch } = given;
  loadVector(vector, size, given, loaded);
  for (const { layer, weight, bias, packed, states } of maps) {
    const [width] = weight.shape;
    kernels.pack(packed, weight.value, 0);
    kernels.fillRows(states, bias.value, batch);
    kernels.multiply(states, 0, width, vector, 0, size, packed, batch, true);
    forEachState(layer, steps, batch, width, (state, place, at) => {
      for (let k = 0; k < state.width; k++) state.value[place + k] = states[at + k];
    });
  }
}

/** v (B,I): what stands at step 0; zero for an empty sequence. */
function loadVector(
  vector: Real,
  size: number,
  { input, size: batch, lengths }: Batch,
  loaded: InputLayer,
) {
  for (let b = 0; b < batch; b++) {
    const from = b * size;
    for (let k = from; k < from + size; k++) {
      if (loaded.kind === "one-hot") vector[k] = loaded.tokens[b] === k - from ? 1 : 0;
      else if (loaded.kind === "embedding") vector[k] = loaded.values[k];
      else vector[k] = input.kind === "dense" && lengths[b] > 0 ? input.values[k] : 0;
    }
  }
}

/** dL/dW, dL/db and dL/dv, once dL/d the states before the first step are known. */
export function conditionBackward(
  { size, vector, gradient, maps }: Conditioning,
  { kernels }: Model,
  steps: number,
  batch: number,
): void {
  gradient.fill(0, 0, batch * size);
  for (const { layer, weight, bias, packedTransposed, gradient: gathered } of maps) {
    const [width] = weight.shape;
    forEachState(layer, steps, batch, width, (state, place, at) => {
      for (let k = 0; k < state.width; k++) gathered[at + k] = state.gradient[place + k];
    });
    kernels.accumulateColumnSums(bias.gradient, gathered, 0, batch);
    kernels.accumulateOuter(
      weight.gradient,
      0,
      gathered,
      0,
      width,
      width,
      vector,
      0,
      size,
      size,
      batch,
    );
    kernels.packTransposed(packedTransposed, weight.value, 0);
    kernels.multiply(gradient, 0, size, gathered, 0, width, packedTransposed, batch, true);
  }
}

/** For each state of each sequence: where it begins in its own buffer, and in a row of all states. */
function forEachState(
  { cell, direction }: RecurrentLayer,
  steps: number,
  batch: number,
  width: number,
  visit: (state: RecurrentLayer["cell"]["states"][number], place: number, at: number) => void,
) {
  let column = 0;
  for (const state of cell.states) {
    for (let b = 0; b < batch; b++) {
      const place = (initialRow(direction, steps, batch) + b) * state.width;
      visit(state, place, b * width + column);
    }
    column += state.width;
  }
}
