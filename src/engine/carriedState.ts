/**
 * States between windows: truncated backpropagation cuts a long sequence, and the states that one window
 * ends in may be what the next begins with. Gradients stop at the cut.
 */
import type { Batch } from "../trace/batch.ts";
import { layerTensor } from "../trace/names.ts";
import { keepCopy, type Rooms } from "../trace/rooms.ts";
import type { Real } from "../trace/trace.ts";
import { conditionStates } from "./conditioning.ts";
import { finalRow, initialRow } from "./layers/directions.ts";
import type { Pass } from "./pass.ts";

/** Fills the states before the first step: with what was carried, with what a vector makes of them, or with zero. */
export function beginStates(pass: Pass, input: Batch): void {
  const { batch, carriedBatch, steps } = pass.current;
  // Carrying on from nothing, as a stream's first window does, is beginning at zero.
  const carried = input.carry && carriedBatch > 0;
  if (carried && carriedBatch !== batch) {
    throw new Error(
      `The states of ${carriedBatch} sequences cannot be carried into a batch of ${batch}.`,
    );
  }
  for (const { cell, direction, carried: kept } of allLayers(pass)) {
    for (const [index, { value, width }] of cell.states.entries()) {
      const first = initialRow(direction, steps, batch) * width;
      const length = batch * width;
      if (carried) copy(kept[index], value, first, length);
      else value.fill(0, first, first + length);
    }
  }
  const { conditioning } = pass;
  pass.current.conditioned = conditioning !== undefined && !carried;
  if (conditioning && !carried) conditionStates(conditioning, pass.model, input, pass.input);
}

/**
 * Keeps the states after the last step, or after the `carriedSteps` that the batch asks for. Each sequence's own: where it
 * ended early, they were held.
 */
export function carryStates(pass: Pass, carriedSteps: number | undefined): void {
  const { batch, steps } = pass.current;
  if (carriedSteps !== undefined && (carriedSteps < 0 || carriedSteps > steps)) {
    throw new Error(`No state after ${carriedSteps} of ${steps} steps can be carried on.`);
  }
  for (const { cell, direction, carried } of allLayers(pass)) {
    for (const [index, { value, width }] of cell.states.entries()) {
      // A direction that begins at the end has a state to hand on only at the beginning.
      const row =
        carriedSteps !== undefined && direction === "forward"
          ? carriedSteps * batch
          : finalRow(direction, steps, batch);
      const from = row * width;
      const kept = carried[index];
      kept.set(value.subarray(from, from + batch * width));
    }
  }
  pass.current.carriedBatch = batch;
}

/**
 * Copies of the states that a batch with `carry` would begin with: (B,H) each, named as in a trace
 * (`layers.0.forward.h`). Empty when there are none. `rooms` may hold earlier copies, which are overwritten.
 */
export function carriedState(pass: Pass, rooms: Rooms = new Map()): ReadonlyMap<string, Real> {
  const { carriedBatch } = pass.current;
  const states = new Map<string, Real>();
  if (carriedBatch === 0) return states;
  for (const { name, kept, width } of namedStates(pass)) {
    states.set(name, keepCopy(rooms, name, kept.subarray(0, carriedBatch * width)));
  }
  return states;
}

/** Puts states back, for the next batch with `carry`; an empty map makes it begin at zero. */
export function restoreCarriedState(pass: Pass, state: ReadonlyMap<string, Real>): void {
  if (state.size === 0) {
    pass.current.carriedBatch = 0;
    return;
  }
  const wanted = namedStates(pass);
  const batch = (state.get(wanted[0].name)?.length ?? 0) / wanted[0].width;
  for (const { name, width } of wanted) {
    const given = state.get(name);
    if (!given)
      throw new Error(
        `The carried state lacks "${name}". It has: ${[...state.keys()].join(", ")}.`,
      );
    if (given.length !== batch * width || batch < 1 || batch > pass.capacity.batch) {
      throw new Error(
        `The carried state "${name}" has ${given.length} numbers, which is not (B,H) with one B of 1 … ` +
          `${pass.capacity.batch} for all states and H = ${width}.`,
      );
    }
  }
  for (const { name, width, kept } of wanted) {
    const given = state.get(name);
    if (given) copy(given, kept, 0, batch * width);
  }
  pass.current.carriedBatch = batch;
}

function namedStates(pass: Pass): readonly { name: string; width: number; kept: Real }[] {
  return pass.layers.flatMap((layers, number) =>
    [...layers.values()].flatMap(({ direction, cell, carried }) =>
      cell.states.map((state, index) => ({
        name: layerTensor(number, direction, state.name),
        width: state.width,
        kept: carried[index],
      })),
    ),
  );
}

const allLayers = (pass: Pass) => pass.layers.flatMap((layers) => [...layers.values()]);

function copy(from: Real, to: Real, offset: number, length: number) {
  for (let k = 0; k < length; k++) to[offset + k] = from[k];
}
