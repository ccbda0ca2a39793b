/** Forecasts of changes, added up: of the return of a price, the price. */
import type { DataConfig } from "../config/schema.ts";
import type { FileSource } from "../data/files.ts";
import { readTableNumbers } from "../data/tableNumbers.ts";
import type { Forecast } from "./forecast.ts";

type TableConfig = Extract<DataConfig, { kind: "table" }>;

interface Change {
  /** Index of the target. */
  readonly target: number;
  /** The column of the file that it is the change of. */
  readonly of: string;
  readonly isOfLogarithm: boolean;
}

/** Adds a column of the file for each target that is its change from row to row, beginning at the table's last row. */
export async function withUndoneChanges(
  forecast: Forecast,
  data: TableConfig,
  files: FileSource,
): Promise<Forecast> {
  const changes = changesIn(data);
  if (changes.length === 0) return forecast;
  const columns = changes.map(({ of }) => of);
  const { inputs } = await readTableNumbers(files, {
    ...data,
    derived: undefined,
    inputs: columns,
    targets: columns.slice(0, 1),
  });
  const last = inputs.subarray(inputs.length - columns.length);
  const undone = changes.map((change, index) => addUp(forecast, change, last[index]));
  const { names, rows, deviations } = forecast;
  return {
    names: [...names, ...columns],
    rows: rows.map((row, step) => [...row, ...undone.map(({ values }) => values[step])]),
    ...(deviations && {
      deviations: deviations.map((row, step) => [
        ...row,
        ...undone.map((column) => column.deviations[step]),
      ]),
    }),
  };
}

function changesIn({ targets, derived = [] }: TableConfig): readonly Change[] {
  return targets.flatMap((name, target) => {
    const column = derived.find((each) => each.name === name);
    const isChange = column?.kind === "difference" || column?.kind === "log-difference";
    if (!isChange || column.rows !== 1) return [];
    const { of } = column;
    // What is derived itself is in no file, and what is predicted anyway needs no second column.
    if (derived.some((each) => each.name === of) || targets.includes(of)) return [];
    return [{ target, of, isOfLogarithm: column.kind === "log-difference" }];
  });
}

/**
 * x(k) = x(0) + Σ changes, or x(0) exp(Σ changes) where they are those of a logarithm. Errors of different rows are taken to be independent, so that their
 * variances add up: σ of the sum is √Σσ², and of its exponential x(k) √Σσ² as long as that is small.
 */
function addUp({ rows, deviations }: Forecast, { target, isOfLogarithm }: Change, from: number) {
  const values: number[] = [];
  const spread: number[] = [];
  let sum = 0;
  let variance = 0;
  for (const [step, row] of rows.entries()) {
    sum += row[target];
    variance += (deviations?.[step][target] ?? 0) ** 2;
    const value = isOfLogarithm ? from * Math.exp(sum) : from + sum;
    values.push(value);
    spread.push(Math.sqrt(variance) * (isOfLogarithm ? Math.abs(value) : 1));
  }
  return { values, deviations: spread };
}
