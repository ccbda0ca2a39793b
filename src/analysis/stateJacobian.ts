/**
 * How a layer's state depends on its state one step before, with everything else as it was: ∂s_t/∂s_{t−1}, whose singular
 * values say in which directions a gradient grows or shrinks as it goes back one step (Pascanu et al. 2013, arXiv:1211.5063, eq. 5).
 *
 * One step of the whole network is run from the states of the trace, once for every unit side by side, and each copy's
 * backward begins at another unit of the state: the rows of the Jacobian come out of the engine's own backward. Encoder-decoders:
 * `decoderJacobian.ts`.
 */
import {
  createPass,
  forwardPrepared,
  prepareWeights,
  restoreCarriedState,
} from "../engine/bptt.ts";
import { firstAfter, firstBefore } from "../engine/layers/directions.ts";
import type { Model } from "../engine/model.ts";
import { layerOf } from "../engine/pass.ts";
import type { Batch } from "../trace/batch.ts";
import { layerTensor } from "../trace/names.ts";
import { tensorOf, type Direction, type Real, type Trace } from "../trace/trace.ts";
import { createDecoderJacobianSource } from "./decoderJacobian.ts";
import { sampleEvenly } from "./sampleEvenly.ts";
import { singularValues } from "./singularValues.ts";

export interface JacobianPlace {
  readonly layer: number;
  readonly direction: Direction;
}

export interface StateJacobian {
  /** N: numbers in the whole state, h and then, of an LSTM, c. */
  readonly size: number;
  /** Of these, the numbers of h. */
  readonly hidden: number;
  /** (N,N) row-major: row i is the gradient of number i of s_t with respect to s_{t−1}. */
  readonly values: Float64Array;
}

/** `of(t)` is the Jacobian of step t, from the step that the layer's direction takes before it. */
export interface JacobianSource {
  /** Steps of the trace that the layer takes: `from` … `to` − 1. */
  readonly from: number;
  readonly to: number;
  of(t: number): StateJacobian;
}

/** `trace` and `batch` are of one sequence through `model`. */
export function createJacobianSource(
  model: Model,
  trace: Trace,
  batch: Batch,
  { layer, direction }: JacobianPlace,
): JacobianSource {
  if (batch.decoder) return createDecoderJacobianSource(model, batch, { layer, direction });
  const copies = statesIn(trace, layer, direction).reduce(
    (most, { width }) => Math.max(most, width),
    0,
  );
  const pass = createPass(model, { steps: 1, batch: copies });
  prepareWeights(pass);
  const { cell } = layerOf(pass, layer, direction);
  const before = firstBefore(direction, copies);
  const after = firstAfter(direction, copies);
  const size = cell.states.reduce((sum, { width }) => sum + width, 0);
  return {
    from: 0,
    to: trace.steps,
    of(t) {
      restoreCarriedState(pass, statesBefore(model, trace, t, copies));
      forwardPrepared(pass, oneStep(batch, t, copies));
      refuseAnotherStep(cell.states[0].value, after, trace, layer, direction, t);
      const values = new Float64Array(size * size);
      let row = 0;
      for (const state of cell.states) {
        for (const { gradient } of cell.states) gradient.fill(0);
        const { width } = state;
        for (let unit = 0; unit < width; unit++) state.gradient[(after + unit) * width + unit] = 1;
        cell.backward(0, before, after, width);
        let column = 0;
        for (const { gradient, width: columns } of cell.states) {
          for (let unit = 0; unit < width; unit++) {
            const from = (before + unit) * columns;
            for (let k = 0; k < columns; k++)
              values[(row + unit) * size + column + k] = gradient[from + k];
          }
          column += columns;
        }
        row += width;
      }
      return { size, hidden: cell.states[0].width, values };
    },
  };
}

/** Singular values at one step, descending: of ∂h_t/∂h_{t−1}, and of an LSTM's whole state (h,c). */
export interface StepSpectrum {
  readonly t: number;
  readonly h: Float64Array;
  readonly joint?: Float64Array;
}

/** One step at a time, so that the caller may do something else between them; at most `columns` of them, evenly spread. */
export function* stateSpectra(
  model: Model,
  trace: Trace,
  batch: Batch,
  request: JacobianPlace & { readonly columns: number },
): Generator<StepSpectrum> {
  const source = createJacobianSource(model, trace, batch, request);
  const all = Array.from({ length: source.to - source.from }, (_, at) => source.from + at);
  for (const t of sampleEvenly(all, request.columns)) {
    const { size, hidden, values } = source.of(t);
    if (size === hidden) yield { t, h: singularValues(values, size) };
    else {
      const h = new Float64Array(hidden * hidden);
      for (let row = 0; row < hidden; row++)
        h.set(values.subarray(row * size, row * size + hidden), row * hidden);
      yield { t, h: singularValues(h, hidden), joint: singularValues(values, size) };
    }
  }
}

function statesIn(trace: Trace, layer: number, direction: Direction) {
  return ["h", "c"].flatMap((part) => {
    const after = trace.tensors.get(layerTensor(layer, direction, part));
    const initial = trace.tensors.get(layerTensor(layer, direction, `${part}0`));
    if (!after || !initial) return [];
    return [{ part, after: after.data, initial: initial.data, width: initial.data.length }];
  });
}

/** What every layer knew before step t, for each of the copies. */
function statesBefore(
  { description }: Model,
  trace: Trace,
  t: number,
  copies: number,
): ReadonlyMap<string, Real> {
  const states = new Map<string, Real>();
  description.layers.forEach(({ directions }, layer) => {
    for (const direction of directions) {
      const from = direction === "forward" ? t - 1 : t + 1;
      const isFirst = from < 0 || from >= trace.steps;
      for (const { part, after, initial, width } of statesIn(trace, layer, direction)) {
        const one = isFirst ? initial : after.subarray(from * width, (from + 1) * width);
        const repeated = new Float64Array(copies * width);
        for (let b = 0; b < copies; b++) repeated.set(one, b * width);
        states.set(layerTensor(layer, direction, part), repeated);
      }
    }
  });
  return states;
}

function oneStep({ input, steps }: Batch, t: number, copies: number): Batch {
  const common = { steps: 1, size: copies, lengths: new Int32Array(copies).fill(1), carry: true };
  if (input.kind === "tokens") {
    const tokens = new Int32Array(copies).fill(input.tokens[t]);
    return { ...common, input: { kind: "tokens", tokens } };
  }
  const width = input.values.length / steps;
  const values = new Float64Array(copies * width);
  for (let b = 0; b < copies; b++) {
    values.set(input.values.subarray(t * width, (t + 1) * width), b * width);
  }
  return { ...common, input: { kind: "dense", values } };
}

/** A network in which a step reads more than its input and its states, as with attention, is another one than was run here. */
function refuseAnotherStep(
  h: Real,
  after: number,
  trace: Trace,
  layer: number,
  direction: Direction,
  t: number,
): void {
  const wanted = tensorOf(trace, layerTensor(layer, direction, "h")).data;
  const width = wanted.length / trace.steps;
  for (let k = 0; k < width; k++) {
    const distance = Math.abs(h[after * width + k] - wanted[t * width + k]);
    if (!(distance <= 1e-3)) {
      throw new Error(
        `Step ${t} of layer ${layer} depends on more than its input and the states before it.`,
      );
    }
  }
}
