/**
 * Sequences of frames out of a CSV file in long form, as sensors are logged: one row for each frame, and a column that says
 * to which sequence it belongs. Rows of several sequences may take turns.
 */
import { columnIndex } from "../csv.ts";
import type { CsvHeader } from "../csvReader.ts";
import { errorAt, type FileSource } from "../files.ts";
import { readTableColumns, type Categories, type TableColumns } from "../tableColumns.ts";
import { frameNumber, type FrameFile, type FrameSequence } from "./frameSequence.ts";
import type { FramesConfig } from "./framesConfig.ts";

/** Throws `UserError` with the line of what cannot be used. */
export async function readTableFrames(data: FramesConfig, files: FileSource): Promise<FrameFile> {
  let names: readonly string[] = [];
  const table = await readTableColumns(files, data.path, (header) => {
    const column = (key: "sequence" | "label" | "group" | "time"): number =>
      columnIndex(header, data[key] ?? "", ["data", key]);
    const special = [column("sequence"), column("label")];
    const group = data.group === undefined ? [] : [column("group")];
    const time = data.time === undefined ? undefined : column("time");
    const inputs = inputsOf(header, data, [...special, ...group, time ?? -1]);
    names = inputs.map((index) => header.names[index]);
    return { numbers: [inputs], name: time, categories: [...special, ...group] };
  });
  const [sequence, label, group] = table.categories;
  refuseNameless(data, table, sequence);
  const members = rowsOfEach(sequence);
  const all = { data, table, label, group };
  return {
    names,
    sequences: members.map((rows, code) =>
      sequenceOf(all, sequence.names[code], rows, names.length),
    ),
  };
}

function inputsOf(
  header: CsvHeader,
  { inputs }: FramesConfig,
  taken: readonly number[],
): readonly number[] {
  if (inputs) return inputs.map((name, at) => columnIndex(header, name, ["data", "inputs", at]));
  const rest = [...header.names.keys()].filter((index) => !taken.includes(index));
  if (rest.length > 0) return rest;
  throw errorAt(
    { file: header.path, line: 1 },
    "no-inputs",
    "besides those that the config names there is no column to read.",
    "Add columns of numbers: what was measured at each step.",
  );
}

function refuseNameless({ sequence: key }: FramesConfig, table: TableColumns, found: Categories) {
  const empty = found.names.indexOf("");
  if (empty < 0) return;
  throw errorAt(
    table.placeOf(found.codes.indexOf(empty)),
    "sequence-missing",
    `this row does not say to which sequence it belongs: "${key}" is empty.`,
    "Fill it in, or remove the row.",
    ["data", "sequence"],
  );
}

/** The rows of each sequence, in the order of the file: views of one array. */
function rowsOfEach({ names, codes }: Categories): readonly Int32Array[] {
  const ends = new Int32Array(names.length);
  for (const code of codes) ends[code]++;
  for (let code = 1; code < ends.length; code++) ends[code] += ends[code - 1];
  const rows = new Int32Array(codes.length);
  const next = Int32Array.from(ends, (_, code) => (code === 0 ? 0 : ends[code - 1]));
  for (let row = 0; row < codes.length; row++) rows[next[codes[row]]++] = row;
  return names.map((_, code) => rows.subarray(code === 0 ? 0 : ends[code - 1], ends[code]));
}

interface Columns {
  readonly data: FramesConfig;
  readonly table: TableColumns;
  readonly label: Categories;
  readonly group?: Categories;
}

function sequenceOf(
  { data, table, label, group }: Columns,
  name: string,
  rows: Int32Array,
  width: number,
): FrameSequence {
  const labelAt = (t: number): string => label.names[label.codes[rows[t]]];
  return {
    steps: rows.length,
    values: valuesOf(table.numbers[0], rows, width),
    labels:
      data.predict === "each-frame"
        ? Array.from(rows, (_, t) => labelAt(t))
        : [sole(data, "label", name, { of: label, table, rows })],
    ...(group && { group: sole(data, "group", name, { of: group, table, rows }) }),
    name,
    place: table.placeOf(rows[0]),
    nameOf: data.time === undefined ? frameNumber : (t) => table.nameOf(rows[t]),
    placeOf: (t) => table.placeOf(rows[t]),
  };
}

/** (T,I): a view where the rows follow on each other. */
function valuesOf(all: Float64Array, rows: Int32Array, width: number): Float64Array {
  const [first] = rows;
  if (rows[rows.length - 1] - first === rows.length - 1)
    return all.subarray(first * width, (first + rows.length) * width);
  const values = new Float64Array(rows.length * width);
  rows.forEach((row, t) => values.set(all.subarray(row * width, (row + 1) * width), t * width));
  return values;
}

/** What all rows of a sequence say that say something. */
function sole(
  data: FramesConfig,
  key: "label" | "group",
  name: string,
  { of: { names, codes }, table, rows }: { of: Categories; table: TableColumns; rows: Int32Array },
): string {
  const first = rows.find((row) => names[codes[row]] !== "");
  if (first === undefined) {
    throw errorAt(
      table.placeOf(rows[0]),
      `${key}-missing`,
      `no row of the sequence "${name}" has a "${data[key]}".`,
      "Fill it in, or remove the sequence.",
      ["data", key],
    );
  }
  const value = names[codes[first]];
  const other = rows.find((row) => !["", value].includes(names[codes[row]]));
  if (other === undefined) return value;
  const advice =
    key === "label"
      ? 'For labels that change within a sequence take "predict": "each-frame"; or cut it into several sequences.'
      : "A sequence belongs to one group: cut it into several, each with a name of its own.";
  throw errorAt(
    table.placeOf(other),
    `two-${key}s`,
    `the sequence "${name}" was "${value}" in line ${table.placeOf(first).line}, and is "${names[codes[other]]}" here.`,
    advice,
    ["data", key],
  );
}
