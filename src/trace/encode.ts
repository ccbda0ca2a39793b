/**
 * A trace as the records of a safetensors file, and back. The tensors keep their names; what a file
 * of tensors cannot say (version, axes, model, tokens) goes into its metadata, so that Python reads
 * the numbers with `safetensors.numpy.load_file` and everything else with `json.loads`.
 */
import type { Axis, ModelDescription, Real, Tensor, Trace } from "./trace.ts";

export interface TraceRecords {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Real }>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Metadata keys. `unroll.trace` holds the version and marks the file as a trace. */
const keys = {
  version: "unroll.trace",
  model: "unroll.model",
  axes: "unroll.axes",
  size: "unroll.size",
  tokens: "unroll.tokens",
} as const;

/** `tokens`: what the network read at each step, as text. */
export function encodeTrace(trace: Trace, tokens: readonly string[] = []): TraceRecords {
  const tensors = [...trace.tensors.values()];
  return {
    tensors: new Map(tensors.map(({ name, shape, data }) => [name, { shape, data }])),
    metadata: {
      [keys.version]: String(trace.version),
      [keys.model]: JSON.stringify(trace.model),
      [keys.axes]: JSON.stringify(
        Object.fromEntries(tensors.map(({ name, axes }) => [name, axes])),
      ),
      [keys.size]: JSON.stringify({
        steps: trace.steps,
        sourceSteps: trace.sourceSteps,
        batch: trace.batch,
      }),
      [keys.tokens]: JSON.stringify(tokens),
    },
  };
}

/** Throws an Error that says what is wrong when the records are not a trace of this version. */
export function decodeTrace(records: {
  readonly tensors: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly data: ArrayLike<unknown> }
  >;
  readonly metadata: Readonly<Record<string, string>>;
}): { readonly trace: Trace; readonly tokens: readonly string[] } {
  const version = records.metadata[keys.version];
  if (version === undefined) {
    throw new Error(
      `This is not a saved trace: its metadata has no "${keys.version}". Save one with \`unroll trace\`.`,
    );
  }
  if (version !== "1") {
    throw new Error(`The trace has version ${version}; this Unroll reads version 1.`);
  }
  const axes = readObject(records.metadata, keys.axes, isAxesByName);
  const { steps, sourceSteps, batch } = readObject(records.metadata, keys.size, isSize);
  const model = readObject(records.metadata, keys.model, isModel);
  const tokens = readObject(records.metadata, keys.tokens, isTokens);
  const tensors = new Map(
    [...records.tensors].map(([name, { shape, data }]) => {
      if (!(data instanceof Float32Array || data instanceof Float64Array)) {
        throw new Error(`Tensor "${name}" of the trace does not hold 32- or 64-bit floats.`);
      }
      const tensor: Tensor = { name, axes: axes[name] ?? [], shape, data };
      checkShape(tensor, { T: steps, B: batch });
      return [name, tensor];
    }),
  );
  const source = sourceSteps === undefined ? {} : { sourceSteps };
  return { trace: { version: 1, model, steps, ...source, batch, tensors }, tokens };
}

function readObject<T>(
  metadata: Readonly<Record<string, string>>,
  key: string,
  isRight: (value: unknown) => value is T,
): T {
  const text = metadata[key];
  if (text === undefined) throw new Error(`The trace's metadata "${key}" is missing.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`The trace's metadata "${key}" is not valid JSON.`);
  }
  if (!isRight(value))
    throw new Error(`The trace's metadata "${key}" does not hold what it should.`);
  return value;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const isAxesByName = (value: unknown): value is Record<string, readonly Axis[]> =>
  isObject(value) && Object.values(value).every(Array.isArray);

const isSize = (value: unknown): value is { steps: number; sourceSteps?: number; batch: number } =>
  isObject(value) &&
  "steps" in value &&
  Number.isInteger(value.steps) &&
  (!("sourceSteps" in value) || Number.isInteger(value.sourceSteps)) &&
  "batch" in value &&
  Number.isInteger(value.batch);

const isModel = (value: unknown): value is ModelDescription =>
  isObject(value) &&
  "layers" in value &&
  Array.isArray(value.layers) &&
  "input" in value &&
  isObject(value.input) &&
  "output" in value &&
  isObject(value.output);

const isTokens = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((token) => typeof token === "string");

function checkShape({ name, axes, shape, data }: Tensor, size: { T: number; B: number }): void {
  const expected = axes.map((axis, i) => (axis === "T" || axis === "B" ? size[axis] : shape[i]));
  const length = shape.reduce((product, size) => product * size, 1);
  if (
    axes.length !== shape.length ||
    expected.some((size, i) => size !== shape[i]) ||
    length !== data.length
  ) {
    throw new Error(
      `Tensor "${name}" has shape (${shape.join(",")}) and ${data.length} values; axes (${axes.join(",")}) of a trace of ${size.T} steps and ${size.B} sequences do not fit.`,
    );
  }
}
