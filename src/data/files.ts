/**
 * Reading the person's files. The bytes come from an injected `FileSource`, so that this folder knows no
 * file system; what is wrong with them is said here, with the file, the line and what to do.
 */
import { UserError, type Place } from "../config/problem.ts";

/** Paths are relative to the config, with `/` between folders. */
export interface FileSource {
  /** Rejects with a `UserError` when the file is missing, unreadable, too large or outside the workspace. */
  read(path: string): Promise<Uint8Array>;
  /** The same bytes in pieces, however many they are. A piece may be the same memory as the one before. */
  pieces(path: string): AsyncIterable<Uint8Array>;
  /** For reading parts of a file, whichever are needed, as long as it stays what it is now. Rejects as `read` does. */
  open(path: string): Promise<FileParts>;
  /**
   * The files that a path names, in any order: the file itself, all files below a folder (hidden ones
   * left out), or what a glob with `*`, `**`, `?` matches. Empty when there is none.
   */
  list(pattern: string): Promise<readonly string[]>;
}

export interface FileParts {
  /** Bytes in all. */
  readonly size: number;
  /**
   * The bytes `[from, to)`, at once.
   * @throws UserError when the file is gone, or is another one than it was
   */
  read(from: number, to: number): Uint8Array;
  /** The same while others go on. */
  ask(from: number, to: number): Promise<Uint8Array>;
}

/** A text file as it was decoded, and where its lines begin. */
export interface TextFile {
  readonly path: string;
  /** Without byte order mark; lines end in \n only. */
  readonly text: string;
  /** Offset of each line's first character. */
  readonly lineStarts: Int32Array;
}

/** A text is held as one string, of which V8 allows half a billion characters. */
export const maximumBytes = 400 * 1024 * 1024;

export async function readTextFile(
  files: Pick<FileSource, "read">,
  path: string,
): Promise<TextFile> {
  const bytes = await files.read(path);
  if (bytes.length === 0) throw isEmpty(path);
  if (bytes.length > maximumBytes) {
    throw new UserError(
      "file-too-large",
      `${path} is ${megabytes(bytes.length)}; Unroll reads up to ${megabytes(maximumBytes)}.`,
      { place: { file: path }, advice: "Train on a part of it.", path: ["data", "path"] },
    );
  }
  return textFileOf(path, endingInLineFeeds(decode(bytes, path)));
}

const isEmpty = (path: string): UserError =>
  new UserError("file-empty", `${path} is empty.`, {
    place: { file: path },
    advice: "Put data into it, or name another file in data.path.",
    path: ["data", "path"],
  });

/**
 * The text of a file piece by piece, without byte order mark, lines ending in \n only. The same is wrong with it as with a
 * text that is read whole.
 */
export async function* textPieces(files: FileSource, path: string): AsyncGenerator<string> {
  let heldBack = "";
  for await (const piece of decodedPieces(files, path)) {
    const text = heldBack + piece;
    // What follows decides whether a carriage return ends a line by itself.
    heldBack = text.endsWith("\r") ? "\r" : "";
    yield endingInLineFeeds(heldBack ? text.slice(0, -1) : text);
  }
  if (heldBack !== "") yield "\n";
}

/** The same with line breaks as they are. */
export async function* decodedPieces(
  files: Pick<FileSource, "pieces" | "read">,
  path: string,
): AsyncGenerator<string> {
  let decoder: ReturnType<typeof decoderFor> | undefined;
  const decoded = async (decode: () => string): Promise<string> => {
    try {
      return decode();
    } catch {
      // The whole says at which line and column, unless it is too large for that.
      const error = await readTextFile(files, path).catch((reason: unknown) => reason);
      if (error instanceof UserError && error.details.place?.line !== undefined) throw error;
      throw encodingProblem(path);
    }
  };
  for await (const bytes of files.pieces(path)) {
    const decoding = (decoder ??= decoderFor(bytes, path));
    yield await decoded(() => decoding.decode(bytes, { stream: true }));
  }
  if (!decoder) throw isEmpty(path);
  const last = decoder;
  const rest = await decoded(() => last.decode());
  if (rest !== "") yield rest;
}

function decoderFor(first: Uint8Array, path: string) {
  const encoding = encodingOf(first);
  if (encoding === "utf-8") refuseBinary(first, path);
  return new TextDecoder(encoding, { fatal: encoding === "utf-8" });
}

const endingInLineFeeds = (text: string): string =>
  text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;

/** A text that lines are to be found in; its lines end in \n only. */
export const textFileOf = (path: string, text: string): TextFile => ({
  path,
  text,
  lineStarts: findLineStarts(text),
});

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MB`;

function decode(bytes: Uint8Array, path: string): string {
  const encoding = encodingOf(bytes);
  if (encoding !== "utf-8") return new TextDecoder(encoding).decode(bytes);
  refuseBinary(bytes, path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8(bytes, path);
  }
}

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be";

/** What the byte order mark says. */
export function encodingOf([first, second]: Uint8Array): TextEncoding {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

function refuseBinary(bytes: Uint8Array, path: string): void {
  // A zero byte never occurs in text, and occurs early in nearly everything else.
  const zero = bytes.subarray(0, 8192).indexOf(0);
  if (zero >= 0) {
    throw new UserError(
      "file-binary",
      `${path} is not a text: byte ${zero} is zero, as in images, archives and documents.`,
      {
        place: { file: path },
        advice: "Name a text file, or a glob that leaves this one out, such as *.txt.",
        path: ["data", "path"],
      },
    );
  }
}

function notUtf8(bytes: Uint8Array, path: string): UserError {
  const lenient = new TextDecoder("utf-8").decode(bytes).replaceAll(/\r\n?/g, "\n");
  const offset = Math.max(0, lenient.indexOf("\ufffd"));
  const before = lenient.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  return encodingProblem(path, line, column);
}

const encodingProblem = (file: string, line?: number, column?: number): UserError =>
  errorAt(
    { file, line, column },
    "file-encoding",
    "not UTF-8, so the characters cannot be told.",
    "Save the file as UTF-8; in VS Code: Save with Encoding.",
  );

function findLineStarts(text: string): Int32Array {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  const starts = new Int32Array(count);
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1))
    starts[line++] = at + 1;
  return starts;
}

/** The line and column, both counted from 1, of a character. */
export function placeIn(file: TextFile, offset: number): Required<Place> {
  let low = 0;
  let high = file.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (file.lineStarts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return { file: file.path, line: low + 1, column: offset - file.lineStarts[low] + 1 };
}

/** `chapters/1.txt, line 3, column 7`, the way in which every message names a place. */
export function inWords({ file, line, column }: Place): string {
  return [file, line && `line ${line}`, column && `column ${column}`].filter(Boolean).join(", ");
}

/** An error at a place in the person's data; the message is put after the place. */
export function errorAt(
  place: Place,
  code: string,
  message: string,
  advice: string,
  path: readonly (string | number)[] = ["data", "path"],
): UserError {
  return new UserError(code, `${inWords(place)}: ${message}`, { place, advice, path });
}
