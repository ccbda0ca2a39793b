/**
 * Replaces a file so that at any moment, whatever dies, the old content or the new one is there in
 * full: write beside, sync, rename; and sync the folder, where the new one has to stay.
 */
import { randomBytes } from "node:crypto";
import { open, rename, rm, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { explained, systemCode } from "./fileProblem.ts";

const suffix = ".writing";

/** Throws `UserError` when the system refuses; the old content is then untouched. */
export async function writeAtomically(
  file: string,
  content: Uint8Array | string,
  action = "write",
): Promise<void> {
  await writeWhole(file, content, action);
  await explained(action, file, () => syncFolder(dirname(file)));
}

/** The same, but when the machine loses its power at this moment, the old content may be back. */
export async function writeWhole(
  file: string,
  content: Uint8Array | string,
  action: string,
): Promise<void> {
  // Threads share a process id, and a thread that was killed leaves its file behind: only chance is unique.
  const beside = join(
    dirname(file),
    `${basename(file)}.${randomBytes(6).toString("hex")}${suffix}`,
  );
  await explained(action, file, async () => {
    try {
      const handle = await open(beside, "wx");
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await renameInto(beside, file);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => {});
      throw error;
    }
  });
}

/** Removes what writers that were killed left beside their files. */
export async function removeUnfinishedWrites(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((name) => name.endsWith(suffix))) {
    await rm(join(folder, name), { force: true });
  }
}

async function renameInto(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      // On Windows a virus scanner or a reader may hold the target for some milliseconds.
      const held =
        process.platform === "win32" &&
        ["EPERM", "EACCES", "EBUSY"].includes(systemCode(error) ?? "");
      if (!held || attempt === 5) throw error;
      await delay(20 * 2 ** attempt);
    }
  }
}

/** Makes the rename itself durable. Windows and some network file systems cannot; it is then theirs to keep. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}
