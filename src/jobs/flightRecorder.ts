/**
 * Keeps copies of the last batches of a training, so that when its numbers are no numbers any more, the sequence in
 * which that began can be looked at. Bounded in batches and bytes; copying a batch costs nothing beside training on it.
 */
import type { Recording } from "../runs/recording.ts";
import type { Batch } from "../trace/batch.ts";
import type { Real } from "../trace/trace.ts";
import type { Trainer } from "./trainer.ts";

export interface FlightRecorder {
  /** Before the batch is read. */
  keep(batch: Batch): void;
  /** After an update that broke, with the weights that it had read; undefined when no batch was kept. */
  recording(update: number): Recording | undefined;
}

const mostBatches = 8;
const mostBytes = 32 * 2 ** 20;

export function createFlightRecorder(
  trainer: Pick<Trainer, "model" | "carried">,
  { batches: limit = mostBatches, bytes: byteLimit = mostBytes } = {},
): FlightRecorder {
  let kept: readonly Batch[] = [];
  let carried: ReadonlyMap<string, Real> = new Map();
  return {
    keep(batch) {
      // What an encoder-decoder reads is more than one sequence, which the debugger does not show.
      if (batch.decoder) return;
      carried = batch.carry ? trainer.carried() : new Map();
      kept = withinBytes([copyOf(batch), ...kept].slice(0, limit), byteLimit);
    },
    recording(update) {
      if (kept.length === 0) return undefined;
      const parameters = trainer.model.parameters.map(
        ({ name, shape, value }) => [name, { shape, data: value.slice() }] as const,
      );
      return { update, parameters: new Map(parameters), carried, batches: kept };
    },
  };
}

/** The newest is kept whatever its size. */
function withinBytes(batches: readonly Batch[], limit: number): readonly Batch[] {
  let bytes = 0;
  const beyond = batches.findIndex((batch, k) => (bytes += bytesOf(batch)) > limit && k > 0);
  return beyond < 0 ? batches : batches.slice(0, beyond);
}

function bytesOf({ input, target, weights, lengths }: Batch): number {
  const records = [input, target ?? {}, { weights, lengths }];
  const arrays = records
    .flatMap((record) => Object.values(record))
    .filter((array) => ArrayBuffer.isView(array));
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Batchers write the next batch into the same arrays. */
function copyOf({ input, target, weights, lengths, ...sizes }: Batch): Batch {
  return {
    ...sizes,
    lengths: lengths.slice(),
    input:
      input.kind === "tokens"
        ? { kind: "tokens", tokens: input.tokens.slice() }
        : { kind: "dense", values: input.values.slice() },
    ...(target?.kind === "classes" && {
      target: { kind: "classes", classes: target.classes.slice() },
    }),
    ...(target?.kind === "values" && {
      target: { kind: "values", values: target.values.slice() },
    }),
    ...(target?.kind === "labels" && {
      target: {
        kind: "labels",
        labels: target.labels.slice(),
        labelLengths: target.labelLengths.slice(),
      },
    }),
    ...(weights && { weights: weights.slice() }),
  };
}
