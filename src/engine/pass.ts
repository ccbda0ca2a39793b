/**
 * All buffers of one forward and backward pass over up to (T,B), laid out once. What backpropagation must
 * remember is what a person wants to see, so these buffers are also the trace (`readTrace.ts`).
 */
import type { Batch } from "../trace/batch.ts";
import { widthOf, type Direction, type Real } from "../trace/trace.ts";
import type { Attention } from "./attention/attention.ts";
import { createPooling } from "./attention/attentionPooling.ts";
import { createConditioning, type Conditioning } from "./conditioning.ts";
import { firstAfter } from "./layers/directions.ts";
import { createHandedOn, type HandedOn } from "./layers/handOn.ts";
import { createInputLayer, type InputLayer } from "./layers/inputLayer.ts";
import { createOutputLayer, type OutputLayer } from "./layers/outputLayer.ts";
import { createMaskStreams } from "./layers/maskStreams.ts";
import {
  createRecurrentLayer,
  type LayerSource,
  type RecurrentLayer,
} from "./layers/recurrentLayer.ts";
import type { RowBlock } from "./layers/rowBlocks.ts";
import { encoderLayers } from "./describeModel.ts";
import type { Model } from "./model.ts";
import type { Random } from "./rng.ts";
import { createSegments, segmentLength, type Segments } from "./segments.ts";
import { createDecoder, type Decoder } from "./sequenceToSequence/decoder.ts";

export interface Capacity {
  /** T, largest. */
  readonly steps: number;
  /** B, largest. */
  readonly batch: number;
  /** T of the decoder, largest. */
  readonly decoderSteps?: number;
  /** Room for √T steps only: the others are computed twice. */
  readonly recompute?: boolean;
}

/** Room for just this batch. */
export const roomFor = ({ steps, size, decoder }: Batch): Capacity => ({
  steps,
  batch: size,
  ...(decoder && { decoderSteps: decoder.steps }),
});

export interface Pass {
  readonly model: Model;
  readonly capacity: Capacity;
  readonly input: InputLayer;
  /** One entry per layer, next to the input first; in it one per direction. Not the decoder's. */
  readonly layers: readonly ReadonlyMap<Direction, RecurrentLayer>[];
  /** Per layer, what it hands on where that is more than its h. */
  readonly handed: readonly (HandedOn | undefined)[];
  /** Reads what the layers above hand on, and is what the output reads. */
  readonly decoder: Decoder | undefined;
  /** Where a vector stands before the first step. */
  readonly conditioning: Conditioning | undefined;
  /** Where the output at the last step reads all steps. */
  readonly pooling: Attention | undefined;
  readonly output: OutputLayer;
  /** Where the buffers hold a part of the steps at a time. */
  readonly segments: Segments | undefined;
  /** (B) valid steps of each sequence. */
  readonly lengths: Int32Array;
  /** Per layer and direction (R,H): dL/dh before the time loop adds what comes from the future; see `createPass`. */
  readonly fromAbove: readonly ReadonlyMap<Direction, Real>[] | undefined;
  /** What the buffers hold now. */
  readonly current: {
    /** T and B of the last forward pass; 0 before the first. */
    steps: number;
    batch: number;
    /** The rows of steps that are computed; padding between them is not. */
    blocks: readonly RowBlock[];
    /** Steps that all sequences have: masking begins here. */
    shortest: number;
    /** Whether the states before the first step came from a vector. */
    conditioned: boolean;
    /** B of the carried states; 0 when there are none. */
    carriedBatch: number;
    /** `forward` without a target cannot be followed by `backward`. */
    holds: "nothing" | "outputs" | "losses" | "gradients";
  };
}

/**
 * Lays out every buffer for batches of up to `capacity`. Smaller batches use the front of each. A pass that trains draws
 * the masks of layers with dropout from `dropout`; in any other, nothing is dropped. One that is traced may keep apart, with
 * `separate`, which part of dL/dh comes from above and which from the future.
 */
export function createPass(
  model: Model,
  capacity: Capacity,
  options: { readonly dropout?: Pick<Random, "uniform">; readonly separate?: boolean } = {},
): Pass {
  const { batch } = capacity;
  const steps = capacity.recompute ? segmentLength(capacity.steps) : capacity.steps;
  if (!(steps >= 1 && batch >= 1)) {
    throw new Error(
      `A pass needs room for at least one step of one sequence, not (T,B) = (${steps},${batch}).`,
    );
  }
  const rows = steps * batch;
  const { description, kernels } = model;
  const input = createInputLayer(model, rows);
  const encoder = encoderLayers(description);
  const layers = encoder.map(
    ({ directions }, index) =>
      new Map(
        directions.map((direction) => [
          direction,
          createRecurrentLayer(model, index, direction, { rows, batch }),
        ]),
      ),
  );
  const masks =
    capacity.recompute && options.dropout ? createMaskStreams(encoder, options.dropout) : undefined;
  const decoderSteps = capacity.decoderSteps ?? 1;
  const sizes = { steps: decoderSteps, sourceSteps: steps, batch };
  const outputRows = description.decoder ? decoderSteps * batch : rows;
  return {
    model,
    capacity,
    input,
    layers,
    handed: encoder.map((layer, index) =>
      createHandedOn(layer, rows, kernels, masks?.layers[index] ?? options.dropout),
    ),
    fromAbove: options.separate
      ? encoder.map(
          (layer) =>
            new Map(
              layer.directions.map((direction) => [
                direction,
                kernels.allocate(rows * widthOf(layer, "h")),
              ]),
            ),
        )
      : undefined,
    decoder: createDecoder(model, layers, sizes, options.dropout),
    conditioning: createConditioning(model, layers, batch),
    pooling: createPooling(model, { ...capacity, steps }),
    output: createOutputLayer(model, description.output.at === "last-step" ? batch : outputRows),
    segments: capacity.recompute
      ? createSegments(
          model,
          layers.flatMap((each) => [...each.values()]),
          capacity,
          masks,
        )
      : undefined,
    lengths: kernels.allocateIntegers(batch),
    current: {
      steps: 0,
      batch: 0,
      blocks: [],
      shortest: 0,
      conditioned: false,
      carriedBatch: 0,
      holds: "nothing",
    },
  };
}

export function layerOf(pass: Pass, index: number, direction: Direction): RecurrentLayer {
  const layer = pass.layers[index]?.get(direction);
  if (!layer) throw new Error(`The model has no layer ${index} in direction "${direction}".`);
  return layer;
}

/** The rows that feed a layer, for batches of `batch` sequences. */
export function sourceOf(pass: Pass, index: number, batch: number): LayerSource {
  if (index > 0) {
    const { value, offset } = handedOn(pass, index - 1, batch);
    return { kind: "dense", values: value, offset };
  }
  const { input } = pass;
  if (input.kind === "one-hot") return input;
  return { kind: "dense", values: input.values, offset: 0 };
}

/** What a layer hands on, (T·B,D·H) from `offset` in both buffers: h after each step, of all directions. */
export function handedOn(
  pass: Pass,
  index: number,
  batch: number,
): { readonly value: Real; readonly gradient: Real; readonly offset: number } {
  const handed = pass.handed[index];
  if (handed) return { ...handed, offset: 0 };
  const [layer] = pass.layers[index].values();
  const [h] = layer.cell.states;
  // Forward, the state before the first step comes first, and what a layer hands on begins after it.
  return { ...h, offset: firstAfter(layer.direction, batch) * h.width };
}

/** Rows of output, N, that the last forward pass left. */
export function outputRows(pass: Pass): number {
  const { steps, batch } = pass.current;
  if (pass.output.last) return batch;
  return (pass.decoder?.current.steps ?? steps) * batch;
}

/** T, B, and (B) valid steps of each sequence. */
export interface Extent {
  readonly steps: number;
  readonly batch: number;
  readonly lengths: Int32Array;
}

export const extentOf = ({ current, lengths }: Pass): Extent => ({ ...current, lengths });

/** Sets the rows (T·B,width) behind the ends of sequences to 0. */
export function clearPadding({ steps, batch, lengths }: Extent, values: Real, width: number): void {
  for (let t = 0; t < steps; t++) {
    for (let b = 0; b < batch; b++) {
      const from = (t * batch + b) * width;
      if (t >= lengths[b]) values.fill(0, from, from + width);
    }
  }
}

/** Sizes of a batch against the pass and against its own arrays. */
export function checkBatch(pass: Pass, batch: Batch): void {
  const { steps, size, lengths } = batch;
  const { capacity } = pass;
  if (!(steps >= 1 && size >= 1) || steps > capacity.steps || size > capacity.batch) {
    throw new Error(
      `A batch of (T,B) = (${steps},${size}) does not fit a pass for up to (${capacity.steps},${capacity.batch}).`,
    );
  }
  if (lengths.length < size)
    throw new Error(`The batch has ${lengths.length} lengths for ${size} sequences.`);
  for (let b = 0; b < size; b++) {
    if (lengths[b] < 0 || lengths[b] > steps) {
      throw new Error(`Sequence ${b} of the batch is ${lengths[b]} steps long, but T is ${steps}.`);
    }
  }
}
