/** One file of a text: all of it once, from beginning to end, and then any part of it by where its bytes lie. */
import { UserError } from "../../config/problem.ts";
import { decodedPieces, encodingOf, type FileParts, type FileSource } from "../files.ts";

export interface TextParts {
  readonly path: string;
  /** Bytes of the file, and of its byte order mark. */
  readonly bytes: number;
  readonly markBytes: number;
  /** UTF-8 where it is not 16 bits for each unit. */
  readonly isWide: boolean;
  /** All of it, decoded, without byte order mark; lines end as they do in the file. */
  pieces(): AsyncIterable<string>;
  /** The bytes `[from, to)`, which are whole characters. @throws UserError when the file has changed */
  textOf(from: number, to: number): string;
  /** The same while others go on. */
  ask(from: number, to: number): Promise<string>;
}

/** Opens files; as many of them are held in memory as `heldBytes` has room for. */
export async function openTexts(
  files: FileSource,
  paths: readonly string[],
  heldBytes: number,
): Promise<readonly TextParts[]> {
  const found: TextParts[] = [];
  let free = heldBytes;
  for (const path of paths) {
    const opened = await files.open(path);
    const isHeld = opened.size <= free;
    if (isHeld) free -= opened.size;
    found.push(
      isHeld
        ? held(path, await files.read(path))
        : textIn(path, opened, opened.read(0, Math.min(3, opened.size)), files),
    );
  }
  return found;
}

function held(path: string, bytes: Uint8Array): TextParts {
  const read = (from: number, to: number): Uint8Array => bytes.subarray(from, to);
  return textIn(
    path,
    { size: bytes.length, read, ask: (from, to) => Promise.resolve(read(from, to)) },
    bytes,
    {
      read: () => Promise.resolve(bytes),
      async *pieces() {
        if (bytes.length > 0) yield bytes;
      },
    },
  );
}

function textIn(
  path: string,
  parts: FileParts,
  first: Uint8Array,
  files: Pick<FileSource, "pieces" | "read">,
): TextParts {
  const encoding = encodingOf(first);
  const isWide = encoding !== "utf-8";
  const isMarked = first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf;
  const decoder = new TextDecoder(encoding, { fatal: !isWide, ignoreBOM: true });
  const decode = (bytes: Uint8Array): string => {
    try {
      return decoder.decode(bytes);
    } catch {
      throw changed(path);
    }
  };
  return {
    path,
    bytes: parts.size,
    markBytes: isWide ? 2 : isMarked ? 3 : 0,
    isWide,
    pieces: () => decodedPieces(files, path),
    textOf: (from, to) => decode(parts.read(from, to)),
    ask: async (from, to) => decode(await parts.ask(from, to)),
  };
}

/** Where what is read cannot be what was there before. */
export const changed = (path: string): UserError =>
  new UserError("file-changed", `${path} has changed since it was read.`, {
    place: { file: path },
    advice: "Leave it as it is while a network is trained on it. Restore it, or train a new run.",
    path: ["data", "path"],
  });
