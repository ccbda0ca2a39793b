/** The length of a tensor's vector at every step, as a curve. */
import { bucketCount, bucketOf } from "./buckets.ts";
import { stepsOfTensor } from "./activeSteps.ts";
import { planeOf, withinSteps } from "./plane.ts";
import { tensorOf, type Tensor, type Trace } from "./trace.ts";

const cache = new WeakMap<Tensor, Float64Array>();

/** (steps) L2 norm over the units of the first sequence. */
export function stepNorms(tensor: Tensor): Float64Array {
  const known = cache.get(tensor);
  if (known) return known;
  const { steps, units, data } = planeOf(tensor);
  const norms = new Float64Array(steps);
  for (let t = 0, at = 0; t < steps; t++) {
    let sum = 0;
    for (let unit = 0; unit < units; unit++, at++) sum += data[at] * data[at];
    norms[t] = Math.sqrt(sum);
  }
  cache.set(tensor, norms);
  return norms;
}

/** Same shape as `NormSeries` of the worker's contract; of the steps that the tensor's layer computes. */
export interface NormCurve {
  /** Float32, (columns): the largest norm of each bucket of steps; a non-finite one always wins. */
  readonly values: ArrayBuffer;
  /** Uint32, (columns): the step at which it occurs. */
  readonly stepNumbers: ArrayBuffer;
}

export function normCurve(
  trace: Trace,
  request: { readonly tensor: string; readonly columns: number },
): NormCurve {
  const tensor = tensorOf(trace, request.tensor);
  const computed = stepsOfTensor(trace, tensor);
  const norms = stepNorms(withinSteps(tensor, computed));
  const columns = bucketCount(norms.length, request.columns);
  const values = new Float32Array(columns).fill(-1);
  const stepNumbers = new Uint32Array(columns);
  norms.forEach((norm, t) => {
    const column = bucketOf(t, norms.length, columns);
    const shown = values[column];
    if (Number.isNaN(shown) || (norm <= shown && Number.isFinite(norm))) return;
    values[column] = norm;
    stepNumbers[column] = computed[0] + t;
  });
  return { values: values.buffer, stepNumbers: stepNumbers.buffer };
}
