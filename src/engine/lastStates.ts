/** What each sequence ends in, for output at the last step: where there are two directions, each at its own last step. */
import { initialRow } from "./layers/directions.ts";
import type { OutputLayer } from "./layers/outputLayer.ts";
import type { RecurrentLayer } from "./layers/recurrentLayer.ts";
import type { Pass } from "./pass.ts";

type LastStates = NonNullable<OutputLayer["last"]>;

/** last.h (B,D·H) = what the top layer hands on after the last step of each sequence. */
export function gatherLast(pass: Pass, last: LastStates): void {
  const { batch } = pass.current;
  const handed = pass.handed.at(-1);
  for (const layer of topLayers(pass)) {
    const [{ value, width }] = layer.cell.states;
    if (!handed) {
      pass.model.kernels.gatherRows(last.h, value, findRows(pass, last), batch, width);
      return;
    }
    forEachPart(pass, layer, handed.width, (end, part, initial) => {
      const [source, from] = end === undefined ? [value, initial] : [handed.value, end];
      for (let k = 0; k < width; k++) last.h[part + k] = source[from + k];
    });
  }
}

/** dL/d what `gatherLast` took from last.hGradient (B,D·H); 0 for everything else that the top layer hands on. */
export function scatterLast(pass: Pass, last: LastStates): void {
  const { batch, steps } = pass.current;
  const handed = pass.handed.at(-1);
  handed?.gradient.fill(0, 0, steps * batch * handed.width);
  for (const layer of topLayers(pass)) {
    const [{ gradient, width }] = layer.cell.states;
    if (!handed) {
      pass.model.kernels.scatterRows(gradient, last.hGradient, findRows(pass, last), batch, width);
      return;
    }
    forEachPart(pass, layer, handed.width, (end, part, initial) => {
      const [target, to] = end === undefined ? [gradient, initial] : [handed.gradient, end];
      for (let k = 0; k < width; k++) target[to + k] += last.hGradient[part + k];
    });
  }
}

const topLayers = ({ layers }: Pass): Iterable<RecurrentLayer> => layers.at(-1)?.values() ?? [];

/**
 * For a single direction whose h is read where it is. Forward, row `length` of the states is the one after the last
 * valid step, and the initial one for an empty sequence; backwards, row 0 is where every sequence ends.
 */
function findRows({ layers, lengths, current }: Pass, { rows }: LastStates): Int32Array {
  const isForward = layers.at(-1)?.has("forward");
  for (let b = 0; b < current.batch; b++) {
    rows[b] = (isForward ? lengths[b] * current.batch : 0) + b;
  }
  return rows;
}

/**
 * For each sequence, where the H numbers of one direction begin: in what is handed on after the direction's last step
 * (undefined for an empty sequence), in last.h, and in the initial states.
 */
function forEachPart(
  { lengths, current }: Pass,
  { cell, direction }: RecurrentLayer,
  width: number,
  visit: (end: number | undefined, part: number, initial: number) => void,
) {
  const { steps, batch } = current;
  const own = cell.states[0].width;
  const column = direction === "forward" ? 0 : width - own;
  for (let b = 0; b < batch; b++) {
    const lastStep = direction === "forward" ? lengths[b] - 1 : 0;
    const end = lengths[b] === 0 ? undefined : (lastStep * batch + b) * width + column;
    visit(end, b * width + column, (initialRow(direction, steps, batch) + b) * own);
  }
}
