/** The L2 norm of a gradient at every step, asked for at the resolution at which it is seen. */
import type { NormSeries } from "../../src/protocol/instruments.ts";
import type { TraceSummary } from "../../src/protocol/traceSummary.ts";
import { stepWidth, type TimeScale } from "../lib/axes.ts";
import type { Host } from "../lib/host.ts";
import { latest } from "../lib/latest.ts";
import { sequenceKey } from "../lib/sequenceKey.ts";

export interface NormCurve {
  readonly sequence: string;
  readonly tensor: string;
  readonly values: Float32Array;
  /** Step of each value; ascending. */
  readonly stepNumbers: Uint32Array;
  /** Largest finite norm; 0 when there is none. */
  readonly largest: number;
}

export interface NormCurves {
  /** The last answer, if it is about this tensor of this sequence, through whatever weights. */
  of(trace: TraceSummary, tensor: string): NormCurve | undefined;
  need(trace: TraceSummary, tensor: string, time: TimeScale, ratio: number): void;
}

interface Question {
  readonly sequence: string;
  readonly request: { readonly trace: string; readonly tensor: string; readonly columns: number };
}

export function createNormCurves(
  host: Host,
  on: { readonly changed: () => void; readonly error: (error: unknown) => void },
): NormCurves {
  let last: NormCurve | undefined;
  let asked = "";
  const curves = latest<Question, NormSeries>(
    ({ request }, signal) => host.call("norms", request, { signal }),
    {
      answer(series, { sequence, request: { tensor } }) {
        last = { sequence, tensor, ...received(series) };
        on.changed();
      },
      error(error, question) {
        if (JSON.stringify(question) !== asked) return;
        asked = "";
        on.error(error);
      },
    },
  );
  return {
    of: (trace, tensor) =>
      last?.sequence === sequenceKey(trace) && last.tensor === tensor ? last : undefined,
    need(trace, tensor, time, ratio) {
      const request = { trace: trace.id, tensor, columns: curveColumns(trace.steps, time, ratio) };
      const question = { sequence: sequenceKey(trace), request };
      const key = JSON.stringify(question);
      if (key === asked) return;
      asked = key;
      curves.ask(question);
    },
  };
}

/** So many columns over the whole sequence that those in view are as fine as the screen; a power of two, so that zooming seldom asks again. */
export function curveColumns(steps: number, time: TimeScale, ratio: number): number {
  const wanted = Math.ceil(steps * Math.min(1, stepWidth(time) * ratio));
  return Math.min(steps, 2 ** Math.ceil(Math.log2(Math.max(2, wanted))));
}

function received(series: NormSeries): Pick<NormCurve, "values" | "stepNumbers" | "largest"> {
  const values = new Float32Array(series.values);
  const largest = values.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, value) : most),
    0,
  );
  return { values, stepNumbers: new Uint32Array(series.stepNumbers), largest };
}

/** The norm at a step: its own, or that of the bucket that it is in. */
export function normAt(curve: NormCurve, t: number): number | undefined {
  let value: number | undefined;
  let nearest = Infinity;
  curve.stepNumbers.forEach((step, index) => {
    if (Math.abs(step - t) >= nearest) return;
    nearest = Math.abs(step - t);
    value = curve.values[index];
  });
  return value;
}
