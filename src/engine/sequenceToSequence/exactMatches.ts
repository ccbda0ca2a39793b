/** How many sequences a decoder got right from beginning to end. */
import type { LossResult } from "../losses/loss.ts";
import type { Pass } from "../pass.ts";

/**
 * Of the last forward pass, which was given the right tokens. As long as all before it was right, greedy decoding reads the
 * same, so that it writes the whole target exactly when the likeliest token is the right one at every step.
 */
export function exactMatches(
  { decoder, output, current, model }: Pass,
  classes: Int32Array,
): Pick<LossResult, "exact" | "sequences"> {
  if (!decoder) return {};
  const { size } = model.description.output;
  const { batch } = current;
  let exact = 0;
  for (let b = 0; b < batch; b++) {
    let isRight = true;
    for (let t = 0; isRight && t < decoder.lengths[b]; t++) {
      const row = t * batch + b;
      const right = output.values[row * size + classes[row]];
      for (let k = row * size; k < (row + 1) * size; k++) {
        // Of equal ones the first counts as the likeliest, as in the loss.
        if (
          output.values[k] > right ||
          (output.values[k] === right && k < row * size + classes[row])
        )
          isRight = false;
      }
    }
    if (isRight) exact++;
  }
  return { exact, sequences: batch };
}
