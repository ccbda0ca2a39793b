/**
 * Which inputs an output of a traced sequence depends on, in the data's own words: the output is the likeliest one, or the right
 * one, or one that was chosen.
 */
import { findSaliency } from "../analysis/saliency.ts";
import { UserError } from "../config/problem.ts";
import { classesOf, outputColumns } from "../data/encoding.ts";
import { softmax } from "../engine/sampling.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import type { Saliency, SaliencyChoice, SaliencyMethod } from "../protocol/instruments.ts";
import { predictsClasses } from "../trace/names.ts";
import { tensorOf, type Trace } from "../trace/trace.ts";
import { networkOf } from "./loadedRun.ts";
import { runThrough } from "./runThrough.ts";
import type { TracedSequence } from "./tracedSequence.ts";

/** More numbers than these at each step are not shown one by one. */
const mostFeatures = 24;
/** Of a large vocabulary, the likeliest are offered. */
const mostChoices = 50;

export interface ExplainedOutput {
  /** Step of the trace. */
  readonly t: number;
  /** Step among the outputs: a decoder's are counted from its own first. */
  readonly step: number;
  readonly output: number;
  readonly name: string;
}

export interface OutputRequest {
  readonly t: number;
  readonly output?: number | "right";
}

export async function saliencyOf(
  traced: TracedSequence,
  request: OutputRequest & { readonly method: SaliencyMethod },
  kernels: Kernels,
  signal?: AbortSignal,
): Promise<Saliency> {
  const { loaded, trace, sequence } = traced;
  const { steps } = trace;
  const { method } = request;
  const { t, step, output, name } = explainedOutput(traced, request);
  const { result } = await runThrough(
    findSaliency(networkOf(loaded, kernels), sequence.batch, { method, t: step, output }),
    signal,
  );
  const { values, width, score, baselineScore } = result;
  const inputNames = sequence.steps[0]?.inputValues?.map(({ name }) => name);
  const isNamed = inputNames?.length === width && width <= mostFeatures;
  return {
    t,
    output: name,
    index: output,
    score,
    ...(baselineScore !== undefined && { baselineScore }),
    // What a decoder wrote before is held as it was, and explains nothing.
    values: Float32Array.from({ length: steps }, (_, at) => {
      const own = values.subarray(at * width, (at + 1) * width);
      if (method === "gradient") return Math.hypot(...own);
      return own.reduce((sum, value) => sum + value, 0);
    }).buffer,
    ...(isNamed && {
      features: {
        names: inputNames,
        values: Float32Array.from(
          { length: width * steps },
          (_, k) => values[(k % steps) * width + Math.floor(k / steps)],
        ).buffer,
      },
    }),
    choices: choicesAt(traced, t),
  };
}

/** Which number of which output is explained. Throws `UserError` for one that is not there. */
export function explainedOutput(
  traced: Pick<TracedSequence, "loaded" | "trace" | "sequence">,
  request: OutputRequest,
): ExplainedOutput {
  const { loaded, trace } = traced;
  const { steps, model, sourceSteps = 0 } = trace;
  const wanted = model.output.at === "last-step" ? steps - 1 : request.t;
  if (!(Number.isInteger(wanted) && wanted >= 0 && wanted < steps)) {
    throw new UserError("step", `The sequence has no step ${wanted}.`, {
      advice: `Choose one from 0 to ${steps - 1}.`,
    });
  }
  const t = Math.max(wanted, sourceSteps);
  const names = outputNames(loaded.encoding, model.output.size);
  const asked = request.output === "right" ? rightAnswer(traced, t) : request.output;
  const output = asked ?? likeliest(trace, t);
  if (!(output in names)) {
    throw new UserError("output", `The network has no output ${output}.`, {
      advice: `Choose one from 0 to ${names.length - 1}.`,
    });
  }
  return { t, step: t - sourceSteps, output, name: names[output] };
}

function choicesAt(
  traced: Pick<TracedSequence, "loaded" | "trace" | "sequence">,
  t: number,
): readonly SaliencyChoice[] {
  const { loaded, trace } = traced;
  const names = outputNames(loaded.encoding, trace.model.output.size);
  if (!predictsClasses(trace.model.loss))
    return names.slice(0, mostChoices).map((name, output) => ({ output, name }));
  const probabilities = softmax(logitsAt(trace, t));
  const right = rightAnswer(traced, t);
  const ranked = Array.from(names.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
  return ranked
    .filter((output, rank) => rank < mostChoices || output === right)
    .map((output) => ({
      output,
      name: names[output],
      probability: probabilities[output],
      ...(output === right && { isRight: true as const }),
    }));
}

function outputNames(encoding: TracedSequence["loaded"]["encoding"], size: number): string[] {
  const classes = classesOf(encoding);
  if (classes) return [...classes];
  const named =
    encoding.kind === "table"
      ? outputColumns(encoding).map(({ name }) => name)
      : encoding.kind === "synthetic"
        ? (encoding.outputNames ?? [])
        : [];
  // A Gaussian forecast has a second number for each: the logarithm of its variance.
  return Array.from({ length: size }, (_, index) => {
    const mean = named[index - named.length];
    return named[index] ?? (mean === undefined ? `output ${index}` : `log variance of ${mean}`);
  });
}

/** The class that the data has there; undefined where no loss is taken, and of numbers. */
function rightAnswer(
  { trace, sequence }: Pick<TracedSequence, "trace" | "sequence">,
  t: number,
): number | undefined {
  const { target, weights } = sequence.batch;
  if (target?.kind !== "classes") return undefined;
  const row = trace.model.output.at === "last-step" ? 0 : t - (trace.sourceSteps ?? 0);
  return weights === undefined || weights[row] > 0 ? target.classes[row] : undefined;
}

function logitsAt(trace: Trace, t: number): Float64Array {
  const { data } = tensorOf(trace, "output");
  const { size, at } = trace.model.output;
  const from = at === "last-step" ? 0 : t * size;
  return Float64Array.from(data.subarray(from, from + size));
}

/** The class with the largest logit; of numbers the first. */
function likeliest(trace: Trace, t: number): number {
  if (!predictsClasses(trace.model.loss)) return 0;
  const logits = logitsAt(trace, t);
  return logits.indexOf(Math.max(...logits));
}
