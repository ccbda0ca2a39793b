/**
 * A CSV file record by record, from text that comes in pieces, so that a large table is never in memory as text. Strict:
 * a header, every row as long as it; what is wrong is said with line and column, nothing is guessed or repaired.
 */
import papaparse from "papaparse";
import { errorAt, placeIn, textFileOf } from "./files.ts";
import { numberOf } from "./numbers.ts";
import type { TextPlace } from "./split.ts";
import { counted } from "./wording.ts";

export interface CsvHeader {
  readonly path: string;
  readonly delimiter: string;
  readonly names: readonly string[];
}

/** Whole lines of the file that are read at once. */
interface Block {
  readonly path: string;
  readonly delimiter: string;
  readonly text: string;
  /** Where it begins in the file: its offset, and its line, from 1. */
  readonly offset: number;
  readonly line: number;
}

export interface CsvRow {
  readonly cells: readonly string[];
  readonly block: Block;
  /** Offset of its first character in the block. */
  readonly start: number;
  /** From 1. */
  readonly line: number;
}

export interface CsvVisitor {
  header(header: CsvHeader): void;
  /** Which columns' cells are read, once there is a header: the others may be empty. Absent: all of them. */
  wanted?(): readonly number[];
  /** Each row below the header; blank lines are none. The row is only whole while this runs. */
  row(row: CsvRow): void;
}

export interface CsvReader {
  /** Text with line breaks of \n only; a line may be cut anywhere. */
  push(text: string): void;
  end(): void;
}

/** Throws `UserError`, also out of `push`. */
export function createCsvReader(path: string, visitor: CsvVisitor): CsvReader {
  let header: CsvHeader | undefined;
  let waiting = "";
  /** How much of it was there at the last try. */
  let tried = 0;
  let offset = 0;
  let line = 1;

  let isWanted: readonly boolean[] | undefined;

  const takeHeader = (cells: readonly string[], delimiter: string): CsvHeader => {
    const names = cells.map((name) => name.trim());
    refuseMissingHeader(path, names);
    const found = { path, delimiter, names };
    visitor.header(found);
    const wanted = visitor.wanted?.();
    isWanted = wanted && names.map((_, column) => wanted.includes(column));
    return found;
  };
  /** Reads the records of `text` that are whole, or all of them at the end of the file. */
  const read = (text: string, isLast: boolean): void => {
    const delimiter = header?.delimiter ?? findDelimiter(text);
    const block: Block = { path, delimiter, text, offset, line };
    const take = (cells: readonly string[], start: number): void => {
      const isBlank = cells.length === 1 && cells[0].trim() === "";
      if (isBlank) return;
      if (!header) {
        header = takeHeader(cells, delimiter);
        return;
      }
      const row = { cells, block, start, line };
      if (cells.length !== header.names.length) throw ragged(row, header);
      visitor.row(row);
    };
    let start = 0;
    if (text.includes('"')) {
      const parser = new papaparse.Parser({
        delimiter,
        newline: "\n",
        step({ data: [cells], errors, meta }) {
          if (errors.length > 0) throw badQuotes(block, errors[0].code, errors[0].index ?? start);
          take(cells, start);
          line += lineBreaks(text, start, meta.cursor);
          start = meta.cursor;
        },
      });
      parser.parse(text, 0, !isLast);
    } else {
      // Without quotes a line is a record, and most tables have none.
      while (start < text.length) {
        const found = text.indexOf("\n", start);
        if (found < 0 && !isLast) break;
        const end = found < 0 ? text.length : found;
        take(plainCells(text, start, end, delimiter, header && isWanted), start);
        line++;
        start = Math.min(end + 1, text.length);
      }
    }
    offset += start;
    waiting = isLast ? "" : text.slice(start);
  };

  return {
    push(text) {
      waiting += text;
      // A quoted cell may hold many lines: half as much again makes it worth another try.
      if (waiting.length < 1.5 * tried) return;
      const end = waiting.lastIndexOf("\n") + 1;
      if (end === 0) return;
      if (header === undefined && waiting.slice(0, end).trim() === "") return;
      const rest = waiting.slice(end);
      read(waiting.slice(0, end), false);
      waiting += rest;
      tried = waiting.length;
    },
    end() {
      if (waiting !== "") read(waiting, true);
      if (!header) {
        const advice = "Put a header and rows into it.";
        throw errorAt({ file: path }, "file-empty", "there is nothing but blank lines.", advice);
      }
    },
  };
}

/** Cells that nobody wants are empty: of a row, strings are what costs most. */
function plainCells(
  text: string,
  start: number,
  end: number,
  delimiter: string,
  isWanted: readonly boolean[] | undefined,
): string[] {
  const cells: string[] = [];
  const mark = delimiter.charCodeAt(0);
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && text.charCodeAt(at) !== mark) continue;
    const isRead = isWanted?.[cells.length] ?? true;
    cells.push(isRead ? text.slice(from, at) : "");
    from = at + 1;
  }
  return cells;
}

function lineBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) {
    count++;
  }
  return count;
}

/** The separator that the header uses most, outside quotes. */
function findDelimiter(text: string): string {
  const firstLine = /[^\n]*\S[^\n]*/.exec(text)?.[0].replaceAll(/"[^"]*"/g, "") ?? "";
  const uses = [",", ";", "\t", "|"].map((mark) => ({ mark, count: firstLine.split(mark).length }));
  return uses.reduce((best, next) => (next.count > best.count ? next : best)).mark;
}

/** @param inside where the cell goes on behind its opening quote */
function badQuotes(block: Block, code: string, inside: number): Error {
  const isUnclosed = code === "MissingQuotes";
  return errorAt(
    placeInBlock(block, Math.max(0, inside - 1)),
    "csv-quote",
    isUnclosed
      ? "this cell opens with a double quote that is never closed."
      : "this cell goes on after its closing double quote.",
    'Close the quote at the end of the cell, and write a quote inside a quoted cell twice: "".',
  );
}

function ragged({ cells, block, start }: CsvRow, { names }: CsvHeader): Error {
  const message = `this row has ${counted(cells.length, "cell")}, but the header has ${names.length}.`;
  const advice =
    cells.length > names.length
      ? "Quote cells that contain the separator."
      : "Fill in what is missing, or remove the row.";
  return errorAt(placeInBlock(block, start), "csv-ragged", message, advice);
}

function refuseMissingHeader(path: string, names: readonly string[]): void {
  if (names.every((name) => numberOf(name) !== undefined)) {
    throw errorAt(
      { file: path, line: 1 },
      "csv-header",
      "the first row is numbers, not the names of columns.",
      "Add a header line above it, such as date,temperature.",
    );
  }
}

/** Only for messages: it looks for every line of the block. */
function placeInBlock({ path, text, line }: Block, at: number) {
  const place = placeIn(textFileOf(path, text), at);
  return { ...place, line: place.line + line - 1 };
}

/** A cell in the file, its quotes included. */
export function placeOfCell({ block, start }: CsvRow, column: number): TextPlace {
  const { text, delimiter } = block;
  const { from, end } = cellRange(text, start, column, delimiter);
  return { ...placeInBlock(block, from), length: end - from };
}

/** Characters of a row, to its first line's end. */
export function lengthOfRow({ block: { text }, start }: CsvRow): number {
  const end = text.indexOf("\n", start);
  return (end < 0 ? text.length : end) - start;
}

/** From a cell's first character, its quotes included, to the separator, line break or end that follows it. */
export function cellRange(
  text: string,
  rowStart: number,
  column: number,
  delimiter: string,
): { readonly from: number; readonly end: number } {
  let from = rowStart;
  for (let skipped = 0; skipped < column; skipped++) from = cellEnd(text, from, delimiter) + 1;
  return { from, end: cellEnd(text, from, delimiter) };
}

function cellEnd(text: string, from: number, delimiter: string): number {
  let at = from;
  if (text[at] === '"') {
    for (at++; at < text.length; at++) {
      if (text[at] !== '"') continue;
      if (text[at + 1] !== '"') break;
      at++;
    }
  }
  while (at < text.length && text[at] !== delimiter && text[at] !== "\n") at++;
  return at;
}
