/** Parts of a batch, and a batch with rubbish in it, for tests of what must not matter. */
import type { Model } from "../../../src/engine/model.ts";
import type { Batch } from "../../../src/trace/batch.ts";
import type { Real } from "../../../src/trace/trace.ts";

/** A batch of the chosen sequences only, cut to their longest. */
export function choose(model: Model, batch: Batch, sequences: readonly number[]): Batch {
  const { input, output } = model.description;
  const lengths = Int32Array.from(sequences, (b) => batch.lengths[b]);
  // A pass has at least one step, which a sequence of none does not count.
  const steps = Math.max(1, ...lengths);
  const size = sequences.length;
  const pick = <Values extends Int32Array | Real>(
    values: Values,
    width: number,
    rows: number,
  ): Values => {
    const picked = values.slice(0, rows * size * width) as Values;
    for (let row = 0; row < rows * size; row++) {
      const from = (Math.floor(row / size) * batch.size + sequences[row % size]) * width;
      picked.set(values.subarray(from, from + width), row * width);
    }
    return picked;
  };
  const { target, weights } = batch;
  if (!target || target.kind === "labels" || !weights)
    throw new Error("Only batches with targets at each row, and weights.");
  const rows = output.at === "last-step" ? 1 : steps;
  return {
    ...batch,
    steps,
    size,
    lengths,
    input:
      batch.input.kind === "tokens"
        ? { kind: "tokens", tokens: pick(batch.input.tokens, 1, steps) }
        : {
            kind: "dense",
            values: pick(batch.input.values, input.kind === "dense" ? input.size : 0, steps),
          },
    target:
      target.kind === "classes"
        ? { kind: "classes", classes: pick(target.classes, 1, rows) }
        : { kind: "values", values: pick(target.values, output.size, rows) },
    weights: pick(weights, 1, rows),
  };
}

/** NaN, tokens that do not exist and weights of 7 wherever a sequence has ended. */
export function withRubbish(model: Model, batch: Batch): Batch {
  const { input, target, weights } = batch;
  if (!target || target.kind === "labels" || !weights)
    throw new Error("Only batches with targets at each row, and weights.");
  const spoil = <Values extends Int32Array | Real>(
    values: Values,
    rows: number,
    rubbish: number,
  ): Values => {
    const spoilt = values.slice() as Values;
    const width = values.length / rows;
    for (let k = 0; k < values.length; k++) {
      const row = Math.floor(k / width);
      if (Math.floor(row / batch.size) >= batch.lengths[row % batch.size]) spoilt[k] = rubbish;
    }
    return spoilt;
  };
  const rows = batch.steps * batch.size;
  const eachStep = model.description.output.at === "each-step";
  return {
    ...batch,
    input:
      input.kind === "tokens"
        ? { kind: "tokens", tokens: spoil(input.tokens, rows, 1_000_000) }
        : { kind: "dense", values: spoil(input.values, rows, Number.NaN) },
    ...(eachStep && {
      target:
        target.kind === "classes"
          ? { kind: "classes", classes: spoil(target.classes, rows, -5) }
          : { kind: "values", values: spoil(target.values, rows, Number.NaN) },
      weights: spoil(weights, rows, 7),
    }),
  };
}

/** Steps `from` … `to` of a batch of equally long sequences, without a target. */
export function windowOf(batch: Batch, model: Model, from: number, to: number): Batch {
  const { input } = model.description;
  const width = input.kind === "dense" ? input.size : 1;
  const [begin, end] = [from * batch.size * width, to * batch.size * width];
  return {
    steps: to - from,
    size: batch.size,
    lengths: new Int32Array(batch.size).fill(to - from),
    input:
      batch.input.kind === "tokens"
        ? { kind: "tokens", tokens: batch.input.tokens.slice(begin, end) }
        : { kind: "dense", values: batch.input.values.slice(begin, end) },
    carry: true,
  };
}
