/** Finds where a calculation first left the finite numbers, so that a person learns more than "NaN". */
import { gradientOf, layerTensor } from "../trace/names.ts";
import type { Real } from "../trace/trace.ts";
import { firstAfter, stepAt } from "./layers/directions.ts";
import { outputRows, type Pass } from "./pass.ts";

export interface NonFinite {
  /** Name in the trace. */
  readonly tensor: string;
  readonly layer?: number;
  readonly t: number;
  readonly unit: number;
  /** Which sequence of the batch. */
  readonly sequence: number;
  /** NaN, Infinity or −Infinity. */
  readonly value: number;
}

/**
 * The first NaN or infinity of the last pass, in the order in which the pass computed: along time, layers
 * upwards, then output and loss; and where all that is finite, the gradients backward in time, layers downwards.
 * For output at the last step, t is the step that was last.
 */
export function firstNonFinite(pass: Pass): NonFinite | undefined {
  const found =
    firstInForward(pass) ??
    (pass.current.holds === "gradients" ? firstInBackward(pass) : undefined);
  const { segments } = pass;
  // The buffers hold one segment, and its steps are counted from its beginning.
  return found && segments
    ? { ...found, t: found.t + segments.current.held * segments.length }
    : found;
}

function firstInForward(pass: Pass): NonFinite | undefined {
  const { steps, batch, holds } = pass.current;
  const { input } = pass;
  for (let t = 0; t < steps; t++) {
    if (input.kind !== "one-hot") {
      const found = inRows("input", undefined, t, input.values, t * batch, batch, input.size);
      if (found) return found;
    }
    for (const [layer, directions] of pass.layers.entries()) {
      for (const { cell, direction } of directions.values()) {
        // States are what gates become; the last of them, c, is computed before h.
        for (const { name, value, width } of cell.states.toReversed()) {
          const tensor = layerTensor(layer, direction, name);
          const step = stepAt(direction, t, steps);
          const row = step * batch + firstAfter(direction, batch);
          const found = inRows(tensor, layer, step, value, row, batch, width);
          if (found) return found;
        }
      }
    }
  }
  const written = inDecoder(pass, "value");
  if (written) return written;
  if (holds === "nothing") return undefined;
  const { size } = pass.model.description.output;
  return (
    inOutput("output", pass, pass.output.values, size) ??
    (holds === "outputs" ? undefined : inOutput("loss", pass, pass.output.losses, 1))
  );
}

function firstInBackward(pass: Pass): NonFinite | undefined {
  const { steps, batch } = pass.current;
  const { size } = pass.model.description.output;
  const output = inOutput(gradientOf("output"), pass, pass.output.gradient, size);
  if (output) return output;
  const written = inDecoder(pass, "gradient");
  if (written) return written;
  for (let t = steps - 1; t >= 0; t--) {
    for (let layer = pass.layers.length - 1; layer >= 0; layer--) {
      for (const { cell, direction } of pass.layers[layer].values()) {
        for (const { name, gradient, width } of cell.states) {
          const tensor = gradientOf(layerTensor(layer, direction, name));
          const step = stepAt(direction, t, steps);
          const row = step * batch + firstAfter(direction, batch);
          const found = inRows(tensor, layer, step, gradient, row, batch, width);
          if (found) return found;
        }
      }
    }
  }
  return undefined;
}

function inOutput(tensor: string, pass: Pass, values: Real, width: number): NonFinite | undefined {
  const { batch } = pass.current;
  const found = inRows(tensor, undefined, 0, values, 0, outputRows(pass), width);
  if (!found) return undefined;
  const row = found.sequence;
  const sequence = row % batch;
  const t = pass.output.last ? Math.max(0, pass.lengths[sequence] - 1) : Math.floor(row / batch);
  return { ...found, t: t + (pass.decoder ? pass.current.steps : 0), sequence };
}

/** The states of a decoder, whose steps are counted on from the source's; gradients from its last step on. */
function inDecoder({ decoder, current }: Pass, what: "value" | "gradient"): NonFinite | undefined {
  if (!decoder) return undefined;
  const { batch, steps: before } = current;
  const { steps } = decoder.current;
  const { firstLayer } = decoder.description;
  const layers = [...decoder.layers.entries()];
  for (let taken = 0; taken < steps; taken++) {
    const t = what === "value" ? taken : steps - 1 - taken;
    for (const [index, { recurrent }] of what === "value" ? layers : layers.toReversed()) {
      const { states } = recurrent.cell;
      for (const state of what === "value" ? states.toReversed() : states) {
        const layer = firstLayer + index;
        const name = layerTensor(layer, "forward", state.name);
        const tensor = what === "value" ? name : gradientOf(name);
        const row = (t + 1) * batch;
        const found = inRows(tensor, layer, before + t, state[what], row, batch, state.width);
        if (found) return found;
      }
    }
  }
  return undefined;
}

function inRows(
  tensor: string,
  layer: number | undefined,
  t: number,
  values: Real,
  firstRow: number,
  rows: number,
  width: number,
): NonFinite | undefined {
  for (let k = firstRow * width; k < (firstRow + rows) * width; k++) {
    if (Number.isFinite(values[k])) continue;
    const sequence = Math.floor(k / width) - firstRow;
    return { tensor, layer, t, unit: k % width, sequence, value: values[k] };
  }
  return undefined;
}
