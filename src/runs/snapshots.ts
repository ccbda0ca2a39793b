/**
 * `snapshots/<update>.safetensors` in a run folder: the weights that a network had on its way, as in a checkpoint and
 * without what only going on needs. What a network computed with them is a trace away, of any sequence.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../config/problem.ts";
import { readCheckpointFile, type Checkpoint } from "./checkpoint.ts";
import { explained, systemCode } from "./fileProblem.ts";
import { writeWhole } from "./writeAtomically.ts";

const folderOf = (runFolder: string): string => join(runFolder, "snapshots");

export const snapshotFile = (runFolder: string, update: number): string =>
  join(folderOf(runFolder), `${update}.safetensors`);

/** Updates of which one is kept, ascending. Files that are called otherwise are none of ours. */
export async function listSnapshots(runFolder: string): Promise<readonly number[]> {
  const folder = folderOf(runFolder);
  const names = await explained("list the snapshots in", folder, async () => {
    try {
      return await readdir(folder);
    } catch (error) {
      // What is in the way of the folder is for those to tell who write.
      if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return [];
      throw error;
    }
  });
  return names.flatMap((name) => updateOf(name) ?? []).sort((a, b) => a - b);
}

function updateOf(name: string): number | undefined {
  const update = Number(/^(?<update>0|[1-9]\d*)\.safetensors$/.exec(name)?.groups?.update);
  return Number.isSafeInteger(update) ? update : undefined;
}

/** Throws `UserError` when the system refuses; the run folder itself is never made anew. */
export async function writeSnapshot(
  runFolder: string,
  update: number,
  bytes: Uint8Array,
): Promise<void> {
  const folder = folderOf(runFolder);
  const write = () => writeWhole(snapshotFile(runFolder, update), bytes, "save the snapshot");
  // A training lets the system work on files for a moment between two batches: the fewer calls the better.
  if (existsSync(folder)) return write();
  await explained("save snapshots in", folder, () => mkdir(folder));
  return write();
}

/** Throws `UserError`: which are kept, when this one is not; what is wrong with it, when it is damaged. */
export async function readSnapshot(runFolder: string, update: number): Promise<Checkpoint> {
  const kept = await listSnapshots(runFolder);
  if (!kept.includes(update)) throw missing(kept, update, runFolder);
  const title = `snapshot of update ${update}`;
  const file = snapshotFile(runFolder, update);
  const snapshot = await readCheckpointFile(file, title, "Its neighbours may be whole.");
  if (snapshot.update === update) return snapshot;
  throw new UserError("checkpoint", `The ${title} is one of update ${snapshot.update}.`, {
    place: { file },
    advice: "Give it back the name that it had.",
  });
}

/** Undefined when there is none. Throws `UserError` when it is damaged. */
export async function readNewestSnapshot(runFolder: string): Promise<Checkpoint | undefined> {
  const newest = (await listSnapshots(runFolder)).at(-1);
  if (newest === undefined) return undefined;
  try {
    return await readSnapshot(runFolder, newest);
  } catch (error) {
    // A training that goes on may have made room for one that is newer.
    if ((await listSnapshots(runFolder)).at(-1) === newest) throw error;
    return readNewestSnapshot(runFolder);
  }
}

function missing(kept: readonly number[], update: number, runFolder: string): UserError {
  const place = { file: folderOf(runFolder) };
  const message = `This run has no snapshot of update ${update}`;
  if (kept.length === 0) {
    return new UserError("checkpoint", `${message}, nor of any other.`, {
      place,
      advice: 'Train with "training": { "snapshots": {} }, which keeps some.',
    });
  }
  const before = kept.findLast((other) => other < update);
  const after = kept.find((other) => other > update);
  const nearest = [before, after].filter((other) => other !== undefined);
  return new UserError(
    "checkpoint",
    `${message}: the nearest ${nearest.length > 1 ? "are those" : "is that"} of ${nearest.join(" and ")}.`,
    { place, advice: "Choose one of these." },
  );
}

export async function removeSnapshots(
  runFolder: string,
  updates: readonly number[],
): Promise<void> {
  for (const update of updates) {
    const file = snapshotFile(runFolder, update);
    await explained("remove the snapshot", file, () => rm(file, { force: true }));
  }
}

/** A run that goes on from an earlier checkpoint makes these updates again. */
export async function removeSnapshotsAfter(runFolder: string, update: number): Promise<void> {
  const kept = await listSnapshots(runFolder);
  const later = kept.filter((other) => other > update);
  await removeSnapshots(runFolder, later);
}
