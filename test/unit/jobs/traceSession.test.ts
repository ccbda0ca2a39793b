import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeSafetensors, decodeSafetensors } from "../../../src/formats/safetensors.ts";
import { createKernels } from "../../../src/jobs/kernels.ts";
import { createTraceSession } from "../../../src/jobs/traceSession.ts";
import { decodeTrace } from "../../../src/trace/encode.ts";
import { example, kernels, problemOf, trained, typed } from "./tracingFixture.ts";

describe("a session over a language model", () => {
  it("traces typed text: labels, probabilities, loss at every step but the last, norms of gradients", async () => {
    const { session, open } = await trained("text, state carried");
    const summary = await open(typed("the cat"));
    expect(summary).toMatchObject({
      runName: "text, state carried",
      checkpoint: "last",
      steps: 7,
      sequence: { choice: typed("the cat"), title: "the cat" },
    });
    expect(summary.loss).toBeGreaterThan(0);
    const { columns } = await session.columns({ trace: summary.id, steps: [0, 100] });
    expect(columns.map(({ input }) => input).join("")).toBe("the␣cat");
    expect(columns.map(({ targetLabel }) => targetLabel)).toEqual([
      "h",
      "e",
      "␣",
      "c",
      "a",
      "t",
      undefined,
    ]);
    for (const { t, predictions = [], loss, cells, inputGradientNorm } of columns) {
      expect(predictions, `step ${t}`).toHaveLength(8);
      const probabilities = predictions.map(({ probability }) => probability);
      expect(probabilities, `step ${t}`).toEqual(probabilities.toSorted((a, b) => b - a));
      expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1 + 1e-6);
      if (t === 6) {
        expect(loss, "nothing is known of what follows the last character").toBeUndefined();
        expect(cells[1].hGradientNorm).toBe(0);
      } else {
        const target = predictions.find(({ label }) => label === columns[t].targetLabel);
        if (target) expect(loss, `step ${t}`).toBeCloseTo(-Math.log(target.probability), 4);
        expect(cells[0].hGradientNorm, `step ${t}`).toBeGreaterThan(0);
        expect(inputGradientNorm, `step ${t}`).toBeGreaterThan(0);
      }
      expect(cells.map(({ gates }) => gates.map(({ part }) => part).join(""))).toEqual([
        "ifgo",
        "rzn",
      ]);
    }
    const mean = columns.slice(0, 6).reduce((sum, { loss = NaN }) => sum + loss, 0) / 6;
    expect(summary.loss).toBeCloseTo(mean, 4);
  });

  it("answers for a part of the steps, and for heatmaps, norms and gradient flow of the same trace", async () => {
    const { session, open } = await trained("text, state carried");
    const { id: trace } = await open(typed("the cat sat"));
    const { columns } = await session.columns({ trace, steps: [3, 5] });
    expect(columns.map(({ t, input }) => [t, input])).toEqual([
      [3, "␣"],
      [4, "c"],
    ]);

    const heatmap = await session.heatmap({
      trace,
      tensor: "layers.0.forward.f",
      steps: [0, 11],
      units: [0, 5],
      columns: 100,
      rows: 100,
      order: "index",
    });
    expect([heatmap.rows, heatmap.columns]).toEqual([5, 11]);
    const values = new Float32Array(heatmap.values);
    const meanAtThree = [0, 1, 2, 3, 4].reduce((sum, unit) => sum + values[unit * 11 + 3], 0) / 5;
    expect(columns[0].cells[0].gates[1].mean).toBeCloseTo(meanAtThree, 5);

    const norms = await session.norms({ trace, tensor: "grad.layers.1.forward.h", columns: 100 });
    expect(new Float32Array(norms.values)[3]).toBeCloseTo(
      columns[0].cells[1].hGradientNorm ?? NaN,
      5,
    );

    const flow = await session.gradientFlow({
      trace,
      layer: 0,
      direction: "forward",
      rows: 50,
      columns: 50,
    });
    expect([...new Uint32Array(flow.lossSteps)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const matrix = new Float32Array(flow.values);
    expect(matrix).toHaveLength(10 * 11);
    expect(matrix[9 * 11 + 9]).toBeGreaterThan(0);
    expect(matrix[3 * 11 + 4]).toBeNaN();
  });

  it("traces windows of the data, as long as is asked for, and at most 200 steps unless it is", async () => {
    const { session, open, runFolder } = await trained("text, state carried", {
      training: { bptt: 230 },
    });
    const listing = await session.sequences({ runFolder, split: "training", offset: 0, limit: 2 });
    expect(listing.total).toBeGreaterThanOrEqual(2);
    expect(listing.items[0].title).toMatch(/^the cat sat/);
    expect((await open(listing.items[0].choice)).steps).toBe(200);
    expect((await open({ ...example(0), steps: 220 })).steps).toBe(220);
    const short = await open({ ...example(0), steps: 3 });
    const { columns } = await session.columns({ trace: short.id, steps: [0, 3] });
    expect(columns.map(({ input, targetLabel }) => [input, targetLabel])).toEqual([
      ["t", "h"],
      ["h", "e"],
      ["e", "␣"],
    ]);
    expect((await problemOf(open({ ...example(0), steps: 0 }))).message).toMatch(/0 steps/);
    expect((await problemOf(open(example(999)))).message).toMatch(/no training sequence 1000/);
  });

  it("traces a single character, which has no loss and no gradient", async () => {
    const { session, open } = await trained("text, state carried");
    const { id: trace, loss, tensors } = await open(typed("t"));
    expect(loss).toBeUndefined();
    expect(tensors.some(({ name }) => name.startsWith("grad."))).toBe(false);
    const { columns } = await session.columns({ trace, steps: [0, 1] });
    expect(columns[0].predictions).toHaveLength(8);
    expect(columns[0].cells[0].hGradientNorm).toBeUndefined();
    const flow = await session.gradientFlow({
      trace,
      layer: 0,
      direction: "forward",
      rows: 9,
      columns: 9,
    });
    expect(flow.lossSteps.byteLength).toBe(0);
  });

  it("says what it cannot read in typed text", async () => {
    const { open } = await trained("text, state carried");
    expect((await problemOf(open(typed("")))).details.code).toBe("text-empty");
    const unknown = await problemOf(open(typed("the ☃")));
    expect(unknown.message).toMatch(/"☃" at line 1, column 5/);
    expect(unknown.details.advice).toMatch(/It knows:/);
  });

  it("refuses a text whose trace would fill the memory, and says how much it takes", async () => {
    const { open } = await trained("text, state carried", {
      model: { layers: [{ cell: "lstm", hidden: 64 }] },
    });
    const problem = await problemOf(open(typed("the cat ".repeat(30_000))));
    expect(problem.message).toMatch(/240000 steps .* \d+ MB/);
    expect(problem.details.advice).toMatch(/at most \d+ steps/);
  });

  it("saves a trace as records that come back the same", async () => {
    const { session, open } = await trained("text, state carried");
    const { id, model, tensors } = await open(typed("a bird"));
    const records = session.records(id);
    const file = encodeSafetensors(records.tensors, records.metadata);
    const { trace, tokens } = decodeTrace(decodeSafetensors(file));
    expect(tokens.join("")).toBe("a␣bird");
    expect(trace.model).toEqual(model);
    expect([...trace.tensors.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
    expect(trace.tensors.get("layers.0.forward.h")?.data).toEqual(
      records.tensors.get("layers.0.forward.h")?.data,
    );
  });

  it("keeps several traces, lets go of those released, and of the oldest when there are too many", async () => {
    const { runFolder } = await trained("text, state carried");
    const session = createTraceSession({
      createKernels: kernels,
      bounds: { traces: 2, bytes: Infinity },
    });
    const open = (text: string) =>
      session.trace({ runFolder, checkpoint: "last", choice: typed(text) });
    const [a, b] = [await open("the"), await open("cat")];
    const columnsOf = (trace: string) => session.columns({ trace, steps: [0, 1] });
    expect((await columnsOf(a.id)).columns[0].input).toBe("t");
    expect((await columnsOf(b.id)).columns[0].input).toBe("c");
    const c = await open("sat");
    expect((await problemOf(columnsOf(a.id))).message).toMatch(/no longer in memory/);
    await session.release({ trace: c.id });
    expect((await problemOf(columnsOf(c.id))).message).toMatch(/no longer in memory/);
    expect((await columnsOf(b.id)).columns[0].input).toBe("c");
  });

  it("looks at the best weights when there are some, and at the last ones until then", async () => {
    const { runFolder, open } = await trained("text, state carried");
    expect((await open(typed("the"), "best")).checkpoint).toBe("best");
    await rm(join(runFolder, "best.safetensors"));
    expect((await open(typed("the"), "best")).checkpoint).toBe("last");
  });
});

describe("a session over other kinds of data", () => {
  it("shows a prediction only at the last step of a network that answers there", async () => {
    const { session, open } = await trained("labelled text");
    const { id: trace, steps } = await open(example(0));
    const { columns } = await session.columns({ trace, steps: [0, steps] });
    expect(steps).toBeGreaterThan(2);
    for (const column of columns.slice(0, -1)) {
      expect(column.predictions, `step ${column.t}`).toBeUndefined();
      expect(column.loss, `step ${column.t}`).toBeUndefined();
    }
    const last = columns[steps - 1];
    expect(last.predictions?.map(({ label }) => label).sort()).toEqual(["ham", "spam"]);
    expect(["ham", "spam"]).toContain(last.targetLabel);
    const right = last.predictions?.find(({ label }) => label === last.targetLabel);
    expect(last.loss).toBeCloseTo(-Math.log(right?.probability ?? 0), 4);
    expect(
      columns[0].cells[0].hGradientNorm,
      "the gradient reaches the first step",
    ).toBeGreaterThan(0);
  });

  it("shows a forecast against the truth in the table's own units", async () => {
    const { session, open, folder } = await trained("table");
    const { id: trace, steps } = await open(example(3));
    const { columns } = await session.columns({ trace, steps: [0, steps] });
    const lines = (await readFile(join(folder, "weather.csv"), "utf8")).split("\n").slice(1);
    for (const { t, inputValues, forecast } of columns) {
      const [, temperature, rain] = lines[3 + t].split(",").map(Number);
      expect(inputValues, `step ${t}`).toEqual([
        { name: "temperature", value: temperature },
        { name: "rain", value: rain },
      ]);
      const [{ name, predicted, truth }] = forecast ?? [];
      expect(name).toBe("temperature");
      expect(truth, `step ${t}`).toBe(Number(lines[4 + t].split(",")[1]));
      expect(Math.abs(predicted - 10), "degrees, not deviations").toBeLessThan(20);
    }
  });

  it("traces the adding problem: named numbers in, one forecast out", async () => {
    const { session, open } = await trained("adding problem");
    const { id: trace, steps } = await open(example(0, "validation"));
    expect(steps).toBe(8);
    const { columns } = await session.columns({ trace, steps: [7, 8] });
    expect(columns[0].inputValues).toHaveLength(2);
    expect(columns[0].forecast?.[0].truth).toBeTypeOf("number");
  });

  it("reads typed rows of numbers without a target", async () => {
    const { session, open } = await trained("table");
    const { id: trace, steps, loss } = await open(typed("10 0\n12.5, 3"));
    expect([steps, loss]).toEqual([2, undefined]);
    const { columns } = await session.columns({ trace, steps: [0, 2] });
    expect(columns[1].inputValues?.map(({ value }) => value)).toEqual([12.5, 3]);
    expect(columns[1].forecast?.[0]).toMatchObject({ name: "temperature" });
    expect(columns[1].forecast?.[0].truth).toBeUndefined();
  });
});

describe("a session over a run that is not whole", () => {
  it("says that there is no run", async () => {
    const session = createTraceSession({ createKernels: kernels });
    const problem = await problemOf(
      session.trace({
        runFolder: "/nowhere/.unroll/runs/gone",
        checkpoint: "last",
        choice: typed("a"),
      }),
    );
    expect(problem.message).toMatch(/There is no run in/);
  });

  it("refuses a checkpoint that was cut short", async () => {
    const { runFolder, open } = await trained("adding problem");
    const file = join(runFolder, "last.safetensors");
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 100));
    expect((await problemOf(open(example(0)))).message).toMatch(/checkpoint is damaged/);
  });

  it("refuses a config that describes another network than the checkpoint", async () => {
    const { runFolder, open } = await trained("adding problem");
    const file = join(runFolder, "config.json");
    const config = JSON.parse(await readFile(file, "utf8"));
    config.model.layers[0].hidden = 6;
    await writeFile(file, JSON.stringify(config));
    expect((await problemOf(open(example(0)))).message).toMatch(/weight_ih_l0.*\(20,2\).*\(24,2\)/);
  });

  it.each(["config.json", "encoding.json", "run.json"])(
    "names %s when it is damaged",
    async (name) => {
      const { runFolder, open } = await trained("adding problem");
      await writeFile(join(runFolder, name), '{"kind":');
      expect((await problemOf(open(example(0)))).message).toContain(name);
      await writeFile(join(runFolder, name), '{"kind": 7}');
      expect((await problemOf(open(example(0)))).message).toMatch(new RegExp(`damaged.*|${name}`));
    },
  );

  it("has no examples without the data, but still reads typed text", async () => {
    const { folder, runFolder, session, open } = await trained("text, state carried");
    await rm(join(folder, "text.txt"));
    const listing = { runFolder, split: "training", offset: 0, limit: 10 } as const;
    for (const ask of [() => open(example(0)), () => session.sequences(listing)]) {
      const problem = await problemOf(ask());
      expect(problem.message).toMatch(/text\.txt/);
      expect(problem.details.advice).toMatch(/type yourself/);
    }
    expect((await open(typed("the cat"))).steps).toBe(7);
    // Mended, it works again without a new session.
    await writeFile(
      join(folder, "text.txt"),
      "the cat sat on the mat and the dog ran to the log while a bird sang in the fog ".repeat(6),
    );
    expect((await session.sequences(listing)).total).toBeGreaterThan(0);
  });

  it("does not show examples of data that has changed since", async () => {
    const { folder, open } = await trained("text, state carried");
    await writeFile(
      join(folder, "text.txt"),
      "quite another text, with other letters: xyz ".repeat(9),
    );
    expect((await problemOf(open(example(0)))).message).toMatch(/data has changed/);
  });
});

/** The first step's share of the gradient, as a factor of the last one's. */
const reach = async (layer: object, forgetBias: number) => {
  const { session, open } = await trained("adding problem", {
    data: { length: 40, examples: 8 },
    model: { layers: [layer], initialization: { recurrent: "uniform", forgetBias } },
  });
  const { id: trace } = await open(example(0));
  const { values } = await session.gradientFlow({
    trace,
    layer: 0,
    direction: "forward",
    rows: 1,
    columns: 40,
  });
  const row = new Float32Array(values);
  return row[0] / row[39];
};

describe("gradient flow of trained layers", () => {
  const words = typed("the cat sat on the mat and the dog ran to the log ".repeat(6));

  it("lets other questions be answered while it is computed, and stops when nobody waits for it", async () => {
    const { session, open } = await trained("text, state carried");
    const { id: trace } = await open(words);
    const request = { trace, layer: 0, direction: "forward", rows: 300, columns: 300 } as const;
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await session.gradientFlow(request);
    clearInterval(timer);
    expect(turns, "turns of the event loop").toBeGreaterThan(0);
    const controller = new AbortController();
    const flow = session.gradientFlow(request, { signal: controller.signal });
    controller.abort();
    await expect(flow).rejects.toThrow(/abort/i);
  });

  it("is the same with the kernels that train as with plain ones", async () => {
    const { session, open, runFolder } = await trained("text, state carried");
    const fast = createTraceSession({ createKernels });
    const { id: plainTrace } = await open(words);
    const { id: fastTrace } = await fast.trace({ runFolder, checkpoint: "last", choice: words });
    const request = { layer: 0, direction: "forward", rows: 20, columns: 30 } as const;
    const expected = new Float32Array(
      (await session.gradientFlow({ ...request, trace: plainTrace })).values,
    );
    const found = new Float32Array(
      (await fast.gradientFlow({ ...request, trace: fastTrace })).values,
    );
    expect(found).toHaveLength(expected.length);
    found.forEach((value, at) => {
      if (Number.isNaN(expected[at])) expect(value).toBeNaN();
      else
        expect(Math.abs(value - expected[at]), `value ${at}`).toBeLessThanOrEqual(
          1e-3 * expected[at] + 1e-30,
        );
    });
  });

  it("falls off within an RNN and reaches back through an LSTM that is told to remember", async () => {
    const vanilla = await reach({ cell: "rnn", hidden: 16 }, 0);
    const remembering = await reach({ cell: "lstm", hidden: 16 }, 5);
    expect(vanilla).toBeLessThan(1e-4);
    expect(remembering).toBeGreaterThan(1e-2);
  });
});
