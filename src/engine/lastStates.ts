/** The states that each sequence ends in, for output at the last step: side by side where there are two directions. */
import type { OutputLayer } from "./layers/outputLayer.ts";
import type { RecurrentLayer } from "./layers/recurrentLayer.ts";
import type { Pass } from "./pass.ts";

type LastStates = NonNullable<OutputLayer["last"]>;

/** last.h (B,D·H) = h after the last step that each direction took of each sequence. */
export function gatherLast(pass: Pass, last: LastStates): void {
  const { kernels } = pass.model;
  const { batch } = pass.current;
  forEachDirection(pass, (layer, column, width) => {
    const { hidden, states } = layer.cell;
    findRows(pass, layer, last.rows);
    if (width === hidden) {
      kernels.gatherRows(last.h, states[0].value, last.rows, batch, hidden);
      return;
    }
    for (let b = 0; b < batch; b++) {
      const from = last.rows[b] * hidden;
      const to = b * width + column;
      for (let k = 0; k < hidden; k++) last.h[to + k] = states[0].value[from + k];
    }
  });
}

/** dL/dh of the rows that `gatherLast` took += last.hGradient (B,D·H). */
export function scatterLast(pass: Pass, last: LastStates): void {
  const { kernels } = pass.model;
  const { batch } = pass.current;
  forEachDirection(pass, (layer, column, width) => {
    const { hidden, states } = layer.cell;
    findRows(pass, layer, last.rows);
    if (width === hidden) {
      kernels.scatterRows(states[0].gradient, last.hGradient, last.rows, batch, hidden);
      return;
    }
    for (let b = 0; b < batch; b++) {
      const to = last.rows[b] * hidden;
      const from = b * width + column;
      for (let k = 0; k < hidden; k++) states[0].gradient[to + k] += last.hGradient[from + k];
    }
  });
}

function forEachDirection(
  { layers }: Pass,
  visit: (layer: RecurrentLayer, column: number, width: number) => void,
) {
  const top = [...(layers.at(-1)?.values() ?? [])];
  const width = top.reduce((sum, { cell }) => sum + cell.hidden, 0);
  let column = 0;
  for (const layer of top) {
    visit(layer, column, width);
    column += layer.cell.hidden;
  }
}

/**
 * Row `length` of the forward states is the one after the last valid step, and the initial one for an empty sequence;
 * backwards, every sequence ends in row 0.
 */
function findRows({ lengths, current }: Pass, { direction }: RecurrentLayer, rows: Int32Array) {
  const { batch } = current;
  for (let b = 0; b < batch; b++) rows[b] = direction === "forward" ? lengths[b] * batch + b : b;
}
