/**
 * The files that a config names, for the data side, which knows no file system. A workspace may be
 * hostile: whatever a path says, and whatever its links point to, it ends inside the workspace.
 */
import { open, readdir, stat } from "node:fs/promises";
import { UserError } from "../config/problem.ts";
import { maximumBytes as defaultMaximumBytes, type FileSource } from "../data/files.ts";
import { fileProblem, systemCode } from "../runs/fileProblem.ts";
import { aboutData, fill, openParts, regularStatus, wrongFile } from "./fileParts.ts";
import { fixedPrefix, globMatcher, isPattern } from "./glob.ts";
import { pathInside } from "./pathInside.ts";

export interface FileSourceOptions {
  /** Absolute folders that may be read besides the config's own, when that lies inside one of them. */
  readonly workspaceFolders?: readonly string[];
  readonly maximumBytes?: number;
}

const maximumFiles = 10_000;
/** `folder` is the absolute folder of the config; paths are relative to it, with forward slashes. */
export function createFileSource(folder: string, options: FileSourceOptions = {}): FileSource {
  const { workspaceFolders = [], maximumBytes = defaultMaximumBytes } = options;
  const resolveInside = (path: string): Promise<string> =>
    pathInside(folder, path, workspaceFolders);

  const filesBelow = async (path: string): Promise<string[]> => {
    const found: string[] = [];
    const visit = async (inner: string): Promise<void> => {
      const entries = await readdir(await resolveInside(inner), { withFileTypes: true });
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        // Hidden files, and Unroll's own runs, are not data.
        if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
        const child = inner === "" ? entry.name : `${inner}/${entry.name}`;
        // Links to folders are not followed: they may lead round in circles.
        if (entry.isDirectory()) await visit(child);
        else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(child))))
          found.push(child);
        if (found.length > maximumFiles) {
          throw new UserError("data", `"${path}" matches more than ${maximumFiles} files.`, {
            advice: "Name the files more narrowly.",
            path: ["data", "path"],
          });
        }
      }
    };
    await visit(path);
    return found;
  };

  const isFile = async (path: string): Promise<boolean> =>
    (await stat(await resolveInside(path))).isFile();

  return {
    async read(path) {
      try {
        return await readBounded(await resolveInside(path), path, maximumBytes);
      } catch (error) {
        throw aboutData(fileProblem(error, "read", path));
      }
    },
    async *pieces(path) {
      try {
        yield* readInPieces(await resolveInside(path), path);
      } catch (error) {
        throw aboutData(fileProblem(error, "read", path));
      }
    },
    async open(path) {
      try {
        return await openParts(await resolveInside(path), path);
      } catch (error) {
        throw aboutData(fileProblem(error, "read", path));
      }
    },
    /** A file is itself; a folder is every file below it; a pattern is every file that it matches; sorted. */
    async list(pattern) {
      const normal = pattern
        .split("/")
        .filter((part, i) => part !== "." && (part !== "" || i === 0))
        .join("/");
      try {
        if (!isPattern(normal)) {
          return (await isFile(normal)) ? [normal] : await filesBelow(normal);
        }
        const matches = globMatcher(normal);
        return (await filesBelow(fixedPrefix(normal))).filter(matches);
      } catch (error) {
        if (systemCode(error) === "ENOENT") return [];
        throw aboutData(fileProblem(error, "read", pattern));
      }
    },
  };
}

/** Reads at most the size that the file had at first, so that a file that grows comes to an end. */
async function readBounded(real: string, path: string, maximumBytes: number): Promise<Uint8Array> {
  const size = (await regularStatus(real, path)).size;
  if (size > maximumBytes) {
    throw wrongFile(
      path,
      `${megabytes(size)}, more than the ${megabytes(maximumBytes)} that are read at once`,
      "Split it, or train on a part of it.",
    );
  }
  const bytes = new Uint8Array(size);
  const handle = await open(real, "r");
  try {
    const filled = await fill(handle, bytes, 0);
    return filled === bytes.length ? bytes : bytes.slice(0, filled);
  } finally {
    await handle.close();
  }
}

const bytesPerPiece = 2 ** 20;

/** The same in pieces, all of which are views of one buffer. */
async function* readInPieces(real: string, path: string): AsyncGenerator<Uint8Array> {
  const size = (await regularStatus(real, path)).size;
  const handle = await open(real, "r");
  try {
    const buffer = new Uint8Array(Math.min(size, bytesPerPiece));
    for (let from = 0; from < size; from += buffer.length) {
      const piece = buffer.subarray(0, Math.min(buffer.length, size - from));
      const filled = await fill(handle, piece, from);
      yield piece.subarray(0, filled);
      if (filled < piece.length) return;
    }
  } finally {
    await handle.close();
  }
}

const megabytes = (bytes: number): string =>
  `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 1 : 0)} MB`;
