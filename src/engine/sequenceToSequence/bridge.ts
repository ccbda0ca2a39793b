/**
 * How a source reaches a decoder other than by attention: the encoder's last states begin the decoder's, as they are
 * (Sutskever et al. 2014) or through a map (Cho et al. 2014), and their summary may be read at every step.
 */
import { widthOf, type Direction, type Real } from "../../trace/trace.ts";
import type { RecurrentCell } from "../cells/cell.ts";
import type { RecurrentLayer } from "../layers/recurrentLayer.ts";
import { encoderLayers, outputSizeOf } from "../describeModel.ts";
import { parameterOf, type Model, type Parameter } from "../model.ts";
import type { PackedWeight } from "../kernels/kernels.ts";

type Layers = readonly ReadonlyMap<Direction, RecurrentLayer>[];

export interface Bridge {
  /** M: h of the encoder's top layer, of all its directions. */
  readonly width: number;
  /** (B,M) h of the encoder's top layer after its last step; and dL/d it. */
  readonly summary: Real;
  readonly summaryGradient: Real;
  readonly maps: readonly StateMap[];
  /** Per layer and direction of the encoder, (B,H) for each state: dL/d the state that the source ended in. */
  readonly ends: readonly ReadonlyMap<Direction, readonly Real[]>[];
}

/**
 * Where a decoder's layer begins. Bahdanau et al. 2015, appendix A.2.2, with a bias; Cho et al. 2014, appendix A.1:
 *   h_0 = tanh(W m + b)      c_0 = 0
 * m (B,M)   W (H,M)   h_0 (B,H)
 * Backward reads: m, h_0.
 */
interface StateMap {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly packed: PackedWeight;
  readonly packedTransposed: PackedWeight;
  /** (B,H): dL/d (W m + b). */
  readonly gradient: Real;
}

export function createBridge(model: Model, encoder: Layers, batch: number): Bridge {
  const { kernels, description } = model;
  const { decoder, layers } = description;
  const width = encoderLayers(description)
    .slice(-1)
    .reduce((_, layer) => outputSizeOf(layer), 0);
  const mapped = decoder?.start === "map" ? layers.slice(decoder.firstLayer) : [];
  return {
    width,
    summary: kernels.allocate(batch * width),
    summaryGradient: kernels.allocate(batch * width),
    maps: mapped.map((layer, index) => {
      const size = widthOf(layer, "h");
      return {
        weight: parameterOf(model, `bridge.l${index}.weight`),
        bias: parameterOf(model, `bridge.l${index}.bias`),
        packed: kernels.allocatePacked(size, width),
        packedTransposed: kernels.allocatePacked(width, size),
        gradient: kernels.allocate(batch * size),
      };
    }),
    ends: encoder.map(
      (directions) =>
        new Map(
          [...directions].map(([direction, { cell }]) => [
            direction,
            cell.states.map((state) => kernels.allocate(batch * state.width)),
          ]),
        ),
    ),
  };
}

export function prepareBridge({ maps }: Bridge, { kernels }: Model): void {
  for (const { weight, packed, packedTransposed } of maps) {
    kernels.pack(packed, weight.value, 0);
    kernels.packTransposed(packedTransposed, weight.value, 0);
  }
}

/** Writes the summary, and the states before the decoder's first step. */
export function crossBridge(
  bridge: Bridge,
  model: Model,
  encoder: Layers,
  decoder: readonly RecurrentCell[],
  lengths: Int32Array,
  batch: number,
): void {
  const { kernels, description } = model;
  const { summary, width, maps } = bridge;
  copyEnds(encoder.at(-1), 0, lengths, batch, summary, width);
  for (const [index, { states }] of decoder.entries()) {
    for (const [number, { value, width: size }] of states.entries()) {
      if (description.decoder?.start !== "copy") value.fill(0, 0, batch * size);
      else copyEnds(encoder[index], number, lengths, batch, value, size);
    }
  }
  for (const [index, { bias, packed }] of maps.entries()) {
    const [{ value, width: size }] = decoder[index].states;
    kernels.fillRows(value, bias.value, batch);
    kernels.multiply(value, 0, size, summary, 0, width, packed, batch, true);
    for (let k = 0; k < batch * size; k++) value[k] = Math.tanh(value[k]);
  }
}

/**
 * From dL/d the decoder's first states, and what `summaryGradient` holds already: dL/d the maps, and into `ends` dL/d
 * the states that the source ended in.
 */
export function crossBridgeBack(
  bridge: Bridge,
  model: Model,
  encoder: Layers,
  decoder: readonly RecurrentCell[],
  batch: number,
): void {
  const { kernels, description } = model;
  const { summary, summaryGradient, width, maps, ends } = bridge;
  for (const [index, map] of maps.entries()) {
    const [{ value, gradient, width: size }] = decoder[index].states;
    for (let k = 0; k < batch * size; k++) map.gradient[k] = gradient[k] * (1 - value[k] ** 2);
    kernels.accumulateOuter(
      map.weight.gradient,
      0,
      map.gradient,
      0,
      size,
      size,
      summary,
      0,
      width,
      width,
      batch,
    );
    kernels.accumulateColumnSums(map.bias.gradient, map.gradient, 0, batch);
    kernels.multiply(
      summaryGradient,
      0,
      width,
      map.gradient,
      0,
      size,
      map.packedTransposed,
      batch,
      true,
    );
  }
  for (const [index, directions] of encoder.entries()) {
    const isTop = index === encoder.length - 1;
    const copied = description.decoder?.start === "copy" ? decoder[index] : undefined;
    /** Of each state, where this direction's part begins. */
    const columns = [0, 0];
    for (const [direction, { cell }] of directions) {
      for (const [number, gradient] of (ends[index].get(direction) ?? []).entries()) {
        const { width: size } = cell.states[number];
        gradient.fill(0, 0, batch * size);
        if (copied) {
          const from = copied.states[number];
          addColumns(gradient, size, from.gradient, from.width, columns[number], batch);
        }
        if (isTop && number === 0)
          addColumns(gradient, size, summaryGradient, width, columns[number], batch);
        columns[number] += size;
      }
    }
  }
}

/** dL/d the states that each source ended in += what the decoder had of them. Before the time loop of that layer. */
export function addEndGradients(
  { ends }: Bridge,
  index: number,
  { cell, direction }: RecurrentLayer,
  lengths: Int32Array,
  batch: number,
): void {
  for (const [number, from] of (ends[index].get(direction) ?? []).entries()) {
    const { gradient, width } = cell.states[number];
    for (let b = 0; b < batch; b++) {
      const to = endRow(direction, lengths[b], batch, b) * width;
      for (let k = 0; k < width; k++) gradient[to + k] += from[b * width + k];
    }
  }
}

/** Row, among the states, of the one after a source's last valid step in a direction. */
const endRow = (direction: Direction, length: number, batch: number, b: number): number =>
  direction === "forward" ? length * batch + b : b;

/** out (B,stride) = one state of all directions, where each source ended, side by side. */
function copyEnds(
  directions: ReadonlyMap<Direction, RecurrentLayer> | undefined,
  number: number,
  lengths: Int32Array,
  batch: number,
  out: Real,
  stride: number,
) {
  let column = 0;
  for (const { cell, direction } of directions?.values() ?? []) {
    const { value, width } = cell.states[number];
    for (let b = 0; b < batch; b++) {
      const from = endRow(direction, lengths[b], batch, b) * width;
      const to = b * stride + column;
      for (let k = 0; k < width; k++) out[to + k] = value[from + k];
    }
    column += width;
  }
}

/** out (rows,width) += columns `column` … of `from` (rows,stride). */
function addColumns(
  out: Real,
  width: number,
  from: Real,
  stride: number,
  column: number,
  rows: number,
) {
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < width; k++) out[row * width + k] += from[row * stride + column + k];
  }
}
