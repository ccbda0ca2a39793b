/**
 * Some columns of a CSV file as numbers, read row by row: what a large table takes of memory is its numbers, however many columns and
 * characters it has besides.
 */
import { createCsvReader, lengthOfRow, placeOfCell, type CsvHeader } from "./csvReader.ts";
import { textPieces, type FileSource } from "./files.ts";
import { growing, type Growing } from "./growing.ts";
import { numberIn } from "./numbers.ts";
import type { TextPlace } from "./split.ts";

export interface TableColumns {
  readonly header: CsvHeader;
  /** R */
  readonly count: number;
  /** (R,columns) of each choice, row-major, in the data's own units. */
  readonly numbers: readonly Float64Array[];
  /** The cell of the column that names rows, or the row's number. */
  readonly nameOf: (row: number) => string;
  /** Of each choice, what its cells say, trimmed: few texts, however many rows. */
  readonly categories: readonly Categories[];
  readonly placeOf: (row: number) => TextPlace;
}

export interface Categories {
  readonly names: readonly string[];
  /** (R) which name. */
  readonly codes: Int32Array;
}

/** Positions of columns. */
export interface ColumnChoice {
  readonly numbers: readonly (readonly number[])[];
  readonly name: number | undefined;
  readonly categories?: readonly number[];
}

/** `choose` throws where the header lacks a column; every cell of `numbers` has to be one. */
export async function readTableColumns(
  files: FileSource,
  path: string,
  choose: (header: CsvHeader) => ColumnChoice,
): Promise<TableColumns> {
  let header: CsvHeader | undefined;
  let choice: ColumnChoice = { numbers: [], name: undefined };
  let numbers: Growing<Float64Array>[] = [];
  let categories: GrowingCategories[] = [];
  const lines = growing(new Int32Array(1024));
  const lengths = growing(new Int32Array(1024));
  const names = growingNames();
  const reader = createCsvReader(path, {
    header(found) {
      header = found;
      choice = choose(found);
      numbers = choice.numbers.map(() => growing(new Float64Array(1024)));
      categories = choice.categories?.map(() => growingCategories()) ?? [];
    },
    wanted: () => [
      ...choice.numbers.flat(),
      ...(choice.categories ?? []),
      ...(choice.name === undefined ? [] : [choice.name]),
    ],
    row(row) {
      for (const [index, columns] of choice.numbers.entries()) {
        for (const column of columns) {
          const name = header?.names[column] ?? "";
          numbers[index].push(numberIn(row.cells[column], name, () => placeOfCell(row, column)));
        }
      }
      for (const [index, column] of (choice.categories ?? []).entries()) {
        categories[index].push(row.cells[column].trim());
      }
      lines.push(row.line);
      lengths.push(lengthOfRow(row));
      if (choice.name !== undefined) names.push(row.cells[choice.name]);
    },
  });
  const { size } = await files.open(path);
  let seen = 0;
  for await (const piece of textPieces(files, path)) {
    reader.push(piece);
    // Growing step by step would leave half as much again behind: the rows so far tell how many there will be.
    if (seen === 0 && lines.length() > 0) {
      const scale = (1.3 * size) / piece.length;
      for (const each of [...numbers, lines, lengths, ...names.parts])
        each.reserve(Math.ceil(scale * each.length()));
    }
    seen += piece.length;
  }
  reader.end();
  if (!header) throw new Error("A table that was read has a header.");

  const count = lines.length();
  const nameAt = names.values();
  const [lineOf, lengthOf] = [lines.values(), lengths.values()];
  const isNamed = choice.name !== undefined;
  return {
    header,
    count,
    numbers: numbers.map((column) => column.values()),
    nameOf: (row) => (isNamed ? nameAt(row) : `row ${row + 1}`),
    categories: categories.map((each) => each.values()),
    placeOf: (row) => ({ file: path, line: lineOf[row], column: 1, length: lengthOf[row] }),
  };
}

interface GrowingNames {
  push(name: string): void;
  readonly parts: readonly { length(): number; reserve(count: number): void }[];
  values(): (row: number) => string;
}

/** As UTF-8, one after the other: a string of a cell would keep all the text alive that it was cut from. */
function growingNames(): GrowingNames {
  const bytes = growing(new Uint8Array(1024));
  const ends = growing(new Int32Array(1024));
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    parts: [bytes, ends],
    push(name) {
      let at = 0;
      for (; at < name.length && name.charCodeAt(at) < 128; at++) bytes.push(name.charCodeAt(at));
      if (at < name.length) for (const byte of encoder.encode(name.slice(at))) bytes.push(byte);
      ends.push(bytes.length());
    },
    values() {
      const [all, allEnds] = [bytes.values(), ends.values()];
      return (row) => decoder.decode(all.subarray(row === 0 ? 0 : allEnds[row - 1], allEnds[row]));
    },
  };
}

interface GrowingCategories {
  push(name: string): void;
  values(): Categories;
}

function growingCategories(): GrowingCategories {
  const numberOf = new Map<string, number>();
  const codes = growing(new Int32Array(1024));
  return {
    push(name) {
      let code = numberOf.get(name);
      if (code === undefined) {
        code = numberOf.size;
        // Its characters: a string of a cell would keep all the text alive that it was cut from.
        numberOf.set(name.split("").join(""), code);
      }
      codes.push(code);
    },
    values: () => ({ names: [...numberOf.keys()], codes: codes.values() }),
  };
}
