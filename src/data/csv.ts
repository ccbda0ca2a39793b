/** A whole CSV file, and the place of every cell. A large table is better read row by row (csvReader.ts). */
import { nearest } from "../config/nearest.ts";
import { UserError } from "../config/problem.ts";
import { cellRange, createCsvReader, type CsvHeader } from "./csvReader.ts";
import { placeIn, type TextFile } from "./files.ts";
import { numberIn } from "./numbers.ts";
import type { TextPlace } from "./split.ts";

export interface CsvTable extends CsvHeader {
  readonly file: TextFile;
  readonly rows: readonly (readonly string[])[];
  /** Offset of each row's first character in `file.text`. */
  readonly rowOffsets: readonly number[];
}

export function parseCsv(file: TextFile): CsvTable {
  const rows: (readonly string[])[] = [];
  const rowOffsets: number[] = [];
  let found: CsvHeader = { path: file.path, delimiter: ",", names: [] };
  const reader = createCsvReader(file.path, {
    header: (header) => (found = header),
    row({ cells, block, start }) {
      rows.push(cells);
      rowOffsets.push(block.offset + start);
    },
  });
  reader.push(file.text);
  reader.end();
  return { ...found, file, rows, rowOffsets };
}

/**
 * Where a column stands in the header. `path` leads to the name in the config, where `others` may stand as well.
 * @throws UserError with the nearest name when there is none, or when two columns have it.
 */
export function columnIndex(
  { path: file, names: header }: Pick<CsvHeader, "path" | "names">,
  name: string,
  path: readonly (string | number)[],
  others: readonly string[] = [],
): number {
  const index = header.indexOf(name);
  if (index >= 0 && header.indexOf(name, index + 1) < 0) return index;
  if (index >= 0) {
    throw new UserError("column-twice", `${file} has two columns named "${name}".`, {
      place: { file, line: 1 },
      advice: "Rename one of them.",
      path,
    });
  }
  const meant = nearest(name, [...header, ...others]);
  const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  throw new UserError("column-unknown", `${file} has no column "${name}".${hint}`, {
    place: { file, line: 1 },
    advice: `Its columns are ${header.map((column) => `"${column}"`).join(", ")}.`,
    path,
  });
}

/** The number in a cell. @throws UserError at the cell when it is none. */
export const numberAt = (table: CsvTable, row: number, column: number): number =>
  numberIn(table.rows[row][column], table.names[column], () => cellPlace(table, row, column));

/** A cell in the file, its quotes included. */
export function cellPlace(
  { file, rowOffsets, delimiter }: CsvTable,
  row: number,
  column: number,
): TextPlace {
  const { from, end } = cellRange(file.text, rowOffsets[row], column, delimiter);
  return { ...placeIn(file, from), length: end - from };
}

/** A row in the file, to its line's end. */
export function rowPlace(table: CsvTable, row: number): TextPlace {
  const from = table.rowOffsets[row];
  const end = table.file.text.indexOf("\n", from);
  return { ...placeIn(table.file, from), length: (end < 0 ? table.file.text.length : end) - from };
}
