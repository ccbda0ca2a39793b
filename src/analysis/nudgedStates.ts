/**
 * A pass whose states can be moved a little at any step, so that the loss becomes a function of one number of them: what a
 * gradient check compares dL/dh_t, dL/dc_t and dL/d the initial states with. Nothing of the engine's backward is used.
 *
 * h_t is moved after its step. c_t has to be moved within it, because h_t follows from it; since
 *   c_t = … + i ⊙ tanh(a_g),
 * moving the sum a_g of the candidate by δ / (i (1 − g²)) moves c_t, and nothing else, by δ (to first order, which is all that a
 * derivative asks for), in every kind of LSTM.
 */
import type { RecurrentCell, StateBuffers } from "../engine/cells/cell.ts";
import { firstAfter, initialRow } from "../engine/layers/directions.ts";
import type { RecurrentLayer } from "../engine/layers/recurrentLayer.ts";
import type { Pass } from "../engine/pass.ts";
import { gatesOf, layerTensor } from "../trace/names.ts";
import { tensorOf, type Direction, type Real, type Trace } from "../trace/trace.ts";

export interface NudgedState {
  /** Of the trace: `layers.0.forward.h`, or `layers.0.forward.h0` before the first step. */
  readonly name: string;
  /** Steps of the trace at which it can be moved, from `firstStep` on; none for an initial state. */
  readonly firstStep: number;
  readonly steps: number;
  /** Numbers of all sequences at one step, B·H. */
  readonly size: number;
  /** (B,H) */
  readonly shape: readonly number[];
  /** Number `entry` of step `t` is `amount` larger in every forward pass, until the next call. */
  nudge(t: number, entry: number, amount: number): void;
}

export interface NudgedPass {
  /** Shares all buffers with the pass that it was made of. */
  readonly pass: Pass;
  readonly overTime: readonly NudgedState[];
  readonly initial: readonly NudgedState[];
}

interface Nudge {
  cell: RecurrentCell | undefined;
  /** Row of the step. */
  row: number;
  when: "before" | "after";
  buffer: Real;
  index: number;
  amount: number;
}

/** `trace` is what the pass left after a forward pass over the batch that will be run again. */
export function nudgeStates(pass: Pass, trace: Trace): NudgedPass {
  const nudge: Nudge = {
    cell: undefined,
    row: 0,
    when: "before",
    buffer: new Float64Array(0),
    index: 0,
    amount: 0,
  };
  const { batch, steps } = pass.current;
  const overTime: NudgedState[] = [];
  const initial: NudgedState[] = [];
  const list = (layer: RecurrentLayer, number: number, firstStep: number, own: number): void => {
    const { cell, direction } = layer;
    for (const state of cell.states) {
      overTime.push(
        stateOverTime(nudge, layer, state, trace, { number, firstStep, steps: own, batch }),
      );
      // A decoder's first states come from its encoder, and are moved with them.
      if (firstStep > 0) continue;
      const row = direction === "forward" ? 0 : (own - 1) * batch;
      const offset = initialRow(direction, own, batch) * state.width;
      initial.push({
        name: layerTensor(number, direction, `${state.name}0`),
        firstStep: 0,
        steps: 0,
        size: batch * state.width,
        shape: [batch, state.width],
        nudge(_, entry, amount) {
          const index = offset + entry;
          Object.assign(nudge, { cell, row, when: "before", buffer: state.value, index, amount });
        },
      });
    }
  };
  for (const [number, directions] of pass.layers.entries()) {
    for (const layer of directions.values()) list(layer, number, 0, steps);
  }
  const { decoder } = pass;
  for (const [index, { recurrent }] of (decoder?.layers ?? []).entries()) {
    list(recurrent, pass.layers.length + index, steps, decoder?.current.steps ?? 0);
  }
  const wrap = (layer: RecurrentLayer): RecurrentLayer => withNudge(layer, nudge);
  return {
    pass: {
      ...pass,
      layers: pass.layers.map(
        (directions) =>
          new Map(
            [...directions].map(([direction, layer]): [Direction, RecurrentLayer] => [
              direction,
              wrap(layer),
            ]),
          ),
      ),
      decoder: decoder && {
        ...decoder,
        layers: decoder.layers.map((layer) => ({ ...layer, recurrent: wrap(layer.recurrent) })),
      },
    },
    overTime,
    initial,
  };
}

function stateOverTime(
  nudge: Nudge,
  { cell, direction }: RecurrentLayer,
  { name, value, width }: StateBuffers,
  trace: Trace,
  place: {
    readonly number: number;
    readonly firstStep: number;
    readonly steps: number;
    readonly batch: number;
  },
): NudgedState {
  const { number, firstStep, steps, batch } = place;
  const size = batch * width;
  const gate = (part: string): Real => tensorOf(trace, layerTensor(number, direction, part)).data;
  const slopes = name === "c" ? slopesOf(gate("i"), gate("g")) : undefined;
  return {
    name: layerTensor(number, direction, name),
    firstStep,
    steps,
    size,
    shape: [batch, width],
    nudge(t, entry, amount) {
      const row = (t - firstStep) * batch;
      if (!slopes) {
        const index = (row + firstAfter(direction, batch)) * width + entry;
        Object.assign(nudge, { cell, row, when: "after", buffer: value, index, amount });
        return;
      }
      const slope = slopes[t * size + entry];
      const candidate = gatesOf.lstm.findIndex((part) => part === "g") * cell.hidden;
      const b = Math.floor(entry / width);
      const index = (row + b) * cell.gateWidth + candidate + (entry % width);
      // Where a sequence has ended there are no gates, and nothing to move.
      const own = slope === 0 ? 0 : amount / slope;
      Object.assign(nudge, { cell, row, when: "before", buffer: cell.gates, index, amount: own });
    },
  };
}

/** ∂c/∂a_g = i (1 − g²). */
const slopesOf = (i: Real, g: Real): Float64Array =>
  Float64Array.from(i, (value, k) => value * (1 - g[k] ** 2));

function withNudge(layer: RecurrentLayer, nudge: Nudge): RecurrentLayer {
  const { cell } = layer;
  return {
    ...layer,
    cell: {
      ...cell,
      forward(row, previous, next, rows) {
        const isHere = nudge.cell === cell && nudge.row === row;
        if (isHere && nudge.when === "before") nudge.buffer[nudge.index] += nudge.amount;
        cell.forward(row, previous, next, rows);
        if (isHere && nudge.when === "after") nudge.buffer[nudge.index] += nudge.amount;
      },
    },
  };
}
