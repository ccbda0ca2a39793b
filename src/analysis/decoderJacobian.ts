/**
 * State-to-state Jacobians of an encoder-decoder: the whole sequence is run once, and every row of a step's Jacobian comes out of one
 * step of the engine's own backward, begun at one unit. In the decoder, a state also decides where additive attention looks before the
 * next step, which then reads what was found: that way from state to state counts. Other layers' states are held as they were.
 */
import { createPass, forwardPrepared, prepareWeights } from "../engine/bptt.ts";
import type { RecurrentCell } from "../engine/cells/cell.ts";
import { decoderSource } from "../engine/head.ts";
import { firstAfter, firstBefore } from "../engine/layers/directions.ts";
import type { Model } from "../engine/model.ts";
import { layerOf, roomFor, type Pass } from "../engine/pass.ts";
import {
  clearDecoderStep,
  prepareDecoderBackward,
  stepDecoderBack,
} from "../engine/sequenceToSequence/decodeBackward.ts";
import type { Batch } from "../trace/batch.ts";
import type { JacobianPlace, JacobianSource, StateJacobian } from "./stateJacobian.ts";

/** `batch` is of one sequence with its target. The parameters' gradients are overwritten. */
export function createDecoderJacobianSource(
  model: Model,
  batch: Batch,
  { layer, direction }: JacobianPlace,
): JacobianSource {
  const pass = createPass(model, roomFor(batch));
  prepareWeights(pass);
  forwardPrepared(pass, { ...batch, target: undefined, weights: undefined });
  const inDecoder = decoderStep(pass, layer);
  if (inDecoder) {
    const { steps } = batch;
    const { cell, clear, back } = inDecoder;
    return {
      from: steps,
      to: steps + (batch.decoder?.steps ?? 0),
      of: (t) =>
        jacobianOf(
          cell,
          t - steps,
          t - steps + 1,
          () => clear(t - steps),
          () => back(t - steps),
        ),
    };
  }
  const { cell } = layerOf(pass, layer, direction);
  return {
    from: 0,
    to: batch.steps,
    of(t) {
      const previous = t + firstBefore(direction, 1);
      const next = t + firstAfter(direction, 1);
      const clear = (): void => {
        for (const { gradient, width } of cell.states) gradient.fill(0, t * width, (t + 2) * width);
      };
      return jacobianOf(cell, previous, next, clear, () => cell.backward(t, previous, next, 1));
    },
  };
}

/** Undefined for a layer of the encoder. */
function decoderStep(
  pass: Pass,
  layer: number,
):
  | {
      readonly cell: RecurrentCell;
      readonly clear: (step: number) => void;
      readonly back: (step: number) => void;
    }
  | undefined {
  const { decoder } = pass;
  const own = decoder?.layers[layer - pass.layers.length];
  if (!decoder || !own) return undefined;
  const source = decoderSource(pass);
  prepareDecoderBackward(decoder, source);
  return {
    cell: own.recurrent.cell,
    clear: (step) => clearDecoderStep(decoder, source, step),
    back: (step) => stepDecoderBack(decoder, source, step),
  };
}

/** Row by row: one unit of the states in row `next` at a time, back to those in row `previous`. */
function jacobianOf(
  { states }: RecurrentCell,
  previous: number,
  next: number,
  clear: () => void,
  back: () => void,
): StateJacobian {
  const size = states.reduce((sum, { width }) => sum + width, 0);
  const values = new Float64Array(size * size);
  let row = 0;
  for (const { gradient: seeded, width: units } of states) {
    for (let unit = 0; unit < units; unit++) {
      clear();
      seeded[next * units + unit] = 1;
      back();
      let column = row * size;
      for (const { gradient, width } of states) {
        for (let k = 0; k < width; k++) values[column++] = gradient[previous * width + k];
      }
      row++;
    }
  }
  return { size, hidden: states[0].width, values };
}
