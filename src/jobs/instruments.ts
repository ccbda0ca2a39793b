/**
 * Instruments that cost more than looking at a trace, and so are computed when they are asked for: Jacobians of states and
 * the saliency of inputs. They let other questions be answered in between, and stop when nobody waits any more.
 */
import { findSaliency } from "../analysis/saliency.ts";
import { predictsClasses } from "../trace/names.ts";
import { stateSpectra, type JacobianPlace } from "../analysis/stateJacobian.ts";
import { UserError } from "../config/problem.ts";
import { classesOf, outputColumns } from "../data/encoding.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import type {
  JacobianSpectra,
  Saliency,
  SaliencyMethod,
  SpectrumSeries,
} from "../protocol/contracts.ts";
import { tensorOf, type Trace } from "../trace/trace.ts";
import { createBreather } from "./breather.ts";
import { networkOf } from "./loadedRun.ts";
import type { TracedSequence } from "./tracedSequence.ts";

/** A Jacobian of more units takes longer than anybody would wait. */
const mostUnits = 1024;

export async function jacobianSpectra(
  { loaded, trace, sequence }: TracedSequence,
  request: JacobianPlace & { readonly columns: number },
  kernels: Kernels,
  signal?: AbortSignal,
): Promise<JacobianSpectra> {
  refuseDecoder(trace);
  const layer = trace.model.layers[request.layer];
  if (layer.hidden > mostUnits) {
    throw new UserError("too-large", `The Jacobian of ${layer.hidden} units is not computed.`, {
      advice: `Look at a layer of at most ${mostUnits} units.`,
    });
  }
  const found = await runThrough(
    stateSpectra(networkOf(loaded, kernels), trace, sequence.batch, request),
    signal,
  );
  const joint = found.items.flatMap((each) => each.joint ?? []);
  return {
    stepNumbers: Uint32Array.from(found.items, ({ t }) => t).buffer,
    h: seriesOf(found.items.map(({ h }) => h)),
    ...(joint.length > 0 && { joint: seriesOf(joint) }),
  };
}

/** What a decoder reads depends on what it wrote and on all of its source: that is not followed here. */
export function refuseDecoder({ model }: Trace): void {
  if (!model.decoder) return;
  throw new UserError("decoder", "Jacobians and saliency of an encoder-decoder are not computed.", {
    advice: "Its attention says which inputs it looks at.",
  });
}

/** Largest, middle and smallest of values that descend. */
function seriesOf(spectra: readonly Float64Array[]): SpectrumSeries {
  const at = (index: (length: number) => number): ArrayBuffer =>
    Float32Array.from(spectra, (values) => values[index(values.length)]).buffer;
  return {
    largest: at(() => 0),
    median: at((length) => Math.floor(length / 2)),
    smallest: at((length) => length - 1),
  };
}

/** More numbers than these at each step are not shown one by one. */
const mostFeatures = 24;

export async function saliencyOf(
  { loaded, trace, sequence }: TracedSequence,
  request: { readonly method: SaliencyMethod; readonly t: number; readonly output?: number },
  kernels: Kernels,
  signal?: AbortSignal,
): Promise<Saliency> {
  refuseDecoder(trace);
  const { steps } = trace;
  const { t, output, name } = explainedOutput({ loaded, trace }, request);
  const { result } = await runThrough(
    findSaliency(networkOf(loaded, kernels), sequence.batch, { method: request.method, t, output }),
    signal,
  );
  const { values, width, score, baselineScore } = result;
  const inputNames = sequence.steps[0]?.inputValues?.map(({ name }) => name);
  const isNamed = inputNames?.length === width && width <= mostFeatures;
  return {
    output: name,
    score,
    ...(baselineScore !== undefined && { baselineScore }),
    values: Float32Array.from({ length: steps }, (_, step) => {
      const own = values.subarray(step * width, (step + 1) * width);
      if (request.method === "gradient") return Math.hypot(...own);
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
  };
}

/** Which number of which output is explained. Throws `UserError` for one that is not there. */
export function explainedOutput(
  { loaded, trace }: Pick<TracedSequence, "loaded" | "trace">,
  request: { readonly t: number; readonly output?: number },
): { readonly t: number; readonly output: number; readonly name: string } {
  const { steps, model } = trace;
  const t = model.output.at === "last-step" ? steps - 1 : request.t;
  if (!(Number.isInteger(t) && t >= 0 && t < steps)) {
    throw new UserError("step", `The sequence has no step ${t}.`, {
      advice: `Choose one from 0 to ${steps - 1}.`,
    });
  }
  const names = outputNames(loaded.encoding, model.output.size);
  const output = request.output ?? likeliest(trace, t);
  if (!(output in names)) {
    throw new UserError("output", `The network has no output ${output}.`, {
      advice: `Choose one from 0 to ${names.length - 1}.`,
    });
  }
  return { t, output, name: names[output] };
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

/** The class with the largest logit; of numbers the first. */
function likeliest(trace: TracedSequence["trace"], t: number): number {
  if (!predictsClasses(trace.model.loss)) return 0;
  const { data } = tensorOf(trace, "output");
  const { size, at } = trace.model.output;
  const from = at === "last-step" ? 0 : t * size;
  let best = 0;
  for (let k = 1; k < size; k++) if (data[from + k] > data[from + best]) best = k;
  return best;
}

async function runThrough<Item, Result>(
  work: Generator<Item, Result>,
  signal: AbortSignal | undefined,
): Promise<{ readonly items: readonly Item[]; readonly result: Result }> {
  const breathe = createBreather();
  const items: Item[] = [];
  let next = work.next();
  while (!next.done) {
    signal?.throwIfAborted();
    items.push(next.value);
    await breathe();
    next = work.next();
  }
  return { items, result: next.value };
}
