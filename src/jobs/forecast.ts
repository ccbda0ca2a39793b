/**
 * Goes on beyond the end of a table. The network reads the last rows as it read its training windows,
 * from a state of zero, and its own forecasts take the place of rows that are not known yet.
 */
import { UserError } from "../config/problem.ts";
import { loadDataset } from "../data/dataset.ts";
import { decodeNumber, encodeNumber, type TableEncoding } from "../data/encoding.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import type { Model } from "../engine/model.ts";
import { predictedDeviations, predictedNumbers } from "../engine/sampling.ts";
import { createStepper } from "../engine/stepper.ts";
import { createBreather } from "./breather.ts";
import { networkOf, type LoadedRun } from "./loadedRun.ts";
import { fileSourceOf } from "./runData.ts";
import { withUndoneChanges } from "./undoneForecast.ts";

export interface ForecastRequest {
  /** Rows beyond the end. */
  readonly steps: number;
  readonly workspaceFolders: readonly string[];
}

export interface Forecast {
  /** The targets, then the columns of the file that they are the changes of. */
  readonly names: readonly string[];
  /** (steps, names) in the table's own units. */
  readonly rows: readonly (readonly number[])[];
  /**
   * (steps, names) σ of each, where the network says how sure it is. That of a row takes the rows before it for
   * the truth, also where they are forecasts themselves: further ahead it is too small.
   */
  readonly deviations?: readonly (readonly number[])[];
}

const maximumSteps = 1000;

/**
 * Throws `UserError` for a network that cannot forecast so far, saying why. The table may have grown
 * since the training: its end is where it ends now. Rejects when `signal` aborts.
 */
export async function forecast(
  loaded: LoadedRun,
  { steps, workspaceFolders }: ForecastRequest,
  kernels: Kernels,
  signal?: AbortSignal,
): Promise<Forecast> {
  const encoding = tableEncodingOf(loaded);
  if (!(Number.isInteger(steps) && steps >= 1 && steps <= maximumSteps)) {
    throw new UserError("forecast", `${steps} is not a number of rows to forecast.`, {
      advice: `Ask for 1 to ${maximumSteps}.`,
    });
  }
  const reach = reachOf(loaded, encoding);
  if (steps > reach.rows) {
    throw new UserError(
      "forecast",
      `"${loaded.run.record.name}" can forecast ${reach.rows === 1 ? "one row" : `${reach.rows} rows`} ahead, not ${steps}: ${reach.why}.`,
      { advice: reach.advice },
    );
  }
  const names = encoding.targets.map(({ name }) => name);
  const window = await lastRows(loaded, encoding, workspaceFolders);
  const stepper = createForecaster(networkOf(loaded, kernels));
  const breathe = createBreather();
  const rows: number[][] = [];
  const deviations: number[][] = [];
  while (rows.length < steps) {
    signal?.throwIfAborted();
    const known = [...window, ...rows.map((row) => inputsFrom(encoding, row))].slice(
      -window.length,
    );
    const ahead =
      encoding.shape === "one-to-many"
        ? outputsAfter(stepper, encoding, known[known.length - 1], steps, isReadAgain(loaded))
        : outputAfter(stepper, encoding, known);
    for (const { values, deviation } of ahead.slice(0, steps - rows.length)) {
      rows.push(values);
      if (deviation) deviations.push(deviation);
    }
    await breathe();
  }
  const predicted: Forecast = { names, rows, ...(deviations.length > 0 && { deviations }) };
  const { data } = loaded.config;
  return data.kind === "table"
    ? withUndoneChanges(predicted, data, fileSourceOf(loaded, workspaceFolders))
    : predicted;
}

/** What the network predicts at a step, whatever its loss makes of its outputs. */
interface Forecaster {
  reset(): void;
  step(row: Float64Array): Predicted;
}

interface Predicted {
  readonly numbers: ArrayLike<number>;
  readonly deviations?: ArrayLike<number>;
}

function createForecaster(model: Model): Forecaster {
  if (model.description.layers.some(({ directions }) => directions.includes("reverse"))) {
    throw new UserError(
      "forecast",
      "A network that also reads backwards cannot go on step by step.",
      {
        advice: 'Train one without "bidirectional" layers to forecast beyond the end of the table.',
      },
    );
  }
  const stepper = createStepper(model);
  const { loss } = model.description;
  return {
    reset: () => stepper.reset(),
    step(row) {
      const output = stepper.step(row);
      const deviations = predictedDeviations(loss, output);
      return { numbers: predictedNumbers(loss, output), ...(deviations && { deviations }) };
    },
  };
}

function tableEncodingOf({ encoding, run }: LoadedRun): TableEncoding {
  if (encoding.kind === "table" && encoding.horizon > 0) return encoding;
  const { name } = run.record;
  throw encoding.kind === "table"
    ? new UserError(
        "forecast",
        `"${name}" does not look ahead: it was trained with a horizon of 0.`,
        {
          advice: "Train with data.horizon 1 or more.",
        },
      )
    : new UserError("forecast", `"${name}" does not forecast: it was not trained on a table.`, {
        advice: 'Only a run whose data has the kind "table" can.',
      });
}

interface Reach {
  readonly rows: number;
  readonly why: string;
  readonly advice: string;
}

/** How many rows ahead the network can be asked for. */
function reachOf({ config }: LoadedRun, { inputs, targets, horizon, shape }: TableEncoding): Reach {
  if (shape === "one-to-many") {
    const window = config.data.kind === "table" ? config.data.window : 1;
    return {
      rows: window,
      why: "it reads one row and answers for as many steps as it was trained on",
      advice: "Train with a longer data.window.",
    };
  }
  const predicted = new Set(targets.map(({ name }) => name));
  const missing = inputs.filter(({ name }) => !predicted.has(name)).map(({ name }) => `"${name}"`);
  if (missing.length === 0) return { rows: Infinity, why: "", advice: "" };
  const verb = missing.length === 1 ? "is an input that it does" : "are inputs that it does";
  return {
    rows: horizon,
    why: `to go further it would have to read its own forecasts, but ${missing.join(", ")} ${verb} not predict`,
    advice: "Add every input to data.targets and train again, or raise data.horizon.",
  };
}

/** (window, I) the table's last rows as the network reads them, with the scales of the training. */
async function lastRows(
  loaded: LoadedRun,
  encoding: TableEncoding,
  workspaceFolders: readonly string[],
): Promise<readonly Float64Array[]> {
  const { config } = loaded;
  if (config.data.kind !== "table")
    throw new Error("A table's encoding belongs to a table's config.");
  const single = encoding.shape === "one-to-one" || encoding.shape === "one-to-many";
  const window = single ? 1 : config.data.window;
  // Read as windows that predict nothing ahead, the last one ends with the table's last row.
  const { training } = await loadDataset(
    { ...config.data, window, horizon: 0, shape: "many-to-many" },
    { ...config.training, validation: { ...config.training.validation, share: 0 } },
    fileSourceOf(loaded, workspaceFolders),
  );
  return training.labels(training.sequenceCount - 1).map(({ inputValues }) => {
    const values = new Map(inputValues?.map(({ name, value }) => [name, value]));
    return Float64Array.from(encoding.inputs, (column) =>
      encodeNumber(values.get(column.name) ?? 0, column),
    );
  });
}

/** A row ahead, in the table's own units. */
interface Ahead {
  readonly values: number[];
  readonly deviation?: number[];
}

/** The rows 1..horizon after the last known one. */
function outputAfter(
  forecaster: Forecaster,
  encoding: TableEncoding,
  known: readonly Float64Array[],
): readonly Ahead[] {
  forecaster.reset();
  let predicted: Predicted = { numbers: [] };
  for (const row of known) predicted = forecaster.step(row);
  return Array.from({ length: encoding.horizon }, (_, ahead) => rowOf(encoding, predicted, ahead));
}

const isReadAgain = ({ config }: LoadedRun): boolean =>
  config.data.kind === "table" && config.data.condition === "every-step";

/** One row of each step's output: the network reads `first`, then nothing, or the same again. */
function outputsAfter(
  forecaster: Forecaster,
  encoding: TableEncoding,
  first: Float64Array,
  steps: number,
  again: boolean,
): readonly Ahead[] {
  forecaster.reset();
  const nothing = again ? first : new Float64Array(first.length);
  return Array.from({ length: steps }, (_, t) =>
    rowOf(encoding, forecaster.step(t === 0 ? first : nothing), 0),
  );
}

/** The targets `ahead` rows into an output. */
function rowOf(
  { targets }: TableEncoding,
  { numbers, deviations }: Predicted,
  ahead: number,
): Ahead {
  const from = ahead * targets.length;
  return {
    values: targets.map((column, i) => decodeNumber(numbers[from + i], column)),
    ...(deviations && {
      deviation: targets.map((column, i) => deviations[from + i] * column.deviation),
    }),
  };
}

/** A forecast row as the network would read it. */
function inputsFrom({ inputs, targets }: TableEncoding, row: readonly number[]): Float64Array {
  const values = new Map(targets.map(({ name }, i) => [name, row[i]]));
  return Float64Array.from(inputs, (column) => encodeNumber(values.get(column.name) ?? 0, column));
}
