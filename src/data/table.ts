/**
 * Forecasting from a table: rows are time steps. Split by time: the last rows are held back, and no training window,
 * with all that it is to predict, reaches into them; nor does a held-back window reach into the training rows.
 */
import { UserError } from "../config/problem.ts";
import type { DataConfig, TrainingConfig } from "../config/schema.ts";
import { shapeOf, type Dataset, type DataWarning } from "./dataset.ts";
import { encodeNumber, type Column, type TableEncoding } from "./encoding.ts";
import type { FileSource } from "./files.ts";
import { tableBaselines } from "./tableBaselines.ts";
import { readTableNumbers } from "./tableNumbers.ts";
import { createTableSplit, rowsBeyond, windowSteps, type TableRows } from "./tableWindows.ts";
import { grouped } from "./wording.ts";

export type TableConfig = Extract<DataConfig, { kind: "table" }>;

export async function loadTable(
  data: TableConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  const { count, inputs, targets, nameOf, placeOf } = await readTableNumbers(files, data);
  const held = Math.floor(count * training.validation.share);
  const trained = count - held;
  refuseTooFew(data, trained, count);

  const input = describeColumns(inputs, data.inputs, data.standardize, trained);
  const target = describeColumns(targets, data.targets, data.standardize, trained);
  const encoding: TableEncoding = {
    kind: "table",
    inputs: input.columns,
    targets: target.columns,
    horizon: data.horizon,
    shape: data.shape,
  };
  const rows: TableRows = {
    count,
    inputs: scale(inputs, input.columns),
    targets: scale(targets, target.columns),
    names: nameOf,
    placeOf,
  };
  const trainingSplit = createTableSplit(rows, encoding, data, [0, trained]);
  const validation = createTableSplit(rows, encoding, data, [trained, count]);
  return {
    encoding,
    ...shapeOf(trainingSplit),
    training: trainingSplit,
    validation,
    summary: summarize(data, rows, held),
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

function refuseTooFew(data: TableConfig, trained: number, count: number): void {
  const needed = windowSteps(data) + rowsBeyond(data);
  if (trained >= needed) return;
  const parts = [
    `a window of ${windowSteps(data)}`,
    ...(data.horizon > 0 ? [`a horizon of ${data.horizon}`] : []),
  ];
  throw new UserError(
    "too-few-rows",
    `${data.path} has ${count} rows, of which ${trained} are trained on; ${parts.join(" and ")} need at least ${needed}.`,
    {
      place: { file: data.path },
      advice: `Lower data.window to ${Math.max(1, trained - rowsBeyond(data))} or less, or use a longer table.`,
      path: ["data", "window"],
    },
  );
}

interface DescribedColumns {
  readonly columns: readonly Column[];
  /** Positions of the columns that never change in the training rows. */
  readonly constant: readonly number[];
}

/**
 * Mean and deviation of each column of `values` (R,columns) over the first `trained` rows only: what comes later is not
 * known when the network is trained. A column that never changes is only shifted.
 */
function describeColumns(
  values: Float64Array,
  names: readonly string[],
  standardize: boolean,
  trained: number,
): DescribedColumns {
  const width = names.length;
  const constant: number[] = [];
  const columns = names.map((name, offset): Column => {
    const sumOf = (term: (value: number) => number): number => {
      let sum = 0;
      for (let row = 0; row < trained; row++) sum += term(values[row * width + offset]);
      return sum;
    };
    const first = values[offset];
    const isConstant = sumOf((value) => (value === first ? 0 : 1)) === 0;
    if (isConstant) constant.push(offset);
    if (!standardize) return { name, mean: 0, deviation: 1 };
    if (isConstant) return { name, mean: first, deviation: 1 };
    const mean = sumOf((value) => value) / trained;
    const variance = sumOf((value) => (value - mean) ** 2) / trained;
    return { name, mean, deviation: Math.sqrt(variance) };
  });
  return { columns, constant };
}

/** In place: of a large table there should not be two. */
function scale(values: Float64Array, columns: readonly Column[]): Float64Array {
  for (let at = 0; at < values.length; at++) {
    values[at] = encodeNumber(values[at], columns[at % columns.length]);
  }
  return values;
}

function summarize(data: TableConfig, rows: TableRows, held: number): string {
  const span =
    data.time === undefined || rows.count === 0
      ? ""
      : ` from ${rows.names(0)} to ${rows.names(rows.count - 1)}`;
  const heldBack = held === 0 ? "" : `, the last ${grouped(held)} held back`;
  return `${grouped(rows.count)} rows${span}${heldBack}; ${data.inputs.join(", ")} → ${data.targets.join(", ")}`;
}

function findWarnings(
  read: Record<"inputs" | "targets", DescribedColumns>,
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
