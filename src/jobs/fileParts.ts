/**
 * Parts of one of the person's files, read where they are needed. Each time it is made sure that the file is still the one that was
 * opened: tokens are found by where they stood. No file stays open between, so that it can be replaced or deleted meanwhile.
 */
import { closeSync, fstatSync, openSync, read, readSync, type Stats } from "node:fs";
import { stat, type FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { UserError } from "../config/problem.ts";
import type { FileParts } from "../data/files.ts";
import { changed } from "../data/longText/textParts.ts";
import { fileProblem } from "../runs/fileProblem.ts";

const readInBackground = promisify(read);

/** `real` is where it lies, `path` what the person calls it. */
export async function openParts(real: string, path: string): Promise<FileParts> {
  const first = await regularStatus(real, path);
  const check = (now: Stats, wanted: number, found: number): void => {
    if (!isSame(first, now) || found !== wanted) throw changed(path);
  };
  return {
    size: first.size,
    read(from, to) {
      try {
        const handle = openSync(real, "r");
        try {
          const bytes = new Uint8Array(to - from);
          const found = fillAtOnce(handle, bytes, from);
          check(fstatSync(handle), bytes.length, found);
          return bytes;
        } finally {
          closeSync(handle);
        }
      } catch (error) {
        throw aboutData(fileProblem(error, "read", path));
      }
    },
    async ask(from, to) {
      try {
        // Only the bytes are waited for: to open a file and to look at it takes a few microseconds.
        const handle = openSync(real, "r");
        try {
          const bytes = new Uint8Array(to - from);
          const { bytesRead } = await readInBackground(handle, bytes, 0, bytes.length, from);
          check(fstatSync(handle), bytes.length, bytesRead);
          return bytes;
        } finally {
          closeSync(handle);
        }
      } catch (error) {
        throw aboutData(fileProblem(error, "read", path));
      }
    },
  };
}

const isSame = (first: Stats, now: Stats): boolean =>
  first.size === now.size &&
  first.mtimeMs === now.mtimeMs &&
  first.ino === now.ino &&
  first.dev === now.dev;

/** Answers how many bytes there were from `position` on. */
export async function fill(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<number> {
  let filled = 0;
  while (filled < bytes.length) {
    const left = bytes.length - filled;
    const { bytesRead } = await handle.read(bytes, filled, left, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function fillAtOnce(handle: number, bytes: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < bytes.length) {
    const bytesRead = readSync(handle, bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** Before opening: opening a pipe waits for somebody to write into it. */
export async function regularStatus(real: string, path: string): Promise<Stats> {
  const status = await stat(real);
  if (status.isDirectory()) throw wrongFile(path, "a folder, not a file");
  if (!status.isFile()) throw wrongFile(path, "not a regular file");
  return status;
}

/** The key of the config that names files. */
const dataPath = ["data", "path"];

export const wrongFile = (path: string, what: string, advice?: string): UserError =>
  new UserError("data", `"${path}" is ${what}.`, { place: { file: path }, advice, path: dataPath });

/** Leads to the key of the config that named the file. */
export const aboutData = (error: unknown): unknown =>
  error instanceof UserError
    ? new UserError(error.details.code, error.message, { path: dataPath, ...error.details })
    : error;
