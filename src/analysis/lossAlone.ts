/** Copies of one sequence side by side, each with the loss of a single step. */
import type { Batch } from "../trace/batch.ts";
import type { ModelDescription, Real } from "../trace/trace.ts";

/**
 * The first `steps` steps of `sequence` (B = 1), once for each of `lossSteps`, where copy b takes the loss of step
 * `lossSteps[b]` alone. A loss after the last step is the only one that there is, and stays.
 */
export function lossAlone(
  sequence: Batch,
  lossSteps: ArrayLike<number>,
  steps: number,
  at: ModelDescription["output"]["at"],
): Batch {
  const { input, target, decoder } = sequence;
  const size = lossSteps.length;
  const outputs = at === "each-step" ? (decoder?.steps ?? steps) : 1;
  // Steps of a decoder are counted on from the source's.
  const first = decoder ? sequence.steps : 0;
  const weights = new Float32Array(outputs * size);
  if (at === "each-step")
    for (let b = 0; b < size; b++) weights[(lossSteps[b] - first) * size + b] = 1;
  else weights.fill(1);

  const inputWidth = input.kind === "dense" ? input.values.length / sequence.steps : 1;
  const rowsOfTarget = at === "each-step" ? (decoder?.steps ?? sequence.steps) : 1;
  return {
    steps,
    size,
    lengths: new Int32Array(size).fill(steps),
    input:
      input.kind === "dense"
        ? { kind: "dense", values: repeated(input.values, steps, inputWidth, size) }
        : { kind: "tokens", tokens: repeated(input.tokens, steps, 1, size) },
    ...(decoder && {
      decoder: {
        steps: decoder.steps,
        lengths: new Int32Array(size).fill(decoder.steps),
        tokens: repeated(decoder.tokens, decoder.steps, 1, size),
      },
    }),
    target: target && targetOf(target, outputs, rowsOfTarget, size),
    weights,
    carry: false,
  };
}

function targetOf(
  target: NonNullable<Batch["target"]>,
  outputs: number,
  rows: number,
  size: number,
): NonNullable<Batch["target"]> {
  switch (target.kind) {
    case "values": {
      const width = target.values.length / rows;
      return { kind: "values", values: repeated(target.values, outputs, width, size) };
    }
    case "classes": {
      const width = target.classes.length / rows;
      return { kind: "classes", classes: repeated(target.classes, outputs, width, size) };
    }
    // Their one loss is that of the whole sequence.
    case "labels": {
      const labels = new Int32Array(size * target.labels.length);
      for (let b = 0; b < size; b++) labels.set(target.labels, b * target.labels.length);
      return {
        kind: "labels",
        labels,
        labelLengths: new Int32Array(size).fill(target.labelLengths[0]),
      };
    }
  }
}

/** (rows,width) → (rows,B,width): each row B times. */
function repeated<A extends Int32Array | Real>(
  values: A,
  rows: number,
  width: number,
  size: number,
): A {
  const Kind = values.constructor as new (length: number) => A;
  const copies = new Kind(rows * size * width);
  for (let row = 0; row < rows; row++) {
    const one = values.subarray(row * width, (row + 1) * width);
    for (let b = 0; b < size; b++) copies.set(one, (row * size + b) * width);
  }
  return copies;
}
