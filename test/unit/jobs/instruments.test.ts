/** Gradient instruments on traced sequences: what is asked, answered and refused. */
import { describe, expect, it } from "vitest";
import { visible } from "../../../src/data/tokens.ts";
import { example, problemOf, trained, typed } from "./tracingFixture.ts";

const floats = (buffer: ArrayBuffer): number[] => [...new Float32Array(buffer)];
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

describe("the singular values of a state's Jacobian", () => {
  it("come for as many steps as were asked for: of an LSTM also for h and c together", async () => {
    const { open, session } = await trained("table");
    const { id, steps } = await open(example(2));
    const place = { trace: id, direction: "forward" as const };
    const lower = await session.jacobians({ ...place, layer: 0, columns: 3 });
    expect([...new Uint32Array(lower.stepNumbers)]).toEqual([
      0,
      Math.round((steps - 1) / 2),
      steps - 1,
    ]);
    const { largest, median, smallest } = lower.h;
    floats(largest).forEach((value, index) => {
      expect(value).toBeGreaterThanOrEqual(floats(median)[index]);
      expect(floats(median)[index]).toBeGreaterThanOrEqual(floats(smallest)[index]);
    });
    expect(lower.joint).toBeDefined();
    const upper = await session.jacobians({ ...place, layer: 1, columns: 100 });
    expect(floats(upper.h.largest)).toHaveLength(steps);
    expect(upper.joint).toBeUndefined();
  });

  it("stop when nobody waits any more", async () => {
    const { open, session } = await trained("table");
    const { id } = await open(example(2));
    const request = { trace: id, layer: 0, direction: "forward" as const, columns: 3 };
    await expect(session.jacobians(request, { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

describe("the singular values of an encoder-decoder", () => {
  it("come for the source's steps of its encoder, and for the target's of its decoder", async () => {
    const { open, session } = await trained("pairs");
    const { id, steps, sourceSteps = 0 } = await open(example(1));
    const stepsOf = async (layer: number): Promise<number[]> => {
      const place = { trace: id, layer, direction: "forward" as const, columns: 99 };
      const { stepNumbers, h } = await session.jacobians(place);
      expect(floats(h.largest).every((value) => value > 0)).toBe(true);
      return [...new Uint32Array(stepNumbers)];
    };
    const all = [...Array(steps).keys()];
    expect(await stepsOf(0)).toEqual(all.slice(0, sourceSteps));
    expect(await stepsOf(1)).toEqual(all.slice(sourceSteps));
  });
});

describe("saliency", () => {
  it("adds up to the forecast, and tells the columns of a table apart", async () => {
    const { open, session } = await trained("table");
    const { id, steps } = await open(example(2));
    const found = await session.saliency({ trace: id, method: "integrated", t: 3 });
    expect(found.output).toBe("temperature");
    expect(sum(floats(found.values))).toBeCloseTo(found.score - (found.baselineScore ?? NaN), 3);
    expect(
      floats(found.values)
        .slice(4)
        .every((value) => value === 0),
    ).toBe(true);
    expect(found.features?.names).toEqual(["temperature", "rain"]);
    const parts = floats(found.features?.values ?? new ArrayBuffer());
    expect(parts[2] + parts[steps + 2]).toBeCloseTo(floats(found.values)[2], 5);
  });

  it("explains the likeliest class, or the one that is asked for", async () => {
    const { open, session } = await trained("text, state carried");
    const { id, steps } = await open(typed("the cat sat"));
    const { columns } = await session.columns({ trace: id, steps: [0, steps] });
    const request = { trace: id, method: "gradient-input", t: 5 } as const;
    const likeliest = await session.saliency(request);
    expect(likeliest.output).toBe(columns[5].predictions?.[0].label);
    const other = await session.saliency({ ...request, output: 1 });
    expect(other.score).toBeLessThanOrEqual(likeliest.score);
    expect(floats(likeliest.values)).toHaveLength(steps);
    expect(likeliest.features).toBeUndefined();
  });

  it("explains the one answer there is, whatever step is asked about", async () => {
    const { open, session } = await trained("labelled text");
    const { id } = await open(example(0));
    const ask = (t: number) => session.saliency({ trace: id, method: "gradient", t });
    expect(await ask(0)).toEqual(await ask(1));
    expect(["ham", "spam"]).toContain((await ask(0)).output);
  });

  it("offers the classes by their probability, and explains the right one when it is asked to", async () => {
    const { open, session } = await trained("text, state carried");
    const { id } = await open(example(0));
    const { columns } = await session.columns({ trace: id, steps: [0, 5] });
    for (const t of [0, 3]) {
      const request = { trace: id, method: "gradient", t } as const;
      const { choices, index, t: explained } = await session.saliency(request);
      expect(explained).toBe(t);
      expect(choices[0].output).toBe(index);
      expect(choices.map(({ probability }) => probability)).toEqual(
        choices.map(({ probability }) => probability ?? 0).sort((a, b) => b - a),
      );
      expect(sum(choices.map(({ probability }) => probability ?? 0))).toBeCloseTo(1, 6);
      const right = choices.filter(({ isRight }) => isRight);
      expect(right.map(({ name }) => visible(name))).toEqual([columns[t].targetLabel]);
      const found = await session.saliency({ ...request, output: "right" });
      expect([found.index, found.output]).toEqual([right[0].output, right[0].name]);
    }
  });

  it("offers every number of a forecast, and explains the likeliest where no answer is known", async () => {
    const { open, session } = await trained("table");
    const { id } = await open(example(2));
    const found = await session.saliency({ trace: id, method: "gradient", t: 1, output: "right" });
    expect([found.index, found.choices]).toEqual([0, [{ output: 0, name: "temperature" }]]);
  });

  it("explains what a decoder writes by its source: integrated gradients add up, all else as it was", async () => {
    const { open, session } = await trained("pairs");
    const { id, steps, sourceSteps = 0 } = await open(example(1));
    const ask = (t: number) => session.saliency({ trace: id, method: "integrated", t });
    const found = await ask(steps - 1);
    expect(sourceSteps).toBeGreaterThan(0);
    expect(found.t).toBe(steps - 1);
    const values = floats(found.values);
    expect(values).toHaveLength(steps);
    expect(values.slice(0, sourceSteps).every((value) => value !== 0)).toBe(true);
    expect(values.slice(sourceSteps).every((value) => value === 0)).toBe(true);
    expect(sum(values)).toBeCloseTo(found.score - (found.baselineScore ?? NaN), 4);
    // At a step of the source there is no output: the first that is written is explained.
    expect(await ask(0)).toEqual(await ask(sourceSteps));
  });

  it("refuses a step or an output that is not there", async () => {
    const { open, session } = await trained("table");
    const { id, steps } = await open(example(2));
    const ask = (t: number, output?: number) =>
      problemOf(
        session.saliency({
          trace: id,
          method: "gradient",
          t,
          ...(output === undefined ? {} : { output }),
        }),
      );
    expect((await ask(steps)).message).toContain(`no step ${steps}`);
    expect((await ask(0, 7)).message).toContain("no output 7");
  });
});
