import { describe, expect, it } from "vitest";
import { cellsAt, type CellNumbers } from "../../../src/analysis/cellSummary.ts";
import { backward, createPass, forward, readTrace } from "../../../src/engine/bptt.ts";
import { planeOf } from "../../../src/trace/plane.ts";
import { tensorOf, type Trace } from "../../../src/trace/trace.ts";
import { denseSpec, gru, lstm, networkOf, sequenceFor } from "./networks.ts";

const steps = 6;
const model = networkOf(denseSpec(3, 2, lstm(5), gru(4)), 11);

/** A trace whose loss is taken at some steps only, each with the same weight. */
function traceOf(hasLoss: (t: number) => boolean): Trace {
  const weights = Array.from({ length: steps }, (_, t) => (hasLoss(t) ? 1 : 0));
  const pass = createPass(model, { steps, batch: 1 }, { separate: true });
  forward(pass, sequenceFor(model, steps, 12, weights));
  backward(pass);
  return readTrace(pass);
}

const cellOf = (trace: Trace, layer: number, t: number): CellNumbers => cellsAt(trace, t)[layer];

const valuesOf = (trace: Trace, name: string): ArrayLike<number> =>
  planeOf(tensorOf(trace, name)).data;

describe("the two parts of a gradient", () => {
  const whole = traceOf(() => true);

  it("are, at the top, this step's own loss and all later losses", () => {
    for (let t = 0; t < steps; t++) {
      const cell = cellOf(whole, 1, t);
      // A mean over one loss instead of all of them.
      const own = cellOf(
        traceOf((step) => step === t),
        1,
        t,
      );
      expect(cell.hGradientFromAboveNorm).toBeCloseTo((own.hGradientNorm ?? NaN) / steps, 12);
      if (t === steps - 1) continue;
      const later = cellOf(
        traceOf((step) => step > t),
        1,
        t,
      );
      const share = (steps - 1 - t) / steps;
      expect(cell.hGradientFromFutureNorm).toBeCloseTo((later.hGradientNorm ?? NaN) * share, 12);
    }
  });

  it("leave nothing from the future at the last step", () => {
    for (const cell of cellsAt(whole, steps - 1)) {
      expect(cell.hGradientFromFutureNorm).toBe(0);
      expect(cell.hGradientFromAboveNorm).toBeCloseTo(cell.hGradientNorm ?? NaN, 12);
    }
    expect(cellOf(whole, 0, steps - 1).cGradientFromFutureNorm).toBe(0);
  });

  it("leave nothing from above where no loss is taken, in the top layer", () => {
    const onlyLast = traceOf((t) => t === steps - 1);
    const cell = cellOf(onlyLast, 1, 2);
    expect(cell.hGradientFromAboveNorm).toBe(0);
    expect(cell.hGradientFromFutureNorm).toBe(cell.hGradientNorm);
    // The layer below is reached through the layer above at every step.
    expect(cellOf(onlyLast, 0, 2).hGradientFromAboveNorm).toBeGreaterThan(0);
  });

  it("of a cell state are what its own h brings and what the next forget gate lets back", () => {
    const [dc, dh] = [
      valuesOf(whole, "grad.layers.0.forward.c"),
      valuesOf(whole, "grad.layers.0.forward.h"),
    ];
    const [o, c] = [valuesOf(whole, "layers.0.forward.o"), valuesOf(whole, "layers.0.forward.c")];
    for (let t = 0; t < steps - 1; t++) {
      let squares = 0;
      for (let at = t * 5; at < (t + 1) * 5; at++) {
        const throughOwnH = dh[at] * o[at] * (1 - Math.tanh(c[at]) ** 2);
        squares += (dc[at] - throughOwnH) ** 2;
      }
      expect(cellOf(whole, 0, t).cGradientFromFutureNorm).toBeCloseTo(Math.sqrt(squares), 12);
    }
  });

  it("are not there where the pass did not keep them apart", () => {
    const pass = createPass(model, { steps, batch: 1 });
    forward(pass, sequenceFor(model, steps, 12));
    backward(pass);
    expect(cellOf(readTrace(pass), 1, 2)).not.toHaveProperty("hGradientFromAboveNorm");
  });
});
