/**
 * The backward sweep behind the gradient-flow matrix. It serves all loss steps at once: each has a slot
 * in the cells' batch, and all slots share the forward pass that the trace holds, of which one step at a
 * time is laid out for every slot. Memory is slots × units, however long the sequence is.
 */
import {
  createRecurrentLayer,
  prepareLayer,
  projectInput,
  type LayerSource,
  type RecurrentLayer,
} from "../engine/layers/recurrentLayer.ts";
import { hasEmbedding, parameterOf, type Model } from "../engine/model.ts";
import { gradientOf, layerTensor } from "../trace/names.ts";
import { planeOf, type Plane } from "../trace/plane.ts";
import { tensorOf, type Real, type Trace } from "../trace/trace.ts";

export interface FlowSweep {
  /**
   * ‖∂L_t/∂h_k‖ at the bottom layer for every loss step t ≥ k, latest first. To be called for each step
   * from the last loss step down to 0.
   */
  stepBack(k: number): Float64Array;
}

export interface FlowSweepOptions {
  /** The layer whose states are asked about; those below it do not matter. */
  readonly bottom: number;
  /** Descending, so that the losses which have begun at a step are always in the first slots. */
  readonly lossSteps: Uint32Array;
}

/** Takes its memory from the model's kernels. */
export function createFlowSweep(
  model: Model,
  trace: Trace,
  { bottom, lossSteps }: FlowSweepOptions,
): FlowSweep {
  const slots = lossSteps.length;
  const stages = model.description.layers
    .slice(bottom)
    .map((_, above) => createStage(model, trace, bottom + above, slots));
  const gradientFromOutput = outputGradients(model, trace);

  return {
    stepBack(k) {
      let begun = 0;
      while (begun < slots && lossSteps[begun] >= k) begun++;
      let fromAbove: Real | undefined;
      for (const [i, stage] of [...stages.entries()].toReversed()) {
        const { layer, recall, handDown, toBelow } = stage;
        const { cell } = layer;
        recall(k, begun);
        const arriving = cell.states[0].gradient.subarray(slots * cell.hidden);
        if (fromAbove) addTo(arriving, fromAbove, begun * cell.hidden);
        else if (lossSteps[begun - 1] === k) {
          const slot = (begun - 1) * cell.hidden;
          addTo(arriving.subarray(slot), gradientFromOutput(k), cell.hidden);
        }
        cell.backward(0, 0, slots, begun);
        if (i > 0) handDown(begun);
        fromAbove = toBelow;
      }
      const [{ layer }] = stages;
      const norms = rowNorms(layer.cell.states[0].gradient, slots, begun, layer.cell.hidden);
      for (const stage of stages) handBack(stage.layer, slots);
      return norms;
    },
  };
}

/** One layer, holding one step. */
interface Stage {
  readonly layer: RecurrentLayer;
  /** Lays out step `k` for the first `begun` slots, by computing it again from what it began with. */
  recall(k: number, begun: number): void;
  /** Fills `toBelow` once the step was gone back. */
  handDown(begun: number): void;
  /** (slots,I) what flows out of the step to the layer below. */
  readonly toBelow: Real;
}

function createStage(model: Model, trace: Trace, index: number, slots: number): Stage {
  const { kernels } = model;
  const layer = createRecurrentLayer(model, index, "forward", { rows: slots, batch: slots });
  const { cell } = layer;
  const { hidden, gates, gateGradients, gateWidth } = cell;
  const states = cell.states.map(({ name, value }) => ({
    value,
    after: layerPlane(trace, index, name).data,
    initial: layerPlane(trace, index, `${name}0`).data,
  }));
  const sourceAt = inputOf(model, trace, index);
  const { inputSize, packedTransposed } = layer;
  const toBelow = kernels.allocate(slots * inputSize);
  prepareLayer(layer, sourceAt(0), kernels);
  kernels.packTransposed(packedTransposed, layer.weights.weightIh.value, 0);
  return {
    layer,
    toBelow,
    recall(k, begun) {
      for (const { value, after, initial } of states) {
        const before = k === 0 ? initial : after.subarray((k - 1) * hidden, k * hidden);
        for (let slot = 0; slot < begun; slot++) value.set(before, slot * hidden);
      }
      projectInput(layer, sourceAt(k), 1, kernels);
      for (let slot = 1; slot < begun; slot++) gates.copyWithin(slot * gateWidth, 0, gateWidth);
      cell.forward(0, 0, slots, begun);
    },
    // As `inputGradient` of the layer, without packing the weights again at every step.
    handDown: (begun) =>
      kernels.multiply(
        toBelow,
        0,
        inputSize,
        gateGradients,
        0,
        gateWidth,
        packedTransposed,
        begun,
        false,
      ),
  };
}

/** What a layer reads at a step, in a place that the kernels can read. The next call overwrites it. */
function inputOf(model: Model, trace: Trace, index: number): (t: number) => LayerSource {
  const { description, kernels } = model;
  const { input } = description;
  const { data, units } =
    index === 0 ? planeOf(tensorOf(trace, "input")) : layerPlane(trace, index - 1, "h");
  const stepOf = (t: number): Real => data.subarray(t * units, (t + 1) * units);
  if (index > 0 || input.kind === "dense" || hasEmbedding(input)) {
    const values = kernels.allocate(units);
    return (t) => {
      values.set(stepOf(t));
      return { kind: "dense", values, offset: 0 };
    };
  }
  const tokens = kernels.allocateIntegers(1);
  return (t) => {
    tokens[0] = stepOf(t).indexOf(1);
    return { kind: "one-hot", tokens };
  };
}

const layerPlane = (trace: Trace, index: number, part: string): Plane =>
  planeOf(tensorOf(trace, layerTensor(index, "forward", part)));

/** (H) ∂L_t/∂h_t of the top layer along the output alone. The result is overwritten by the next call. */
function outputGradients(model: Model, trace: Trace): (t: number) => Real {
  const { kernels } = model;
  const weight = parameterOf(model, "output.weight");
  const [outputs, hidden] = weight.shape;
  const transposed = kernels.allocatePacked(hidden, outputs);
  kernels.packTransposed(transposed, weight.value, 0);
  const perOutput = tensorOf(trace, gradientOf("output")).data;
  const shares = tensorOf(trace, gradientOf("loss")).data;
  const alone = kernels.allocate(outputs);
  const result = kernels.allocate(hidden);
  return (t) => {
    const row = model.description.output.at === "last-step" ? 0 : t;
    // The trace holds the gradient of the mean over all steps; L_t has only a share in that.
    for (let o = 0; o < outputs; o++) alone[o] = perOutput[row * outputs + o] / shares[row];
    kernels.multiply(result, 0, hidden, alone, 0, outputs, transposed, 1, false);
    return result;
  };
}

/** What arrives at the states before this step is what arrives at the states after the one before it. */
function handBack({ cell }: RecurrentLayer, slots: number): void {
  const half = slots * cell.hidden;
  for (const { gradient } of cell.states) {
    gradient.copyWithin(half, 0, half);
    gradient.fill(0, 0, half);
  }
}

function addTo(out: Real, values: Real, count: number): void {
  for (let at = 0; at < count; at++) out[at] += values[at];
}

function rowNorms(values: Real, firstRow: number, rows: number, width: number): Float64Array {
  const norms = new Float64Array(rows);
  for (let row = 0, at = firstRow * width; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < width; k++, at++) sum += values[at] * values[at];
    norms[row] = Math.sqrt(sum);
  }
  return norms;
}
