/**
 * A part of a person's own file as one sequence, whether or not a network was trained on it: a range of a text,
 * token by token, or rows of a table. Each step knows its place in the file.
 */
import { UserError } from "../config/problem.ts";
import type { Batch } from "../trace/batch.ts";
import { assemble } from "./assemble.ts";
import { columnIndex, rowPlace, type CsvTable } from "./csv.ts";
import { encodeNumber, type Column, type Encoding, type TableEncoding } from "./encoding.ts";
import { inWords, placeIn, type TextFile } from "./files.ts";
import type { Sequence } from "./sequences.ts";
import type { StepLabel } from "./split.ts";
import type { TableConfig } from "./table.ts";
import { tableNumbersOf } from "./tableNumbers.ts";
import { createTableSplit, type TableRows } from "./tableWindows.ts";
import { forEachToken, visible } from "./tokens.ts";
import { encodeTyped } from "./vocabulary.ts";

type TokenEncoding = Extract<Encoding, { kind: "text" | "labelled-text" }>;

/** Lines and columns count from 1, columns in UTF-16 units. */
export interface TextPosition {
  readonly line: number;
  /** Absent: the line's beginning, or at the end of a range the line's end. */
  readonly column?: number;
}

/** Half-open where a column is given. Without `to`, to the end of the file. */
export interface TextRange {
  readonly from: TextPosition;
  readonly to?: TextPosition;
  /** Tokens at most. */
  readonly steps?: number;
}

/** How far beyond a range the token is looked for that its last one predicts. */
const longestToken = 1000;

/**
 * The tokens that stand in a range of a text. For a language model each is the answer to the one before it, and what
 * follows the range is the answer to its last one.
 * @throws UserError for a range that is not in the file, and for a token that the model does not know
 */
export function sequenceOfText(
  encoding: TokenEncoding,
  file: TextFile,
  range: TextRange,
): Sequence {
  const start = offsetOf(file, range.from, "from");
  const end = range.to ? offsetOf(file, range.to, "to") : file.text.length;
  const name = inWords({ file: file.path, line: range.from.line, column: range.from.column });
  if (end <= start) {
    throw new UserError("range", `There is nothing between the ends of the range at ${name}.`, {
      place: { file: file.path, line: range.from.line },
      advice: "Let it end after it begins.",
    });
  }
  const most = Math.min(range.steps ?? Infinity, longestOf(encoding));
  const written = firstTokens(file.text.slice(start, end), encoding.level, most);
  const placeOf = (offset: number) => placeIn(file, start + offset);
  const { ids, offsets } = encodeTyped(written, encoding.vocabulary, encoding, placeOf);
  const title = written.slice(0, 80).replaceAll(/\s+/g, " ").trim() || name;
  const next =
    encoding.kind === "text" ? tokenAfter(encoding, file, start + written.length) : undefined;
  const label = (id: number): string => visible(encoding.vocabulary.tokens[id]);
  const answers = encoding.kind === "text" ? [...ids.subarray(1), ...(next ?? [])] : [];
  const tokens = offsets.map((offset, t) => ({
    offset,
    length: lengthOf(written, offset, offsets[t + 1], encoding.level),
  }));
  const steps = tokens.map(({ offset, length }, t): StepLabel => ({
    input: label(ids[t]),
    ...(t < answers.length ? { target: label(answers[t]) } : {}),
    place: { ...placeOf(offset), length },
  }));
  return { title: `${title} (${name})`, batch: tokenBatch(ids, answers), steps };
}

const longestOf = (encoding: TokenEncoding): number =>
  encoding.kind === "labelled-text" ? encoding.maximumLength : Infinity;

/** The beginning of a text, up to the end of its `most`-th token. */
function firstTokens(text: string, level: TokenEncoding["level"], most: number): string {
  if (most === Infinity) return text;
  let count = 0;
  let end = 0;
  forEachToken(text, level, (token, offset) => {
    if (count++ < most) end = offset + token.length;
  });
  return text.slice(0, end);
}

function lengthOf(
  text: string,
  offset: number,
  next: number | undefined,
  level: TokenEncoding["level"],
): number {
  const rest = text.slice(offset, next);
  return level === "word" ? rest.trimEnd().length : rest.length;
}

/** At most one number; none at the end of the file, or where the model does not know what follows. */
function tokenAfter(encoding: TokenEncoding, file: TextFile, offset: number): readonly number[] {
  const rest = firstTokens(file.text.slice(offset, offset + longestToken), encoding.level, 1);
  if (rest.trim() === "" && encoding.level === "word") return [];
  try {
    return rest === "" ? [] : [...encodeTyped(rest, encoding.vocabulary, encoding).ids];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function tokenBatch(ids: Int32Array, answers: readonly number[]): Batch {
  const batch: Batch = {
    steps: ids.length,
    size: 1,
    lengths: Int32Array.of(ids.length),
    input: { kind: "tokens", tokens: ids },
    carry: false,
  };
  if (answers.length === 0) return batch;
  const classes = new Int32Array(ids.length);
  classes.set(answers);
  const weights = new Float32Array(ids.length).fill(1, 0, answers.length);
  return { ...batch, target: { kind: "classes", classes }, weights };
}

const isWhole = (value: number): boolean => Number.isInteger(value) && value >= 1;

function offsetOf(file: TextFile, { line, column }: TextPosition, end: "from" | "to"): number {
  const { lineStarts, text, path } = file;
  if (!isWhole(line) || (column !== undefined && !isWhole(column))) {
    throw new UserError("range", `"${end}" is not a place in ${path}.`, {
      place: { file: path },
      advice: "Lines and columns are whole numbers from 1.",
    });
  }
  if (line > lineStarts.length) {
    throw new UserError("range", `${path} has ${lineStarts.length} lines, and no line ${line}.`, {
      place: { file: path, line: lineStarts.length },
      advice: "It may have changed. Choose the range anew.",
    });
  }
  const from = lineStarts[line - 1];
  const next = line < lineStarts.length ? lineStarts[line] : text.length;
  if (column === undefined) return end === "from" ? from : next;
  return Math.min(from + column - 1, next);
}

/** Data rows of a table, counted from 1 below the header, both ends included. */
export type RowRange = readonly [first: number, last: number];

/**
 * Rows of a table as the model reads them, with the scales of its training.
 * @throws UserError for rows that the table does not have, and for columns that are gone
 */
export function sequenceOfRows(
  encoding: TableEncoding,
  table: CsvTable,
  rows: RowRange,
  { time, condition, derived }: Pick<TableConfig, "time" | "condition" | "derived">,
): Sequence {
  const [first, last] = rows;
  const { horizon } = encoding;
  const usable = table.rows.length - horizon;
  const { path } = table.file;
  if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 1 && last >= first)) {
    throw new UserError("range", `${String(first)} to ${String(last)} is not a range of rows.`, {
      advice: "Rows are counted from 1, without the header; the last is not before the first.",
    });
  }
  if (last > usable) {
    const why = horizon > 0 ? `, of which the last ${horizon} can only be predicted` : "";
    throw new UserError(
      "range",
      `${path} has ${table.rows.length} rows${why}, and no row ${last} to read.`,
      {
        place: { file: path },
        advice: usable >= 1 ? `Read up to row ${usable}.` : "Use a longer table.",
      },
    );
  }
  const names = time === undefined ? undefined : columnIndex(table, time, ["data", "time"]);
  const count = last - first + 1 + horizon;
  const numbers = tableNumbersOf(
    table,
    { inputs: namesOf(encoding.inputs), targets: namesOf(encoding.targets), derived },
    first - 1,
    count,
  );
  const part: TableRows = {
    count,
    inputs: standardized(numbers.inputs, encoding.inputs),
    targets: standardized(numbers.targets, encoding.targets),
    names: (row) =>
      names === undefined ? `row ${first + row}` : table.rows[first - 1 + row][names],
    placeOf: (row) => rowPlace(table, first - 1 + row),
  };
  const steps = last - first + 1;
  const split = createTableSplit(part, encoding, { window: steps, condition }, [0, count]);
  const example = split.read(0, steps);
  const window = { from: 0, lossFrom: 0, to: example.steps, layout: split.layout, carry: false };
  return {
    title: split.describe(0).title,
    batch: assemble({ ...window, examples: [example], hasLoss: true }),
    steps: split.labels(0, steps),
  };
}

/** (R,columns), both. */
const standardized = (values: Float64Array, columns: readonly Column[]): Float64Array =>
  values.map((value, at) => encodeNumber(value, columns[at % columns.length]));

const namesOf = (columns: readonly Column[]): string[] => columns.map(({ name }) => name);
