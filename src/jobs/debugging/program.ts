/** A traced sequence as the debugger sees it: a program whose lines are time steps. */
import { classesOf, type Encoding } from "../../data/encoding.ts";
import { describeOutput } from "../../data/describeOutput.ts";
import { visible } from "../../data/tokens.ts";
import type { Forecast, Program, ProgramEdit, StepReading } from "../../debug/debuggee.ts";
import type { Model } from "../../engine/model.ts";
import { predictedNumbers, softmax } from "../../engine/sampling.ts";
import { planeOf } from "../../trace/plane.ts";
import { tensorOf, type Real, type Tensor } from "../../trace/trace.ts";
import { outputRow } from "../timelineColumns.ts";
import type { TracedSequence } from "../tracedSequence.ts";
import type { Sources } from "./sources.ts";

export interface ProgramParts {
  readonly traceId: string;
  readonly traced: TracedSequence;
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly sources: Sources;
  readonly entry?: Program["entry"];
  readonly original?: Program;
  readonly edits: readonly ProgramEdit[];
}

export function createProgram(parts: ProgramParts): Program {
  const { traceId, traced, parameters, sources, entry, original, edits } = parts;
  const { loaded, sequence, trace } = traced;
  const { encoding } = loaded;
  const { loss } = trace.model;
  const classes = classesOf(encoding);
  /** (O) at a step, or undefined where nothing is predicted. */
  const outputAt = (t: number): Real | undefined => {
    const row = outputRow(trace, t);
    if (row === undefined) return undefined;
    const { data, units } = planeOf(tensorOf(trace, "output"));
    return data.subarray(row * units, (row + 1) * units);
  };
  return {
    traceId,
    title: `${loaded.run.record.name}: ${sequence.title}`,
    trace,
    parameters,
    sources: sources.sources,
    sourceAt: (file) => sources.sourceAt(file),
    reading: (t) => readingAt(traced, sources, t),
    ...(classes && { classes: classes.map(visible) }),
    probabilities(t) {
      const output = outputAt(t);
      if (!output) return undefined;
      if (loss === "cross-entropy") return softmax(output);
      return loss === "sigmoid-cross-entropy" ? predictedNumbers(loss, output) : undefined;
    },
    forecast(t) {
      const output = outputAt(t);
      if (!output || classes) return undefined;
      return forecastOf(encoding, predictedNumbers(loss, output), traced, t);
    },
    ...(entry && { entry }),
    ...(original && { original }),
    edits,
  };
}

function readingAt({ sequence, trace }: TracedSequence, sources: Sources, t: number): StepReading {
  const { input, inputValues, targetValues } = sequence.steps[t];
  return {
    place: sources.places[t],
    input,
    ...(inputValues && { inputValues }),
    ...(targetValues && { targetValues }),
    target: targetAt(sequence, trace.model.output.at, t),
  };
}

/** Undefined where no loss is taken. */
function targetAt(
  { batch }: TracedSequence["sequence"],
  at: "each-step" | "last-step",
  t: number,
): number | undefined {
  const { target, weights, steps } = batch;
  if (target?.kind !== "classes" || (at === "last-step" && t < steps - 1)) return undefined;
  const row = at === "last-step" ? 0 : t;
  return weights && weights[row] === 0 ? undefined : target.classes[row];
}

function forecastOf(
  encoding: Encoding,
  numbers: Real,
  { sequence }: TracedSequence,
  t: number,
): readonly Forecast[] {
  const truths = new Map(sequence.steps[t].targetValues?.map(({ name, value }) => [name, value]));
  return (describeOutput(encoding, numbers).forecast ?? []).map((each) => ({
    ...each,
    truth: truths.get(each.name),
  }));
}

/** A copy of the weights, some of them edited, as tensors. */
export function parametersOf(
  model: Model,
  edits: readonly { readonly name: string; readonly index: number; readonly value: number }[],
): ReadonlyMap<string, Tensor> {
  const tensors = model.parameters.map(({ name, shape, value }): readonly [string, Tensor] => {
    const data = value.slice();
    for (const edit of edits) if (edit.name === name) data[edit.index] = edit.value;
    return [name, { name, axes: shape.length === 1 ? ["row"] : ["row", "column"], shape, data }];
  });
  return new Map(tensors);
}
