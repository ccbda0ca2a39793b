/** Windows over the rows of a table, in each of the four shapes. */
import type { Condition, Shape } from "../config/schema.ts";
import type { Real } from "../trace/trace.ts";
import { decodeNumber, outputColumns, type Column, type TableEncoding } from "./encoding.ts";
import type { Layout, NamedValue, Split, StepLabel, TextPlace } from "./split.ts";

/** A table as the network sees it: standardised, row-major. */
export interface TableRows {
  readonly count: number;
  /** (R,I) */
  readonly inputs: Float64Array;
  /** (R,targets) */
  readonly targets: Float64Array;
  names(row: number): string;
  placeOf(row: number): TextPlace;
}

interface Windowing {
  readonly shape: Shape;
  readonly horizon: number;
  readonly window: number;
}

/** Steps of one sequence: with one input and one output, each row is a sequence of its own. */
export const windowSteps = ({ shape, window }: Pick<Windowing, "shape" | "window">): number =>
  shape === "one-to-one" ? 1 : window;

/** Rows after a window's last one that it has to predict. */
export const rowsBeyond = ({ horizon }: Pick<Windowing, "horizon">): number => horizon;

/** Windows that begin at each of the rows `[from, to)` and end, with all that they predict, before `to`. */
export function createTableSplit(
  rows: TableRows,
  encoding: TableEncoding,
  { window, condition }: { readonly window: number; readonly condition: Condition },
  [from, to]: readonly [number, number],
): Split {
  const { shape, horizon } = encoding;
  const steps = windowSteps({ shape, window });
  const sequenceCount = Math.max(0, to - from - steps - horizon + 1);
  const [inputSize, targetSize] = [encoding.inputs.length, encoding.targets.length];
  const outputs = outputColumns(encoding);
  const outputSize = outputs.length;
  const atLast = shape === "many-to-one" || shape === "one-to-one";
  const readsOnce = shape === "one-to-many" || shape === "one-to-one";
  const readsAgain = shape === "one-to-many" && condition === "every-step";
  const layout: Layout = {
    input: {
      kind: "dense",
      size: inputSize,
      ...(shape === "one-to-many" && condition === "initial-state" && { condition }),
    },
    output: { kind: "values", size: outputSize, at: atLast ? "last-step" : "each-step" },
  };
  const stepsOf = (index: number, wanted = steps): number =>
    shape === "one-to-one" ? 1 : Math.max(1, Math.min(wanted, to - horizon - from - index));

  /** Where the (O) values that are to be predicted at `row` begin in `rows.targets`. */
  const firstTarget = (row: number): number => (row + Math.min(1, horizon)) * targetSize;

  /** The first row alone, or again at every step. */
  const readOnce = (start: number, count: number): Float32Array => {
    const input = new Float32Array(count * inputSize);
    input.set(rows.inputs.subarray(start * inputSize, (start + 1) * inputSize));
    if (readsAgain) for (let t = 1; t < count; t++) input.copyWithin(t * inputSize, 0, inputSize);
    return input;
  };
  /** Of steps that follow on each other; where each predicts one row, these are rows that follow on each other. */
  const targetsOf = (row: number, losses: number): Real => {
    if (outputSize === targetSize)
      return rows.targets.subarray(firstTarget(row), firstTarget(row + losses));
    const target = new Float32Array(losses * outputSize);
    for (let loss = 0; loss < losses; loss++) {
      const first = firstTarget(row + loss);
      target.set(rows.targets.subarray(first, first + outputSize), loss * outputSize);
    }
    return target;
  };
  const ones = new Float32Array(atLast ? 1 : steps).fill(1);

  return {
    layout,
    sequenceCount,
    steps: sequenceCount === 0 ? 0 : steps,
    read(index, wanted) {
      const start = from + index;
      const count = stepsOf(index, wanted);
      const losses = atLast ? 1 : count;
      return {
        steps: count,
        input: readsOnce
          ? readOnce(start, count)
          : rows.inputs.subarray(start * inputSize, (start + count) * inputSize),
        target: targetsOf(start + count - losses, losses),
        weights: losses === ones.length ? ones : new Float32Array(losses).fill(1),
      };
    },
    describe(index) {
      const first = from + index;
      const last = first + stepsOf(index) - 1;
      const title =
        first === last ? rows.names(first) : `${rows.names(first)} … ${rows.names(last)}`;
      const { file, line } = rows.placeOf(first);
      return { title, detail: `${file}, line ${line}` };
    },
    labels(index, wanted) {
      const count = stepsOf(index, wanted);
      return Array.from({ length: count }, (_, t): StepLabel => {
        const row = from + index + t;
        const hasLoss = !atLast || t === count - 1;
        return {
          input: rows.names(row),
          ...(readsOnce && t > 0 && !readsAgain
            ? {}
            : {
                inputValues: named(
                  encoding.inputs,
                  rows.inputs,
                  (readsAgain ? from + index : row) * inputSize,
                ),
              }),
          ...(hasLoss ? { targetValues: named(outputs, rows.targets, firstTarget(row)) } : {}),
          place: rows.placeOf(row),
        };
      });
    },
  };
}

/** Twelve digits: what standardising and back loses beyond them was not in the file. */
const named = (columns: readonly Column[], values: ArrayLike<number>, at: number): NamedValue[] =>
  columns.map((column, index) => ({
    name: column.name,
    value: Number(decodeNumber(values[at + index], column).toPrecision(12)),
  }));
