/** Trains in several threads that share every batch: each computes some sequences, then updates a part of the parameters. */
import { carriedState, firstNonFinite, restoreCarriedState, type Pass } from "../engine/bptt.ts";
import type { KernelSharing } from "../engine/kernels/kernels.ts";
import type { LossResult } from "../engine/losses/loss.ts";
import { drawParameters } from "../engine/model.ts";
import { putBatch, sequenceCount, type BatchBuffers } from "../engine/parallel/inbox.ts";
import {
  readResult,
  setFactor,
  writeBatchOrders,
  writeShardOrders,
  type ShardResult,
} from "../engine/parallel/orders.ts";
import {
  createCommons,
  createShard,
  type ShardPass,
  type TeamPlan,
} from "../engine/parallel/shard.ts";
import type { Random } from "../engine/rng.ts";
import type { Batch } from "../trace/batch.ts";
import { roomFor, type Rooms } from "../trace/rooms.ts";
import type { Real } from "../trace/trace.ts";
import { createTeam, type ShardStart } from "./team.ts";
import type { Gathering, Trainer } from "./trainer.ts";

/** `random` draws the first weights, `noise` the seeds of dropout's masks; `script` is the thread's entry. */
export function trainInThreads(
  plan: TeamPlan,
  sharing: KernelSharing,
  { random, noise }: { readonly random: Random; readonly noise: Pick<Random, "integer"> },
  script: URL,
): Trainer {
  const { threads } = plan;
  const common: number[] = [];
  const commons = createCommons(sharing.kernelsAt(common), plan);
  const { model, optimizer, averaged, orders, trainingInbox, evaluationInbox } = commons;
  const places = Array.from({ length: threads }, () => [...common]);
  const shards = places.map((own, index) => {
    const kernels = sharing.kernelsAt(own);
    // The same buffers again, as the thread itself will make them.
    return createShard(kernels, createCommons(kernels, plan), plan, index);
  });
  const starts = places.map((own, index): ShardStart => {
    return { program: sharing.program, plan, index, places: own };
  });
  const team = createTeam(shards[0], starts.slice(1), script);
  drawParameters(model, random);
  const { layers, decoder } = plan.spec;
  // A decoder may draw which of its own answers it reads.
  const draws = decoder !== undefined || layers.some(({ dropout }) => (dropout ?? 0) > 0);

  /** Lays the batch out for all threads. */
  const share = (batch: Batch, inbox: BatchBuffers, passes: readonly ShardPass[]): void => {
    writeBatchOrders(orders, putBatch(inbox, batch));
    for (const [index, { pass }] of passes.entries()) {
      const { carriedBatch } = pass.current;
      const seed = draws ? noise.integer(2 ** 32) : 0;
      writeShardOrders(orders, index, { carriedBatch, seed, factor: 0 });
    }
  };
  /** The passes of other threads have the same buffers as theirs, and know from here what is in them. */
  const follow = (batch: Batch, passes: readonly ShardPass[]): void => {
    for (const [index, { pass }] of passes.entries()) {
      if (index === 0) continue;
      const size = sequenceCount(batch.size, index, threads);
      const { steps, target } = batch;
      const holds = target ? "gradients" : "outputs";
      Object.assign(pass.current, { steps, batch: size, carriedBatch: size, holds });
    }
  };
  const gather = (gathering: Gathering, weight: number): void | Promise<void> => {
    for (let index = 0; index < threads; index++) {
      const own = readResult(orders, index).weight;
      const factor = gathering !== "mean" ? own : weight > 0 ? own / weight : 0;
      setFactor(orders, index, factor);
    }
    return team.do("gather", { flag: gathering === "add" });
  };
  const results = () => shards.map((_, index) => readResult(orders, index));
  const trained = shards.map(({ training }) => training);
  const carriedRooms = shards.map((): Rooms => new Map());
  const evaluated = shards.flatMap(({ evaluation }) => evaluation ?? []);

  return {
    threads,
    model,
    optimizer,
    averaged,
    async train(batch, gathering) {
      share(batch, trainingInbox, trained);
      await team.do("train");
      follow(batch, trained);
      const result = total(results(), plan);
      if (!Number.isFinite(result.loss) || !batch.target) return result;
      await gather(gathering, result.weight);
      return { ...result, gradientSquares: sumOf(results(), ({ squares }) => squares) };
    },
    step: () => team.do("step", optimizer.next()),
    async evaluate(batch, isFirst) {
      if (!evaluationInbox) throw new Error("This training evaluates nothing.");
      share(batch, evaluationInbox, evaluated);
      await team.do("evaluate", { flag: isFirst });
      follow(batch, evaluated);
      return total(results(), plan);
    },
    firstNonFinite() {
      for (const { pass } of trained) {
        const found = firstNonFinite(pass);
        if (found) return found;
      }
      return undefined;
    },
    carried(rooms = new Map()) {
      const size = sumOf(trained, ({ pass }) => pass.current.carriedBatch);
      const parts = trained.map(({ pass }, index) => carriedState(pass, carriedRooms[index]));
      return joined(parts, size, rooms);
    },
    restoreCarried(states) {
      const size = sizeOf(states, trained[0].pass);
      for (const [index, { pass }] of trained.entries()) {
        restoreCarriedState(pass, ownStates(states, size, index, threads));
      }
    },
    end: () => team.end(),
  };
}

/** The loss over all shares, and how many answers were right. */
function total(results: readonly ShardResult[], { spec }: TeamPlan): LossResult {
  const sum = (name: keyof ShardResult): number => sumOf(results, (result) => result[name]);
  const weight = sum("weight");
  const loss = sumOf(results, (result) => result.loss * result.weight);
  return {
    // A loss that is no number has to show, whatever it weighs.
    loss: weight > 0 ? loss / weight : loss,
    weight,
    ...(spec.loss === "cross-entropy" && { correct: sum("correct"), counted: sum("counted") }),
    ...(spec.decoder && { exact: sum("exact"), sequences: sum("sequences") }),
    ...(spec.loss === "ctc" && { edits: sum("edits"), labels: sum("labels") }),
  };
}

const sumOf = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + value(item), 0);

/** (B,·) states of all threads' sequences, in the order of the batch. */
function joined(parts: readonly ReadonlyMap<string, Real>[], size: number, rooms: Rooms) {
  const threads = parts.length;
  return new Map(
    Array.from(parts[0], ([name, first]) => {
      const width = first.length / sequenceCount(size, 0, threads);
      const all = roomFor(rooms, name, first, size * width);
      for (let b = 0; b < size; b++) {
        const from = Math.floor(b / threads) * width;
        const states = parts[b % threads].get(name);
        if (states) all.set(states.subarray(from, from + width), b * width);
      }
      return [name, all] as const;
    }),
  );
}

/** The states of thread `index`'s own sequences. */
function ownStates(
  states: ReadonlyMap<string, Real>,
  size: number,
  index: number,
  threads: number,
): ReadonlyMap<string, Real> {
  const count = sequenceCount(size, index, threads);
  if (count === 0) return new Map();
  return new Map(
    Array.from(states, ([name, all]) => {
      const width = all.length / size;
      const own = new Float32Array(count * width);
      for (let k = 0; k < count; k++) {
        const from = (index + k * threads) * width;
        own.set(all.subarray(from, from + width), k * width);
      }
      return [name, own];
    }),
  );
}

/** B of (B,·) states. */
function sizeOf(states: ReadonlyMap<string, Real>, { layers }: Pass): number {
  const [first] = states.values();
  const [layer] = layers[0].values();
  return first ? first.length / layer.cell.states[0].width : 0;
}
