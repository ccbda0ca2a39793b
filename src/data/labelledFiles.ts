/** Texts with labels from a CSV or JSON Lines file, each with its place. */
import { nearest } from "../config/nearest.ts";
import type { Place } from "../config/problem.ts";
import { cellPlace, columnIndex, parseCsv } from "./csv.ts";
import { errorAt, placeIn, readTextFile, type FileSource, type TextFile } from "./files.ts";
import type { TextPlace } from "./split.ts";

/** Two columns of a file, or two keys of each of its objects. */
export interface LabelledColumns {
  readonly path: string;
  readonly text: string;
  readonly label: string;
  /** Which keys of the config named them. */
  readonly namedBy: { readonly text: string; readonly label: string };
}

export interface LabelledExample {
  readonly text: string;
  readonly label: string;
  /** Where the text begins. */
  readonly place: Required<Place>;
  /**
   * Where `[offset, offset + length)` of the text stands in the file. Escapes make a written text longer than what it
   * says, so that where there are any the place is that of the whole text.
   */
  placeOf(offset: number, length: number): TextPlace;
}

/** Texts of white space only are `skipped`. */
export async function readExamples(
  data: LabelledColumns,
  files: FileSource,
): Promise<{ examples: readonly LabelledExample[]; skipped: readonly LabelledExample[] }> {
  const file = await readTextFile(files, data.path);
  const all = /\.(?:jsonl|ndjson)$/i.test(data.path)
    ? readJsonLines(file, data)
    : readCsv(file, data);
  const examples = all.filter(({ text }) => text.trim() !== "");
  if (examples.length < 2) {
    throw errorAt(
      { file: file.path },
      "too-few-texts",
      `there ${examples.length === 1 ? "is one text" : "are no texts"} in it.`,
      `At least two texts with a ${data.namedBy.label} are needed.`,
    );
  }
  return { examples, skipped: all.filter(({ text }) => text.trim() === "") };
}

function readCsv(file: TextFile, data: LabelledColumns): LabelledExample[] {
  const table = parseCsv(file);
  const textColumn = columnIndex(table, data.text, ["data", data.namedBy.text]);
  const labelColumn = columnIndex(table, data.label, ["data", data.namedBy.label]);
  return table.rows.map((row, index) => {
    const label = row[labelColumn].trim();
    if (label === "") throw unlabelled(cellPlace(table, index, labelColumn), data);
    const cell = cellPlace(table, index, textColumn);
    return createExample(file, row[textColumn], label, cell);
  });
}

function readJsonLines(file: TextFile, data: LabelledColumns): LabelledExample[] {
  const examples: LabelledExample[] = [];
  for (const [index, offset] of file.lineStarts.entries()) {
    const end =
      index + 1 < file.lineStarts.length ? file.lineStarts[index + 1] - 1 : file.text.length;
    const line = file.text.slice(offset, end);
    if (line.trim() === "") continue;
    const place = placeIn(file, offset);
    const record = parseLine(line, place);
    const text = fieldOf(record, data.text, data.namedBy.text, place);
    const label = fieldOf(record, data.label, data.namedBy.label, place).trim();
    if (label === "") throw unlabelled(place, data);
    const written = line.indexOf(JSON.stringify(text));
    const column = written < 0 ? 1 : written + 1;
    const length = written < 0 ? line.length : JSON.stringify(text).length;
    examples.push(createExample(file, text, label, { ...place, column, length }));
  }
  return examples;
}

/** The object that a line of a JSON Lines file is. @param shape what one looks like, for advice */
export function parseLine(
  line: string,
  place: Required<Place>,
  shape = '{"text": "…", "label": "…"}',
): Record<string, unknown> {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (error) {
    // Engines say where in different words; all of them count from 0.
    const position = /position (\d+)/.exec(String(error))?.[1];
    const column = position === undefined ? 1 : Math.min(Number(position), line.length - 1) + 1;
    throw errorAt(
      { ...place, column },
      "json-line",
      "this line is not JSON.",
      `Every line of a .jsonl file is one object, such as ${shape}.`,
    );
  }
  if (typeof record === "object" && record !== null && !Array.isArray(record))
    return record as Record<string, unknown>;
  throw errorAt(
    place,
    "json-line",
    "this line is JSON, but not an object.",
    `Write one object in each line, such as ${shape}.`,
  );
}

export function fieldOf(
  record: Record<string, unknown>,
  key: string,
  configKey: string,
  place: Required<Place>,
): string {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  if (typeof value === "string") return value;
  if (configKey === "label" && (typeof value === "number" || typeof value === "boolean"))
    return String(value);
  const meant = nearest(key, Object.keys(record));
  const hint = value === undefined && meant !== undefined ? ` Did you mean "${meant}"?` : "";
  const what =
    value === undefined ? `has no "${key}".${hint}` : `has a "${key}" that is not a text.`;
  throw errorAt(
    place,
    "json-key",
    `this object ${what}`,
    `Its keys are ${Object.keys(record)
      .map((name) => `"${name}"`)
      .join(", ")}; the config's data.${configKey} names the one to use.`,
    ["data", configKey],
  );
}

const unlabelled = (place: Required<Place>, data: LabelledColumns): Error =>
  errorAt(
    place,
    "label-missing",
    `this text has no "${data.label}".`,
    "Fill it in, or remove the row.",
    ["data", data.namedBy.label],
  );

/** `written` is where the text stands in the file, its quotes included. */
function createExample(
  file: TextFile,
  text: string,
  label: string,
  written: TextPlace,
): LabelledExample {
  const start = file.lineStarts[written.line - 1] + written.column - 1;
  const quotes = file.text[start] === '"' ? 1 : 0;
  const isVerbatim =
    file.text.startsWith(text, start + quotes) && written.length === text.length + 2 * quotes;
  return {
    text,
    label,
    place: { file: written.file, line: written.line, column: written.column },
    placeOf(offset, length) {
      return isVerbatim ? { ...placeIn(file, start + quotes + offset), length } : written;
    },
  };
}
