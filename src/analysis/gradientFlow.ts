/**
 * How much of the loss at one step reaches the hidden state at an earlier one: ‖∂L_t/∂h_k‖, the matrix
 * in which a vanishing gradient can be seen (Pascanu et al. 2013, arXiv:1211.5063, eq. 5).
 *
 * Each loss step is one copy of the sequence in a batch, with that step alone weighted, and goes through the
 * engine's own backward: what holds for training holds here, whatever the network is made of.
 */
import { backward, createPass, forwardPrepared, prepareWeights } from "../engine/bptt.ts";
import { firstAfter } from "../engine/layers/directions.ts";
import type { Model } from "../engine/model.ts";
import { layerOf, roomFor, type Pass } from "../engine/pass.ts";
import type { Batch } from "../trace/batch.ts";
import type { Direction } from "../trace/trace.ts";
import { lossAlone } from "./lossAlone.ts";
import { sampleEvenly } from "./sampleEvenly.ts";

export interface GradientFlowRequest {
  readonly layer: number;
  readonly direction: Direction;
  /** At most so many loss steps and source steps, evenly spread; the first and last are among them. */
  readonly rows: number;
  readonly columns: number;
}

export interface GradientFlowMatrix {
  /** Ascending. Only steps at which a loss is taken. */
  readonly lossSteps: Uint32Array<ArrayBuffer>;
  /** Ascending. */
  readonly sourceSteps: Uint32Array<ArrayBuffer>;
  /**
   * (lossSteps, sourceSteps) L2 norm of the total derivative of L_t with respect to h_k: along every
   * way up and through the network. NaN where k > t in a network without a reverse direction, which nothing
   * of h_k can reach.
   */
  readonly values: Float64Array<ArrayBuffer>;
}

/** Numbers in the states of one pass; a bound on its memory and on how long it keeps others waiting. */
const numbersPerPass = 2 ** 20;
/** More copies than this side by side are no faster. */
const maximumCopies = 32;

/**
 * L_t is what the loss would be if step t alone were weighted: the cross-entropy at t, or the mean
 * squared error over the outputs at t. `batch` is one sequence; without a target the matrix has no rows. Buffers come
 * from the model's kernels, and its parameters' gradients are overwritten.
 */
export function gradientFlow(
  model: Model,
  batch: Batch,
  request: GradientFlowRequest,
): GradientFlowMatrix {
  const following = followGradient(model, batch, request);
  for (;;) {
    const { done, value } = following.next();
    if (done) return value;
  }
}

/** `gradientFlow` that lets its caller do something else now and then. */
export function* followGradient(
  model: Model,
  batch: Batch,
  request: GradientFlowRequest,
): Generator<undefined, GradientFlowMatrix> {
  const { layer, direction } = request;
  const { layers, output } = model.description;
  if (!layers[layer]?.directions.includes(direction)) {
    throw new Error(`The network has no layer ${layer} that runs ${direction}.`);
  }
  if (batch.size !== 1) {
    throw new Error("Gradient flow is followed through one sequence at a time.");
  }
  const allSteps = [...Array(batch.steps + (batch.decoder?.steps ?? 0)).keys()];
  const lossSteps = Uint32Array.from(sampleEvenly(stepsWithLoss(model, batch), request.rows));
  const sourceSteps = Uint32Array.from(sampleEvenly(allSteps, request.columns));
  const values = new Float64Array(lossSteps.length * sourceSteps.length).fill(NaN);
  if (lossSteps.length === 0) return { lossSteps, sourceSteps, values };

  // Without a reverse direction nothing after a loss step matters to it.
  const looksBackOnly = layers.every(({ directions }) => !directions.includes("reverse"));
  const cuts = looksBackOnly && output.at === "each-step" && !batch.decoder;
  const widest = layers.reduce((sum, layer) => sum + layer.hidden * layer.directions.length, 0);
  const copies = Math.floor(numbersPerPass / (allSteps.length * widest));
  const size = Math.min(lossSteps.length, maximumCopies, Math.max(1, copies));
  const pass = createPass(model, { ...roomFor(batch), batch: size });
  prepareWeights(pass);

  for (let first = 0; first < lossSteps.length; first += size) {
    const some = lossSteps.subarray(first, first + size);
    const steps = cuts ? some[some.length - 1] + 1 : batch.steps;
    forwardPrepared(pass, lossAlone(batch, some, steps, output.at));
    backward(pass);
    some.forEach((lossStep, copy) => {
      sourceSteps.forEach((k, column) => {
        if (looksBackOnly && k > lossStep) return;
        // The loss of the batch is the mean of its copies' losses.
        const norm = some.length * normOf(pass, layer, direction, k, copy);
        values[(first + copy) * sourceSteps.length + column] = norm;
      });
    });
    yield;
  }
  return { lossSteps, sourceSteps, values };
}

function stepsWithLoss(
  { description }: Model,
  { steps, decoder, target, weights }: Batch,
): number[] {
  if (!target) return [];
  const isWeighted = (row: number): boolean => weights === undefined || weights[row] > 0;
  if (description.output.at === "last-step") return isWeighted(0) ? [steps - 1] : [];
  if (decoder) {
    return [...Array(decoder.steps).keys()].filter(isWeighted).map((t) => steps + t);
  }
  return [...Array(steps).keys()].filter(isWeighted);
}

/** ‖dL/dh‖ after step `k` of one sequence of the batch; NaN where an encoder or a decoder does not take that step. */
function normOf(pass: Pass, layer: number, direction: Direction, k: number, b: number): number {
  const { batch, steps } = pass.current;
  const { decoder } = pass;
  const firstLayer = decoder?.description.firstLayer ?? Infinity;
  const decodes = layer >= firstLayer;
  const step = decodes ? k - steps : k;
  if (step < 0 || (!decodes && step >= steps)) return NaN;
  const cell = decodes
    ? decoder?.layers[layer - firstLayer].recurrent.cell
    : layerOf(pass, layer, direction).cell;
  if (!cell) throw new Error(`The decoder has no layer ${layer}.`);
  const [{ gradient, width }] = cell.states;
  const from = (firstAfter(direction, batch) + step * batch + b) * width;
  let squares = 0;
  for (let unit = from; unit < from + width; unit++) squares += gradient[unit] ** 2;
  return Math.sqrt(squares);
}
