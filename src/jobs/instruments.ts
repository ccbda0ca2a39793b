/**
 * Instruments that cost more than looking at a trace, and so are computed when they are asked for: Jacobians of states and
 * the saliency of inputs. They let other questions be answered in between, and stop when nobody waits any more.
 */
import { stateSpectra, type JacobianPlace } from "../analysis/stateJacobian.ts";
import { UserError } from "../config/problem.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import type { JacobianSpectra, SpectrumSeries } from "../protocol/instruments.ts";
import { networkOf } from "./loadedRun.ts";
import { runThrough } from "./runThrough.ts";
import type { TracedSequence } from "./tracedSequence.ts";

/** A Jacobian of more units takes longer than anybody would wait. */
const mostUnits = 1024;

export async function jacobianSpectra(
  { loaded, trace, sequence }: TracedSequence,
  request: JacobianPlace & { readonly columns: number },
  kernels: Kernels,
  signal?: AbortSignal,
): Promise<JacobianSpectra> {
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
