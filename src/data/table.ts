/**
 * Forecasting from a table: rows are time steps. Split by time: the last rows are held back, and no training window,
 * with all that it is to predict, reaches into them; nor does a held-back window reach into the training rows.
 */
import { UserError } from "../config/problem.ts";
import type { DataConfig, TrainingConfig } from "../config/schema.ts";
import { columnIndex, numberAt, parseCsv, rowPlace, type CsvTable } from "./csv.ts";
import { shapeOf, type Dataset, type DataWarning } from "./dataset.ts";
import { encodeNumber, type Column, type TableEncoding } from "./encoding.ts";
import { readTextFile, type FileSource } from "./files.ts";
import { tableBaselines } from "./tableBaselines.ts";
import { createTableSplit, rowsBeyond, windowSteps, type TableRows } from "./tableWindows.ts";
import { grouped } from "./wording.ts";

export type TableConfig = Extract<DataConfig, { kind: "table" }>;

export async function loadTable(
  data: TableConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  const table = parseCsv(await readTextFile(files, data.path));
  const indices = (key: "inputs" | "targets"): number[] =>
    data[key].map((name, index) => columnIndex(table, name, ["data", key, index]));
  const [inputs, targets] = [indices("inputs"), indices("targets")];
  const timeColumn =
    data.time === undefined ? undefined : columnIndex(table, data.time, ["data", "time"]);

  const count = table.rows.length;
  const held = Math.floor(count * training.validation.share);
  const trained = count - held;
  refuseTooFew(table, data, trained, count);

  const input = readColumns(table, inputs, data.standardize, trained);
  const target = readColumns(table, targets, data.standardize, trained);
  const encoding: TableEncoding = {
    kind: "table",
    inputs: input.columns,
    targets: target.columns,
    horizon: data.horizon,
    shape: data.shape,
  };
  const rows: TableRows = {
    count,
    inputs: scale(input),
    targets: scale(target),
    names: (row) => (timeColumn === undefined ? `row ${row + 1}` : table.rows[row][timeColumn]),
    placeOf: (row) => rowPlace(table, row),
  };
  const trainingSplit = createTableSplit(rows, encoding, data, [0, trained]);
  const validation = createTableSplit(rows, encoding, data, [trained, count]);
  return {
    encoding,
    ...shapeOf(trainingSplit),
    training: trainingSplit,
    validation,
    summary: summarize(table, data, rows, held),
    baselines: tableBaselines(rows, encoding, validation, [trained, count], {
      standardized: data.standardize,
      loss: training.loss,
    }),
    warnings: findWarnings(
      { inputs: input, targets: target },
      data,
      validation.sequenceCount,
      held,
      training,
    ),
  };
}

function refuseTooFew(table: CsvTable, data: TableConfig, trained: number, count: number): void {
  const needed = windowSteps(data) + rowsBeyond(data);
  if (trained >= needed) return;
  const parts = [
    `a window of ${windowSteps(data)}`,
    ...(data.horizon > 0 ? [`a horizon of ${data.horizon}`] : []),
  ];
  throw new UserError(
    "too-few-rows",
    `${table.file.path} has ${count} rows, of which ${trained} are trained on; ${parts.join(" and ")} need at least ${needed}.`,
    {
      place: { file: table.file.path },
      advice: `Lower data.window to ${Math.max(1, trained - rowsBeyond(data))} or less, or use a longer table.`,
      path: ["data", "window"],
    },
  );
}

interface ReadColumns {
  readonly columns: readonly Column[];
  /** (R,columns) row-major, in the data's own units. */
  readonly raw: Float64Array;
  /** Positions of the columns that never change in the training rows. */
  readonly constant: readonly number[];
}

/**
 * The numbers of some columns, with mean and deviation of each over the first `trained` rows only: what comes later is not
 * known when the network is trained. A column that never changes is only shifted.
 */
function readColumns(
  table: CsvTable,
  indices: readonly number[],
  standardize: boolean,
  trained: number,
): ReadColumns {
  const width = indices.length;
  const raw = new Float64Array(table.rows.length * width);
  for (let row = 0; row < table.rows.length; row++) {
    for (let offset = 0; offset < width; offset++)
      raw[row * width + offset] = numberAt(table, row, indices[offset]);
  }
  const constant: number[] = [];
  const columns = indices.map((index, offset): Column => {
    const values = Float64Array.from({ length: trained }, (_, row) => raw[row * width + offset]);
    const isConstant = values.every((value) => value === values[0]);
    if (isConstant) constant.push(offset);
    const name = table.header[index];
    if (!standardize) return { name, mean: 0, deviation: 1 };
    if (isConstant) return { name, mean: values[0], deviation: 1 };
    const mean = values.reduce((sum, value) => sum + value, 0) / trained;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / trained;
    return { name, mean, deviation: Math.sqrt(variance) };
  });
  return { columns, raw, constant };
}

const scale = ({ raw, columns }: ReadColumns): Float64Array =>
  raw.map((value, at) => encodeNumber(value, columns[at % columns.length]));

function summarize(table: CsvTable, data: TableConfig, rows: TableRows, held: number): string {
  const span =
    data.time === undefined || rows.count === 0
      ? ""
      : ` from ${rows.names(0)} to ${rows.names(rows.count - 1)}`;
  const heldBack = held === 0 ? "" : `, the last ${grouped(held)} held back`;
  return `${grouped(table.rows.length)} rows${span}${heldBack}; ${data.inputs.join(", ")} → ${data.targets.join(", ")}`;
}

function findWarnings(
  read: Record<"inputs" | "targets", ReadColumns>,
  data: TableConfig,
  validated: number,
  held: number,
  training: TrainingConfig,
): DataWarning[] {
  const warnings: DataWarning[] = [];
  for (const key of ["inputs", "targets"] as const) {
    for (const index of read[key].constant) {
      warnings.push({
        message: `"${data[key][index]}" never changes in the training rows, so that nothing can be learned from it.`,
        path: ["data", key, index],
      });
    }
  }
  if (validated === 0 && training.validation.share > 0) {
    const needed = windowSteps(data) + rowsBeyond(data);
    warnings.push({
      message: `The ${held} rows that are held back are fewer than the ${needed} of one window with its horizon: nothing will be validated. Raise the share, or lower data.window.`,
      path: ["training", "validation", "share"],
    });
  }
  return warnings;
}
