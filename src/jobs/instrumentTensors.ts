/** What the gradient instruments find, as tensors to be saved beside a trace: everything, at every step. */
import { findSaliency, saliencyMethods } from "../analysis/saliency.ts";
import { stateSpectra } from "../analysis/stateJacobian.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import { layerTensor } from "../trace/names.ts";
import type { Tensor } from "../trace/trace.ts";
import { networkOf } from "./loadedRun.ts";
import { explainedOutput } from "./saliencyOf.ts";
import type { TracedSequence } from "./tracedSequence.ts";

export interface InstrumentChoice {
  /** Singular values of every layer's Jacobian. */
  readonly jacobians: boolean;
  /** Saliency of the likeliest output of this step, by every method. */
  readonly saliencyStep?: number;
}

/**
 * `jacobian.layers.L.D.h` (T,H): singular values of ∂h_t/∂h_{t−1}, descending; `jacobian.layers.L.D.state` those of (h,c); T of the
 * source in an encoder and of the target in a decoder;
 * `saliency.gradient`, `saliency.gradient-input`, `saliency.integrated` (T,B,I).
 */
export function instrumentTensors(
  traced: TracedSequence,
  { jacobians, saliencyStep }: InstrumentChoice,
  createKernels: () => Kernels,
): readonly Tensor[] {
  const { loaded, trace, sequence } = traced;
  const { steps, model } = trace;
  const tensors: Tensor[] = [];
  const places = model.layers.flatMap(({ directions }, layer) =>
    directions.map((direction) => ({ layer, direction })),
  );
  for (const place of jacobians ? places : []) {
    const network = networkOf(loaded, createKernels());
    const request = { ...place, columns: steps };
    const spectra = [...stateSpectra(network, trace, sequence.batch, request)];
    const name = `jacobian.${layerTensor(place.layer, place.direction, "h")}`;
    tensors.push(
      rowsOf(
        name,
        spectra.map(({ h }) => h),
      ),
    );
    const joint = spectra.flatMap((each) => each.joint ?? []);
    const whole = `jacobian.${layerTensor(place.layer, place.direction, "state")}`;
    if (joint.length > 0) tensors.push(rowsOf(whole, joint));
  }
  if (saliencyStep === undefined) return tensors;
  const { step, output } = explainedOutput(traced, { t: saliencyStep });
  for (const method of saliencyMethods) {
    const finding = findSaliency(networkOf(loaded, createKernels()), sequence.batch, {
      method,
      t: step,
      output,
    });
    let next = finding.next();
    while (!next.done) next = finding.next();
    const { values, width } = next.value;
    // Steps of a source, in an encoder-decoder.
    const shape = [sequence.batch.steps, 1, width];
    tensors.push({ name: `saliency.${method}`, axes: ["T", "B", "I"], shape, data: values });
  }
  return tensors;
}

function rowsOf(name: string, rows: readonly Float64Array[]): Tensor {
  const width = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * width);
  rows.forEach((row, t) => data.set(row, t * width));
  return { name, axes: ["T", "H"], shape: [rows.length, width], data };
}
