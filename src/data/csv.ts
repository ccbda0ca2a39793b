/**
 * A CSV file with a header, every row as long as the header, and the place of every cell. Strict: what is
 * wrong is said with line and column, nothing is guessed or repaired.
 */
import papaparse from "papaparse";
import { nearest } from "../config/nearest.ts";
import { UserError } from "../config/problem.ts";
import { errorAt, placeIn, type TextFile } from "./files.ts";
import type { TextPlace } from "./split.ts";
import { counted } from "./wording.ts";

export interface CsvTable {
  readonly file: TextFile;
  readonly delimiter: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Offset of each row's first character in `file.text`. */
  readonly rowOffsets: readonly number[];
}

export function parseCsv(file: TextFile): CsvTable {
  const delimiter = findDelimiter(file.text);
  const rows: string[][] = [];
  const rowOffsets: number[] = [];
  let start = 0;
  papaparse.parse(file.text, {
    delimiter,
    newline: "\n",
    step({ data, errors, meta }) {
      if (errors.length > 0) throw badQuotes(file, errors[0].code, errors[0].index ?? start);
      const isBlank = data.length === 1 && data[0].trim() === "";
      if (!isBlank) {
        if (rows.length > 0 && data.length !== rows[0].length)
          throw ragged(file, start, data, rows[0]);
        rows.push(data);
        rowOffsets.push(start);
      }
      start = meta.cursor;
    },
  });
  if (rows.length === 0)
    throw errorAt(
      { file: file.path },
      "file-empty",
      "there is nothing but blank lines.",
      "Put a header and rows into it.",
    );
  const header = rows[0].map((name) => name.trim());
  refuseMissingHeader(file, header);
  return { file, delimiter, header, rows: rows.slice(1), rowOffsets: rowOffsets.slice(1) };
}

/** The separator that the header uses most, outside quotes. */
function findDelimiter(text: string): string {
  const firstLine = /[^\n]*\S[^\n]*/.exec(text)?.[0].replaceAll(/"[^"]*"/g, "") ?? "";
  const uses = [",", ";", "\t", "|"].map((mark) => ({ mark, count: firstLine.split(mark).length }));
  return uses.reduce((best, next) => (next.count > best.count ? next : best)).mark;
}

/** @param inside where the cell goes on behind its opening quote */
function badQuotes(file: TextFile, code: string, inside: number): UserError {
  const isUnclosed = code === "MissingQuotes";
  return errorAt(
    placeIn(file, Math.max(0, inside - 1)),
    "csv-quote",
    isUnclosed
      ? "this cell opens with a double quote that is never closed."
      : "this cell goes on after its closing double quote.",
    'Close the quote at the end of the cell, and write a quote inside a quoted cell twice: "".',
  );
}

function ragged(
  file: TextFile,
  offset: number,
  row: readonly string[],
  header: readonly string[],
): UserError {
  const message = `this row has ${counted(row.length, "cell")}, but the header has ${header.length}.`;
  const advice =
    row.length > header.length
      ? "Quote cells that contain the separator."
      : "Fill in what is missing, or remove the row.";
  return errorAt(placeIn(file, offset), "csv-ragged", message, advice);
}

function refuseMissingHeader(file: TextFile, header: readonly string[]): void {
  if (header.every((name) => numberOf(name) !== undefined)) {
    throw errorAt(
      { file: file.path, line: 1 },
      "csv-header",
      "the first row is numbers, not the names of columns.",
      "Add a header line above it, such as date,temperature.",
    );
  }
}

/**
 * Where a column stands in the header. `path` leads to the name in the config.
 * @throws UserError with the nearest name when there is none, or when two columns have it.
 */
export function columnIndex(
  table: CsvTable,
  name: string,
  path: readonly (string | number)[],
): number {
  const { file, header } = table;
  const index = header.indexOf(name);
  if (index >= 0 && header.indexOf(name, index + 1) < 0) return index;
  if (index >= 0) {
    throw new UserError("column-twice", `${file.path} has two columns named "${name}".`, {
      place: { file: file.path, line: 1 },
      advice: "Rename one of them.",
      path,
    });
  }
  const meant = nearest(name, header);
  const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  throw new UserError("column-unknown", `${file.path} has no column "${name}".${hint}`, {
    place: { file: file.path, line: 1 },
    advice: `Its columns are ${header.map((column) => `"${column}"`).join(", ")}.`,
    path,
  });
}

/** A decimal number as programs write it; undefined for anything else: empty, NaN, 1,5, 12 °C. */
export function numberOf(cell: string): number | undefined {
  const text = cell.trim();
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The number in a cell. @throws UserError at the cell when it is none. */
export function numberAt(table: CsvTable, row: number, column: number): number {
  const cell = table.rows[row][column];
  const value = numberOf(cell);
  if (value !== undefined) return value;
  const name = table.header[column];
  const message =
    cell.trim() === ""
      ? `the cell of column "${name}" is empty.`
      : `"${cell.trim()}" in column "${name}" is not a number.`;
  const advice = /^[+-]?\d+,\d+$/.test(cell.trim())
    ? "Write decimals with a point."
    : "Fill in a number, remove the row, or leave the column out of the config.";
  throw errorAt(cellPlace(table, row, column), "csv-number", message, advice);
}

/** A cell in the file, its quotes included. */
export function cellPlace(table: CsvTable, row: number, column: number): TextPlace {
  const { text } = table.file;
  let from = table.rowOffsets[row];
  for (let skipped = 0; skipped < column; skipped++)
    from = cellEnd(text, from, table.delimiter) + 1;
  return { ...placeIn(table.file, from), length: cellEnd(text, from, table.delimiter) - from };
}

/** A row in the file, to its line's end. */
export function rowPlace(table: CsvTable, row: number): TextPlace {
  const from = table.rowOffsets[row];
  const end = table.file.text.indexOf("\n", from);
  return { ...placeIn(table.file, from), length: (end < 0 ? table.file.text.length : end) - from };
}

/** The offset of the separator, line break or end that follows a cell. */
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
