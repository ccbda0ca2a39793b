/**
 * What a layer hands on to the one above, where that is more than its own h: both directions side by side, some of it
 * dropped in training, its input added. In this order, so that what is added is never dropped:
 *   y = dropout([h_forward, h_reverse]) + x
 * Columns 0 … H − 1 are the forward direction's, as torch.nn.LSTM(bidirectional=True) has it.
 */
import { widthOf, type LayerDescription, type Real } from "../../trace/trace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Random } from "../rng.ts";
import { firstAfter } from "./directions.ts";
import type { RecurrentLayer } from "./recurrentLayer.ts";

export interface HandedOn {
  /** D·H */
  readonly width: number;
  /** (R,D·H): y after every step. */
  readonly value: Real;
  /** (R,D·H) */
  readonly gradient: Real;
  readonly residual: boolean;
  readonly dropout?: Dropout;
}

interface Dropout {
  /** Dropped, of 1. */
  readonly share: number;
  /** One mask for all steps of a sequence (Gal & Ghahramani 2016), not one for each. */
  readonly variational: boolean;
  readonly random: Pick<Random, "uniform">;
  /** (R,D·H): 0 or 1 / (1 − share), so that the mean stays. */
  readonly mask: Real;
}

/** Undefined where h is read where it is. Without `random` nothing is ever dropped. */
export function createHandedOn(
  layer: LayerDescription,
  rows: number,
  kernels: Kernels,
  random: Pick<Random, "uniform"> | undefined,
): HandedOn | undefined {
  const { directions, dropout: share = 0, variational = false, residual = false } = layer;
  const drops = random !== undefined && share > 0;
  if (directions.length === 1 && !drops && !residual) return undefined;
  const width = widthOf(layer, "h") * directions.length;
  const allocate = () => kernels.allocate(rows * width);
  return {
    width,
    value: allocate(),
    gradient: allocate(),
    residual,
    ...(drops && { dropout: { share, variational, random, mask: allocate() } }),
  };
}

/** Writes `value` from every direction's h, and from the layer's input at `offset` of `input`. */
export function handOn(
  handed: HandedOn,
  layers: Iterable<RecurrentLayer>,
  input: { readonly values: Real; readonly offset: number } | undefined,
  steps: number,
  batch: number,
): void {
  drawMasks(handed, steps, batch);
  handOnRows(handed, layers, input, 0, steps * batch, batch);
}

/** The masks of all steps, for `handOnRows` to go step by step. */
export function drawMasks({ width, dropout }: HandedOn, steps: number, batch: number): void {
  if (dropout) drawMask(dropout, steps, batch, width);
}

/** `handOn` for `rows` rows from `row` on, with masks drawn before. */
export function handOnRows(
  { width, value, dropout, residual }: HandedOn,
  layers: Iterable<RecurrentLayer>,
  input: { readonly values: Real; readonly offset: number } | undefined,
  row: number,
  rows: number,
  batch: number,
): void {
  const first = row * width;
  const end = first + rows * width;
  let column = first;
  for (const { cell, direction } of layers) {
    const [h] = cell.states;
    const from = (firstAfter(direction, batch) + row) * h.width;
    copyRows(value, column, width, h.value, from, h.width, rows, h.width);
    column += h.width;
  }
  if (dropout) {
    const { mask } = dropout;
    for (let k = first; k < end; k++) value[k] *= mask[k];
  }
  if (!residual) return;
  if (!input) throw new Error("Only vectors can be added to what a layer hands on, not tokens.");
  const { values, offset } = input;
  for (let k = first; k < end; k++) value[k] += values[offset + k];
}

/** Writes dL/dh of every direction from `gradient`. */
export function takeBack(
  { width, gradient, dropout }: HandedOn,
  layers: Iterable<RecurrentLayer>,
  rows: number,
  batch: number,
): void {
  let column = 0;
  for (const { cell, direction } of layers) {
    const { gradient: below, width: own } = cell.states[0];
    const to = firstAfter(direction, batch) * own;
    copyRows(below, to, own, gradient, column, width, rows, own);
    if (dropout) {
      for (let row = 0; row < rows; row++) {
        const masked = row * width + column;
        for (let k = 0; k < own; k++) below[to + row * own + k] *= dropout.mask[masked + k];
      }
    }
    column += own;
  }
}

/** dL/dx += what the input received past the layer. */
export function addResidual(
  { width, gradient, residual }: HandedOn,
  inputGradient: Real,
  offset: number,
  rows: number,
): void {
  if (!residual) return;
  for (let k = 0; k < rows * width; k++) inputGradient[offset + k] += gradient[k];
}

function drawMask(
  { share, variational, random, mask }: Dropout,
  steps: number,
  batch: number,
  width: number,
) {
  const kept = 1 / (1 - share);
  const first = (variational ? 1 : steps) * batch * width;
  for (let k = 0; k < first; k++) mask[k] = random.uniform() < share ? 0 : kept;
  for (let k = first; k < steps * batch * width; k += first) mask.copyWithin(k, 0, first);
}

function copyRows(
  to: Real,
  toOffset: number,
  toStride: number,
  from: Real,
  fromOffset: number,
  fromStride: number,
  rows: number,
  width: number,
) {
  for (let row = 0; row < rows; row++) {
    const target = toOffset + row * toStride;
    const source = fromOffset + row * fromStride;
    for (let k = 0; k < width; k++) to[target + k] = from[source + k];
  }
}
