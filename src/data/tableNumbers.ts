/** What a network reads and predicts of a table, in the data's own units, with the derived columns worked out. */
import { UserError } from "../config/problem.ts";
import { columnIndex, numberAt, rowPlace, type CsvTable } from "./csv.ts";
import type { CsvHeader } from "./csvReader.ts";
import { planColumns, type ColumnPlan } from "./derivedColumns.ts";
import type { FileSource } from "./files.ts";
import type { TextPlace } from "./split.ts";
import type { TableConfig } from "./table.ts";
import { readTableColumns } from "./tableColumns.ts";

type Columns = Pick<TableConfig, "inputs" | "targets" | "derived">;

export interface TableNumbers {
  /** R, without the first rows that derived columns lack a past in. */
  readonly count: number;
  /** (R,I) and (R,targets), row-major. */
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  readonly nameOf: (row: number) => string;
  readonly placeOf: (row: number) => TextPlace;
}

/** Throws `UserError` for columns that are not there and for cells that are no numbers. */
export async function readTableNumbers(
  files: FileSource,
  data: TableConfig,
): Promise<TableNumbers> {
  const plan = planOf(data);
  const isDerived = data.derived !== undefined;
  const { count, numbers, nameOf, placeOf } = await readTableColumns(files, data.path, (header) => {
    refuseTakenNames(header, data);
    const indices = (key: "inputs" | "targets"): number[] =>
      data[key].map((name, index) => columnIndex(header, name, ["data", key, index]));
    return {
      numbers: isDerived
        ? [fileColumns(header, plan, data)]
        : [indices("inputs"), indices("targets")],
      name: data.time === undefined ? undefined : columnIndex(header, data.time, ["data", "time"]),
    };
  });
  // Without derived columns, those that were read are taken as they are: of a large table there should not be two.
  const [inputs, targets] = isDerived ? plan.workOut(numbers[0], placeOf) : numbers;
  const { lost } = plan;
  return {
    count: Math.max(0, count - lost),
    inputs,
    targets,
    nameOf: (row) => nameOf(row + lost),
    placeOf: (row) => placeOf(row + lost),
  };
}

/**
 * The same of rows `from` up to `from + count`, counted from 0 below the header, of a table that is held whole.
 * @throws UserError also for rows that have no past to be worked out from
 */
export function tableNumbersOf(
  table: CsvTable,
  data: Columns,
  from: number,
  count: number,
): Pick<TableNumbers, "inputs" | "targets"> {
  refuseTakenNames(table, data);
  const plan = planOf(data);
  const { lost } = plan;
  if (from < lost) {
    throw new UserError(
      "range",
      `Row ${from + 1} of ${table.path} has no past that its derived columns could be worked out from: they look ${lost} rows back.`,
      { place: { file: table.path }, advice: `Begin at row ${lost + 1} or later.` },
    );
  }
  const indices = fileColumns(table, plan, data);
  const numbers = new Float64Array((lost + count) * indices.length);
  for (let row = 0; row < lost + count; row++) {
    for (const [at, index] of indices.entries()) {
      numbers[row * indices.length + at] = numberAt(table, from - lost + row, index);
    }
  }
  const [inputs, targets] = plan.workOut(numbers, (row) => rowPlace(table, from - lost + row));
  return { inputs, targets };
}

function planOf(data: Columns): ColumnPlan {
  const wanted = (key: "inputs" | "targets") =>
    data[key].map((name, index) => ({ name, path: ["data", key, index] }));
  return planColumns([wanted("inputs"), wanted("targets")], data.derived ?? []);
}

/** Where the columns that a plan reads stand in the file. A name that is nowhere may have been meant for a derived column. */
function fileColumns(
  header: Pick<CsvHeader, "path" | "names">,
  plan: ColumnPlan,
  data: Columns,
): number[] {
  const others = (data.derived ?? []).map(({ name }) => name);
  return plan.read.map(({ name, path }) => columnIndex(header, name, path, others));
}

function refuseTakenNames(
  { path, names }: Pick<CsvHeader, "path" | "names">,
  { derived }: Columns,
): void {
  const index = derived?.findIndex(({ name }) => names.includes(name)) ?? -1;
  const taken = derived?.[index];
  if (!taken) return;
  throw new UserError("column-twice", `${path} has a column "${taken.name}" already.`, {
    place: { file: path, line: 1 },
    advice: "Give the derived column another name.",
    path: ["data", "derived", index, "name"],
  });
}
