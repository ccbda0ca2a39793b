/**
 * Keeps copies of the last batches of a training, so that when its numbers are no numbers any more, the sequence in
 * which that began can be looked at. Bounded in batches and bytes; copying a batch costs nothing beside training on it,
 * and only the first copies take memory.
 */
import type { Recording } from "../runs/recording.ts";
import type { Batch } from "../trace/batch.ts";
import { keepCopy, type Rooms } from "../trace/rooms.ts";
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

/** A batch, and the memory that it lies in. */
interface Kept {
  readonly batch: Batch;
  readonly rooms: Rooms;
}

export function createFlightRecorder(
  trainer: Pick<Trainer, "model" | "carried">,
  { batches: limit = mostBatches, bytes: byteLimit = mostBytes } = {},
): FlightRecorder {
  /** The newest first. */
  let kept: readonly Kept[] = [];
  /** Where the next one is put: over one that is no longer kept. */
  let free: Rooms = new Map();
  let carried: ReadonlyMap<string, Real> = new Map();
  const carriedRooms: Rooms = new Map();
  const nothing: ReadonlyMap<string, Real> = new Map();
  return {
    keep(batch) {
      // What an encoder-decoder reads is more than one sequence, which the debugger does not show.
      if (batch.decoder) return;
      carried = batch.carry ? trainer.carried(carriedRooms) : nothing;
      const all = [{ batch: copyOf(batch, free), rooms: free }, ...kept];
      const count = Math.min(limit, countWithin(all, byteLimit));
      kept = all.slice(0, count);
      free = count < all.length ? all[count].rooms : new Map();
    },
    recording(update) {
      if (kept.length === 0) return undefined;
      const parameters = trainer.model.parameters.map(
        ({ name, shape, value }) => [name, { shape, data: value.slice() }] as const,
      );
      const batches = kept.map(({ batch }) => batch);
      return { update, parameters: new Map(parameters), carried, batches };
    },
  };
}

/** How many of the newest fit into `limit` bytes; the very newest whatever its size. */
function countWithin(all: readonly Kept[], limit: number): number {
  let bytes = 0;
  const beyond = all.findIndex(({ batch }, k) => (bytes += bytesOf(batch)) > limit && k > 0);
  return beyond < 0 ? all.length : beyond;
}

function bytesOf({ input, target, weights, lengths }: Batch): number {
  const records = [input, target ?? {}, { weights, lengths }];
  const arrays = records
    .flatMap((record) => Object.values(record))
    .filter((array) => ArrayBuffer.isView(array));
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Batchers write the next batch into the same arrays. */
function copyOf({ input, target, weights, lengths, ...sizes }: Batch, rooms: Rooms): Batch {
  const copy = <Values extends Int32Array | Real>(name: string, source: Values): Values =>
    keepCopy(rooms, name, source);
  return {
    ...sizes,
    lengths: copy("lengths", lengths),
    input:
      input.kind === "tokens"
        ? { kind: "tokens", tokens: copy("input", input.tokens) }
        : { kind: "dense", values: copy("input", input.values) },
    ...(target?.kind === "classes" && {
      target: { kind: "classes", classes: copy("target", target.classes) },
    }),
    ...(target?.kind === "values" && {
      target: { kind: "values", values: copy("target", target.values) },
    }),
    ...(target?.kind === "labels" && {
      target: {
        kind: "labels",
        labels: copy("target", target.labels),
        labelLengths: copy("target lengths", target.labelLengths),
      },
    }),
    ...(weights && { weights: copy("weights", weights) }),
  };
}
