/** The trace that is shown, with what has arrived of it. */
import { gradientOf, layerTensor, statesOf } from "../../src/trace/names.ts";
import type { TraceSummary } from "../../src/protocol/traceSummary.ts";
import { gradientScale, type ColorScale } from "../lib/colorMaps.ts";
import type { Host } from "../lib/host.ts";
import { sequenceKey } from "../lib/sequenceKey.ts";
import { createColumnStore, type ColumnStore } from "./columns.ts";
import { activity, extend, noExtremes, noteState, type Extremes } from "./scales.ts";

export interface ShownTrace {
  readonly trace: TraceSummary;
  readonly columns: ColumnStore;
  readonly extremes: Extremes;
  /** Widths of gradient arrows; undefined when the trace has no gradients. */
  readonly gradientScale: ColorScale | undefined;
  /** Some columns could not be fetched. */
  readonly failed: boolean;
  retry(): void;
  dispose(): void;
}

/** @param before What stands in for the same sequence until its own columns are there. */
export function showTrace(
  host: Host,
  trace: TraceSummary,
  on: { readonly changed: () => void; readonly failed: (error: unknown) => void },
  before?: ShownTrace,
): ShownTrace {
  const isSame = before !== undefined && sequenceKey(before.trace) === sequenceKey(trace);
  // Widths and bars mean the same through whatever weights a sequence is seen.
  const extremes = isSame ? before.extremes : noExtremes();
  const hasGradients = trace.tensors.some(({ name }) => name.startsWith(gradientOf("layers.")));
  let failed = false;
  let disposed = false;
  const columns = createColumnStore({
    before: isSame ? before.columns : undefined,
    steps: trace.steps,
    fetch: async (steps, signal) =>
      (await host.call("columns", { trace: trace.id, steps }, { signal })).columns,
    onColumns: (arrived) => {
      extend(extremes, arrived);
      on.changed();
    },
    onError: (error) => {
      failed = true;
      on.failed(error);
    },
  });
  measure(host, trace, extremes).then(
    () => !disposed && on.changed(),
    (error: unknown) => !disposed && on.failed(error),
  );

  return {
    trace,
    columns,
    extremes,
    get gradientScale() {
      return extremes.gradient > 0 || hasGradients ? gradientScale(extremes.gradient) : undefined;
    },
    get failed() {
      return failed;
    },
    retry() {
      failed = false;
      columns.retry();
    },
    dispose() {
      disposed = true;
      columns.dispose();
    },
  };
}

/** Extremes of the whole sequence, so that widths and bars do not change as columns arrive. */
async function measure(host: Host, trace: TraceSummary, extremes: Extremes): Promise<void> {
  const largest = async (tensor: string): Promise<number> => {
    const { values } = await host.call("norms", { trace: trace.id, tensor, columns: 256 });
    const norms = new Float32Array(values);
    return norms.reduce((most, norm) => (norm > most && norm < Infinity ? norm : most), 0);
  };
  const available = new Set(trace.tensors.map(({ name }) => name));
  for (const [layer, { cell, directions, hidden }] of trace.model.layers.entries()) {
    for (const direction of directions) {
      for (const part of statesOf[cell]) {
        const state = layerTensor(layer, direction, part);
        if (available.has(state)) {
          noteState(extremes, state, activity(await largest(state), hidden));
        }
        const gradient = gradientOf(state);
        if (!available.has(gradient)) continue;
        extremes.gradient = Math.max(extremes.gradient, await largest(gradient));
      }
    }
  }
}
