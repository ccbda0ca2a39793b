/** The selected unit's own row over the steps in view: a heatmap one unit high. */
import { bucketOf, bucketStart } from "../../src/trace/buckets.ts";
import type { HeatmapRequest } from "../../src/protocol/instruments.ts";
import type { TraceSummary } from "../../src/protocol/traceSummary.ts";
import type { Heatmap } from "../../src/trace/heatmap.ts";
import type { TimeScale } from "../lib/axes.ts";
import type { Host } from "../lib/host.ts";
import { latest } from "../lib/latest.ts";
import { sequenceKey } from "../lib/sequenceKey.ts";
import { partWithin, spanLength, type Span } from "../lib/span.ts";
import type { TensorChoice } from "../lib/tensorChoice.ts";

export interface UnitTrace {
  readonly sequence: string;
  readonly tensor: string;
  readonly unit: number;
  readonly steps: Span;
  /** One for each step, or the one farthest out of every bucket of steps. */
  readonly values: Float32Array;
}

export interface UnitTraces {
  /** The last answer, if it is about this unit in this sequence, through whatever weights. */
  of(trace: TraceSummary, tensor: string, unit: number): UnitTrace | undefined;
  need(chosen: Chosen, unit: number, time: TimeScale, ratio: number): void;
}

type Chosen = Pick<TensorChoice, "trace" | "tensor" | "computed">;

interface Question {
  readonly sequence: string;
  readonly request: HeatmapRequest;
}

export function createUnitTraces(
  host: Host,
  on: { readonly changed: () => void; readonly error: (error: unknown) => void },
): UnitTraces {
  let last: UnitTrace | undefined;
  let asked = "";
  const rows = latest<Question, Heatmap>(
    ({ request }, signal) => host.call("heatmap", request, { signal }),
    {
      answer(heatmap, { sequence, request: { tensor, units, steps } }) {
        const values = new Float32Array(heatmap.values);
        const [from, to] = steps;
        last = { sequence, tensor, unit: units[0], steps: { from, to }, values };
        on.changed();
      },
      error(error, { request }) {
        if (JSON.stringify(request) !== asked) return;
        asked = "";
        on.error(error);
      },
    },
  );
  return {
    of: (trace, tensor, unit) =>
      last?.sequence === sequenceKey(trace) && last.tensor === tensor && last.unit === unit
        ? last
        : undefined,
    need({ trace, tensor, computed }, unit, time, ratio) {
      const span = partWithin(time.span, computed);
      const request: HeatmapRequest = {
        trace: trace.id,
        tensor,
        steps: [span.from, span.to],
        units: [unit, unit + 1],
        columns: Math.max(1, Math.min(spanLength(span), Math.round(time.width * ratio))),
        rows: 1,
        order: "index",
      };
      const key = JSON.stringify(request);
      if (key === asked) return;
      asked = key;
      rows.ask({ sequence: sequenceKey(trace), request });
    },
  };
}

/** The value at a step, and the steps that it stands for. */
export function valueAt(
  trace: UnitTrace,
  t: number,
): { readonly value: number; readonly steps: Span } | undefined {
  const { steps, values } = trace;
  if (t < steps.from || t >= steps.to) return undefined;
  const length = spanLength(steps);
  const bucket = bucketOf(t - steps.from, length, values.length);
  return {
    value: values[bucket],
    steps: {
      from: steps.from + bucketStart(bucket, length, values.length),
      to: steps.from + bucketStart(bucket + 1, length, values.length),
    },
  };
}
