/** Sequences of other programs through networks of model files, as the panels see them. */
import { describe, expect, it } from "vitest";
import { createKernels } from "../../../src/jobs/kernels.ts";
import { createTraceSession } from "../../../src/jobs/traceSession.ts";
import { onDisk } from "./modelOnDisk.ts";

const session = () =>
  createTraceSession({ createKernels: () => createKernels({ kernels: "reference" }) });

describe("a sequence through a model file", () => {
  it("gives the outputs of the sequence that was chosen", async () => {
    const { model, file, output, batch } = await onDisk(
      "lstm-2-mean-squared-error-each-step-dense",
    );
    const traces = session();
    const index = 1;
    const { id, ...summary } = await traces.traceModel({ model, sequence: { file, index } });
    expect(summary).toMatchObject({
      runName: "model.pt",
      modelFile: model.file,
      steps: batch.steps,
      sequence: { title: "input.npy, sequence 2 of 3" },
    });
    const found = traces.records(id).tensors.get("output");
    const outputs = output.shape[2];
    const wanted = Float64Array.from({ length: batch.steps * outputs }, (_, at) => {
      const t = Math.floor(at / outputs);
      return output.data[(t * batch.size + index) * outputs + (at % outputs)];
    });
    wanted.forEach((value, at) => expect(Number(found?.data[at])).toBeCloseTo(value, 5));
  });

  it("takes gradients against a target, and follows them through time", async () => {
    const { model, sequence, write } = await onDisk("lstm-2-mean-squared-error-each-step-dense");
    const target = await write(
      "target.csv",
      "y0,y1,y2,y3,y4\n".repeat(1) + "1,0,0,0,0\n".repeat(6),
    );
    const traces = session();
    await expect(traces.traceModel({ model, sequence: { ...sequence, target } })).rejects.toThrow(
      "It must have (6,3)",
    );
    const one = await write(
      "one.json",
      JSON.stringify(Array.from({ length: 6 }, () => [1, 2, 3, 4])),
    );
    const summary = await traces.traceModel({ model, sequence: { file: one, target } });
    expect(summary.loss).toBeGreaterThan(0);
    expect(summary.tensors.map(({ name }) => name)).toContain("grad.layers.1.forward.h");
    const { columns } = await traces.columns({ trace: summary.id, steps: [0, 6] });
    expect(columns[2]).toMatchObject({
      input: "step 2",
      inputValues: [{ name: "x0", value: 1 }, {}, {}, { value: 4 }],
      forecast: [{ name: "y0", truth: 1 }, {}, {}, {}, {}],
    });
    const flow = await traces.gradientFlow({
      trace: summary.id,
      layer: 0,
      direction: "forward",
      rows: 6,
      columns: 6,
    });
    expect(new Float32Array(flow.values).some((value) => value > 0)).toBe(true);
  });

  it("reads text by a vocabulary, and names tokens by it", async () => {
    const { model, write } = await onDisk("gru-after-1-cross-entropy-each-step-embedding");
    const vocabulary = await write("tokens.txt", "a\nb\nc\nd\ne\nf\ng\nh\n");
    const file = await write("text.txt", "badge\n");
    const traces = session();
    const { id, steps } = await traces.traceModel({ model, sequence: { file, vocabulary } });
    expect(steps).toBe(5);
    const { columns } = await traces.columns({ trace: id, steps: [0, 5] });
    expect(columns.map(({ input }) => input).join("")).toBe("badge");
    await expect(traces.traceModel({ model, sequence: { file } })).rejects.toThrow("which tokens");
    const short = await write("odd.txt", "badge!");
    await expect(
      traces.traceModel({ model, sequence: { file: short, vocabulary } }),
    ).rejects.toThrow('tokens.txt does not have "!"');
  });

  it("reads text one-hot, where there are as many tokens as numbers", async () => {
    const { model, write } = await onDisk("gru-after-2-cross-entropy-last-step-one-hot");
    const vocabulary = await write("tokens.txt", "a\nb\nc\nd\ne\nf\ng\nh\n");
    const file = await write("text.txt", "badge");
    const summary = await session().traceModel({ model, sequence: { file, vocabulary } });
    expect(summary).toMatchObject({
      steps: 5,
      model: { input: { kind: "tokens", vocabulary: 8 } },
    });
    const more = await write("more.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\n");
    await expect(
      session().traceModel({ model, sequence: { file, vocabulary: more } }),
    ).rejects.toThrow("more.txt has 9 tokens, but the network knows 8.");
  });

  it("says which shapes the network reads, and which sequence there is not", async () => {
    const { model, file, write } = await onDisk("lstm-2-mean-squared-error-each-step-dense");
    const wide = await write("wide.csv", "1 2 3 4 5\n1 2 3 4 5\n");
    await expect(session().traceModel({ model, sequence: { file: wide } })).rejects.toThrow(
      "this network reads (T,4)",
    );
    await expect(session().traceModel({ model, sequence: { file, index: 3 } })).rejects.toThrow(
      "There is no sequence 4: the array has 3.",
    );
    const ragged = await write("ragged.json", "[[1, 2, 3, 4], [1, 2]]");
    await expect(session().traceModel({ model, sequence: { file: ragged } })).rejects.toThrow(
      "lists of different lengths",
    );
    const words = await write("words.csv", "1 2 3 4\n1 2 x 4\n");
    await expect(session().traceModel({ model, sequence: { file: words } })).rejects.toThrow(
      'words.csv, line 2, column 5: "x" is not a number.',
    );
  });
});
