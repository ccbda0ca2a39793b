/** Some examples, side by side → one batch in time-major layout. */
import type { Batch } from "../trace/batch.ts";
import { freshArrays, type BatchArrays } from "./batchArrays.ts";
import type { Example, Layout } from "./split.ts";
import type { Window } from "./windows.ts";

/** Whether any example takes a loss at a step in `[from, to)`. */
export function lossWithin(
  examples: readonly Example[],
  from: number,
  to: number,
  { output }: Layout,
): boolean {
  return examples.some(({ steps, weights }) => {
    if (output.at === "last-step") return weights[0] > 0 && steps > from && steps <= to;
    for (let t = from; t < Math.min(to, weights.length); t++) if (weights[t] > 0) return true;
    return false;
  });
}

interface AssembledWindow extends Window {
  readonly examples: readonly Example[];
  readonly layout: Layout;
  readonly carry: boolean;
  readonly hasLoss: boolean;
}

/**
 * The steps `[from, to)` of some examples as one batch, with losses from `lossFrom` on; steps that an example does not have are
 * zero.
 */
export function assemble(window: AssembledWindow, arrays: BatchArrays = freshArrays): Batch {
  const { examples, from, lossFrom, to, layout, carry, hasLoss } = window;
  const size = examples.length;
  const lengths = arrays.integers("lengths", size);
  for (const [b, { steps }] of examples.entries()) {
    lengths[b] = Math.max(0, Math.min(steps, to) - from);
  }
  const steps = lengths.reduce((most, length) => Math.max(most, length), 0);
  const input = {
    lengths,
    steps,
    size,
    input: inputOf(examples, from, lengths, steps, layout, arrays),
    carry,
  };
  const decoder = decoderOf(examples, arrays);
  if (!hasLoss) return { ...input, ...decoder };

  const { at, kind, size: width } = layout.output;
  if (kind === "labels") return { ...input, ...labelsOf(examples, from, lengths, steps, arrays) };
  const rows = at === "last-step" ? 1 : (decoder?.decoder.steps ?? steps);
  const values = kind === "classes" ? 1 : width;
  const targets =
    kind === "classes"
      ? arrays.integers("targets", rows * size)
      : arrays.numbers("targets", rows * size * values);
  const weights = arrays.numbers("weights", rows * size);
  examples.forEach((example, b) => {
    if (at === "last-step") {
      if (example.steps <= lossFrom || example.steps > to) return;
      weights[b] = example.weights[0];
      targets.set(example.target, b * values);
      return;
    }
    const length = example.decoder?.length ?? lengths[b];
    for (let t = 0; t < length; t++) {
      weights[t * size + b] = from + t < lossFrom ? 0 : example.weights[from + t];
    }
    spread(example.target, from, length, values, targets, b, size);
  });
  const target =
    targets instanceof Int32Array
      ? ({ kind: "classes", classes: targets } as const)
      : ({ kind: "values", values: targets } as const);
  return { ...input, ...decoder, target, weights };
}

/** What decoders read; an encoder-decoder's examples are never cut, so that these are whole. */
function decoderOf(
  examples: readonly Example[],
  arrays: BatchArrays,
): { readonly decoder: NonNullable<Batch["decoder"]> } | undefined {
  if (!examples.every((example) => example.decoder)) return undefined;
  const size = examples.length;
  const lengths = arrays.integers("decoder lengths", size);
  for (const [b, { decoder }] of examples.entries()) lengths[b] = decoder?.length ?? 0;
  const steps = lengths.reduce((most, length) => Math.max(most, length), 0);
  const tokens = arrays.integers("decoder tokens", steps * size);
  examples.forEach(({ decoder }, b) => {
    decoder?.forEach((token, t) => (tokens[t * size + b] = token));
  });
  return { decoder: { steps, lengths, tokens } };
}

/** Of whole sequences: each takes its loss at its last step. */
function labelsOf(
  examples: readonly Example[],
  from: number,
  lengths: Int32Array,
  steps: number,
  arrays: BatchArrays,
): Pick<Batch, "target" | "weights"> {
  const size = examples.length;
  const labelLengths = arrays.integers("label lengths", size);
  for (const [b, { target }] of examples.entries()) labelLengths[b] = target.length;
  const widest = labelLengths.reduce((most, length) => Math.max(most, length), 0);
  const labels = arrays.integers("labels", size * widest);
  const weights = arrays.numbers("weights", steps * size);
  examples.forEach((example, b) => {
    labels.set(example.target, b * widest);
    if (from > 0 || lengths[b] !== example.steps) throw new Error("CTC needs whole sequences.");
    weights[(lengths[b] - 1) * size + b] = example.weights[example.steps - 1];
  });
  return { target: { kind: "labels", labels, labelLengths }, weights };
}

function inputOf(
  examples: readonly Example[],
  from: number,
  lengths: Int32Array,
  steps: number,
  { input }: Layout,
  arrays: BatchArrays,
): Batch["input"] {
  const size = examples.length;
  const width = input.kind === "tokens" ? 1 : input.size;
  const into =
    input.kind === "tokens"
      ? arrays.integers("input", steps * size)
      : arrays.numbers("input", steps * size * width);
  examples.forEach(({ input: rows }, b) => spread(rows, from, lengths[b], width, into, b, size));
  return into instanceof Int32Array
    ? { kind: "tokens", tokens: into }
    : { kind: "dense", values: into };
}

/** Rows `[from, from + count)` of one example, `width` numbers each, to its places among those of all. By hand: rows are short. */
function spread(
  rows: Example["input"],
  from: number,
  count: number,
  width: number,
  into: Int32Array | Float32Array,
  b: number,
  size: number,
): void {
  if (width === 1) {
    for (let t = 0; t < count; t++) into[t * size + b] = rows[from + t];
    return;
  }
  for (let t = 0; t < count; t++) {
    const source = (from + t) * width;
    const place = (t * size + b) * width;
    for (let k = 0; k < width; k++) into[place + k] = rows[source + k];
  }
}
