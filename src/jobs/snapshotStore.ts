/**
 * Takes snapshots of the weights of a training, a copy each, and writes them while it goes on. Training needs none of them:
 * what the disk refuses is told once, and it goes on without.
 */
import { UserError } from "../config/problem.ts";
import { encodeCheckpoint } from "../runs/checkpoint.ts";
import {
  isSnapshotDue,
  snapshotInterval,
  supersededSnapshots,
  type SnapshotPlan,
} from "../runs/snapshotSchedule.ts";
import { listSnapshots, removeSnapshots, writeSnapshot } from "../runs/snapshots.ts";
import type { BackgroundWrites } from "./backgroundWrites.ts";
import { areFinite, parametersOf } from "./checkpointStore.ts";
import type { Trainer } from "./trainer.ts";

export interface SnapshotStore {
  /** Call after every update. */
  takeIfDue(update: number): void;
  /** Whatever the interval: of the weights that a training begins or ends with. */
  take(update: number): void;
  /** Updates that the newest one on the disk has seen; undefined before there is one. */
  newest(): number | undefined;
}

/** A disk may be slower than training: more than this never waits for it, and a snapshot is left out instead. */
const maximumWaitingBytes = 64 * 2 ** 20;

export function createSnapshotStore(
  { runFolder, plan }: { readonly runFolder: string; readonly plan: SnapshotPlan },
  { model }: Pick<Trainer, "model">,
  writes: BackgroundWrites,
  warn: (message: string) => void,
): SnapshotStore {
  let waitingBytes = 0;
  let taken = -1;
  let newest: number | undefined;
  /** On the disk; a run that goes on finds some there. */
  let kept: readonly number[] | undefined;
  let isRefused = false;

  const write = async (update: number, bytes: Uint8Array): Promise<void> => {
    // While it waited, training may have gone so far that it would make room at once.
    if (isRefused || (update !== taken && update % snapshotInterval(plan, taken) !== 0)) return;
    try {
      kept ??= await listSnapshots(runFolder);
      await writeSnapshot(runFolder, update, bytes);
      newest = update;
      const superseded = supersededSnapshots(plan, kept, update);
      kept = [...kept.filter((other) => other !== update && !superseded.includes(other)), update];
      await removeSnapshots(runFolder, superseded);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      isRefused = true;
      const { advice = "" } = error.details;
      warn(
        `No more snapshots are taken; training goes on without. ${error.message} ${advice}`.trim(),
      );
    }
  };

  const take = (update: number): void => {
    const isEnough = waitingBytes > maximumWaitingBytes;
    if (isRefused || isEnough || update === taken || !areFinite(model)) return;
    const parameters = parametersOf(model);
    const bytes = encodeCheckpoint({
      update,
      parameters,
      optimizer: new Map(),
      carried: new Map(),
    });
    taken = update;
    waitingBytes += bytes.byteLength;
    writes.put(`snapshot ${update}`, async () => {
      waitingBytes -= bytes.byteLength;
      await write(update, bytes);
    });
  };

  return {
    takeIfDue: (update) => {
      if (isSnapshotDue(plan, update)) take(update);
    },
    take,
    newest: () => newest,
  };
}
