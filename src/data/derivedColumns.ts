/**
 * Columns that are worked out from others before a network reads them: by how much a price moved, how restless a sensor was. Each
 * looks only back, never ahead, so that nothing of the future leaks; the first rows, which have no past to look at, are left out.
 */
import type { ConfigPath } from "../config/positions.ts";
import type { DerivedColumn } from "../config/schema/derivedSchema.ts";
import { errorAt } from "./files.ts";
import type { TextPlace } from "./split.ts";

/** A column, and where the config asks for it. */
export interface WantedColumn {
  readonly name: string;
  readonly path: ConfigPath;
}

export interface ColumnPlan {
  /** The columns of the file that it takes, each once. */
  readonly read: readonly WantedColumn[];
  /** Rows at the beginning that not every wanted column has. */
  readonly lost: number;
  /**
   * (R − lost, columns) of each group, from `numbers` (R,read), all row-major.
   * @throws UserError at a row whose number has no logarithm
   */
  workOut(numbers: Float64Array, placeOf: (row: number) => TextPlace): readonly Float64Array[];
}

/** What has to be read and worked out for groups of columns, such as inputs and targets. */
export function planColumns(
  groups: readonly (readonly WantedColumn[])[],
  derived: readonly DerivedColumn[],
): ColumnPlan {
  const read: WantedColumn[] = [];
  /** A name means a derived column only when it stands above number `below`, so that none leads back to itself. */
  const rowsLost = ({ name, path }: WantedColumn, below = derived.length): number => {
    const index = derivedAbove(derived, name, below);
    if (index >= 0) {
      const column = derived[index];
      const of = { name: column.of, path: ["data", "derived", index, "of"] };
      return rowsBefore(column) + rowsLost(of, index);
    }
    if (!read.some((each) => each.name === name)) read.push({ name, path });
    return 0;
  };
  const lost = groups.flat().reduce((most, column) => Math.max(most, rowsLost(column)), 0);
  return {
    read,
    lost,
    workOut(numbers, placeOf) {
      const rows = numbers.length / read.length;
      const known = new Map<number, Float64Array>();
      const valuesOf = (name: string, below = derived.length): Float64Array => {
        const index = derivedAbove(derived, name, below);
        if (index < 0) {
          const at = read.findIndex((each) => each.name === name);
          return Float64Array.from({ length: rows }, (_, row) => numbers[row * read.length + at]);
        }
        const column = derived[index];
        const values = known.get(index) ?? derive(column, valuesOf(column.of, index), placeOf);
        known.set(index, values);
        return values;
      };
      return groups.map((group) =>
        sideBySide(
          group.map(({ name }) => valuesOf(name).subarray(lost)),
          Math.max(0, rows - lost),
        ),
      );
    },
  };
}

const derivedAbove = (derived: readonly DerivedColumn[], name: string, below: number): number =>
  derived.findIndex((column, index) => index < below && column.name === name);

/** (R,columns) from columns of R numbers. */
function sideBySide(columns: readonly Float64Array[], rows: number): Float64Array {
  const values = new Float64Array(rows * columns.length);
  for (const [at, column] of columns.entries()) {
    for (let row = 0; row < rows; row++) values[row * columns.length + at] = column[row];
  }
  return values;
}

/** Rows above its own that a derived column looks at. */
function rowsBefore(column: DerivedColumn): number {
  switch (column.kind) {
    case "difference":
    case "log-difference":
      return column.rows;
    case "rolling-mean":
    case "rolling-deviation":
      return column.rows - 1;
    case "logarithm":
    case "absolute":
      return 0;
  }
}

/** (R) NaN in rows that lack a past. */
function derive(
  column: DerivedColumn,
  of: Float64Array,
  placeOf: (row: number) => TextPlace,
): Float64Array {
  const logarithms = (): Float64Array =>
    of.map((value, row) => {
      // NaN is no number yet: it stands where a column above lacks a past.
      if (value > 0 || Number.isNaN(value)) return Math.log(value);
      throw errorAt(
        placeOf(row),
        "csv-logarithm",
        `"${column.of}" is ${value} here, and only numbers above 0 have a logarithm, which "${column.name}" takes.`,
        'Use "kind": "difference", or remove the row.',
      );
    });
  switch (column.kind) {
    case "difference":
      return differences(of, column.rows);
    case "log-difference":
      return differences(logarithms(), column.rows);
    case "logarithm":
      return logarithms();
    case "absolute":
      return of.map(Math.abs);
    case "rolling-mean":
      return of.map((_, row) => meanBefore(of, row, column.rows));
    case "rolling-deviation":
      return of.map((_, row) => deviationBefore(of, row, column.rows));
  }
}

/** x(t) − x(t − lag) */
const differences = (of: Float64Array, lag: number): Float64Array =>
  of.map((value, row) => (row < lag ? NaN : value - of[row - lag]));

/** Of `rows` rows, the last of them `end`. Summed anew each time: a running sum would drift over a long table. */
function meanBefore(of: Float64Array, end: number, rows: number): number {
  if (end < rows - 1) return NaN;
  let sum = 0;
  for (let row = end - rows + 1; row <= end; row++) sum += of[row];
  return sum / rows;
}

function deviationBefore(of: Float64Array, end: number, rows: number): number {
  const mean = meanBefore(of, end, rows);
  let sum = 0;
  for (let row = Math.max(0, end - rows + 1); row <= end; row++) sum += (of[row] - mean) ** 2;
  return Math.sqrt(sum / rows);
}
