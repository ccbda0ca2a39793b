/** The selected unit's own row over the steps in view: a heatmap one unit high. */
import { bucketOf, bucketStart } from "../../src/trace/buckets.ts";
import type { HeatmapRequest } from "../../src/protocol/instruments.ts";
import type { Heatmap } from "../../src/trace/heatmap.ts";
import type { TimeScale } from "../lib/axes.ts";
import type { Host } from "../lib/host.ts";
import { latest } from "../lib/latest.ts";
import { spanLength, type Span } from "../lib/span.ts";

export interface UnitTrace {
  /** Trace's id. */
  readonly trace: string;
  readonly tensor: string;
  readonly unit: number;
  readonly steps: Span;
  /** One for each step, or the one farthest out of every bucket of steps. */
  readonly values: Float32Array;
}

export interface UnitTraces {
  /** The last answer, if it is about this unit. */
  of(trace: string, tensor: string, unit: number): UnitTrace | undefined;
  need(trace: string, tensor: string, unit: number, time: TimeScale, ratio: number): void;
}

export function createUnitTraces(
  host: Host,
  on: { readonly changed: () => void; readonly error: (error: unknown) => void },
): UnitTraces {
  let last: UnitTrace | undefined;
  let asked = "";
  const rows = latest<HeatmapRequest, Heatmap>(
    (request, signal) => host.call("heatmap", request, { signal }),
    {
      answer(heatmap, { trace, tensor, units, steps: [from, to] }) {
        const values = new Float32Array(heatmap.values);
        last = { trace, tensor, unit: units[0], steps: { from, to }, values };
        on.changed();
      },
      error(error, request) {
        if (JSON.stringify(request) !== asked) return;
        asked = "";
        on.error(error);
      },
    },
  );
  return {
    of: (trace, tensor, unit) =>
      last?.trace === trace && last.tensor === tensor && last.unit === unit ? last : undefined,
    need(trace, tensor, unit, { span, width }, ratio) {
      const request: HeatmapRequest = {
        trace,
        tensor,
        steps: [span.from, span.to],
        units: [unit, unit + 1],
        columns: Math.max(1, Math.min(spanLength(span), Math.round(width * ratio))),
        rows: 1,
        order: "index",
      };
      const key = JSON.stringify(request);
      if (key === asked) return;
      asked = key;
      rows.ask(request);
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
