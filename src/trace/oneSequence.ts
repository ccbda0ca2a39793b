/** One sequence out of several that stand side by side. */
import type { Batch } from "./batch.ts";
import type { Real } from "./trace.ts";

/**
 * Sequence `index` over its first `steps` steps, as a batch of its own, B = 1. `at` says where the network answers, and
 * so whether targets have an axis of time. Batches with a decoder are not taken apart.
 */
export function oneSequence(
  batch: Batch,
  index: number,
  { steps, at }: { readonly steps: number; readonly at: "each-step" | "last-step" },
): Batch {
  const { size, input, target, weights, carry } = batch;
  const column = <Numbers extends Int32Array | Real>(all: Numbers, isTimed: boolean): Numbers => {
    const width = all.length / ((isTimed ? batch.steps : 1) * size);
    const rows = isTimed ? steps : 1;
    const part = all.slice(0, rows * width) as Numbers;
    for (let t = 0; t < rows; t++) {
      const from = (t * size + index) * width;
      part.set(all.subarray(from, from + width), t * width);
    }
    return part;
  };
  const isTimed = at === "each-step";
  return {
    steps,
    size: 1,
    lengths: Int32Array.of(steps),
    input:
      input.kind === "tokens"
        ? { kind: "tokens", tokens: column(input.tokens, true) }
        : { kind: "dense", values: column(input.values, true) },
    ...(target?.kind === "classes" && {
      target: { kind: "classes", classes: column(target.classes, isTimed) },
    }),
    ...(target?.kind === "values" && {
      target: { kind: "values", values: column(target.values, isTimed) },
    }),
    ...(target?.kind === "labels" && { target: labelsOf(target, index, size) }),
    ...(weights && { weights: column(weights, isTimed) }),
    carry,
  };
}

type Labels = Extract<Batch["target"], { kind: "labels" }>;

function labelsOf({ labels, labelLengths }: Labels, index: number, size: number): Labels {
  const first = index * (labels.length / size);
  const count = labelLengths[index];
  return {
    kind: "labels",
    labels: labels.slice(first, first + count),
    labelLengths: Int32Array.of(count),
  };
}
