import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { openSafetensors } from "../../../src/formats/safetensors.ts";
import { realsOf } from "../../../src/formats/fileTensor.ts";
import { batchOfArrays } from "../../../src/jobs/modelBatch.ts";
import { chosenNetwork, readModelFile } from "../../../src/jobs/modelFile.ts";
import { traceNetwork } from "../../../src/jobs/tracedNetwork.ts";
import { disagreement } from "../../gradcheck/differences.ts";

const folder = new URL("onnx/", import.meta.url).pathname;

/** Runs the model's own input through it. */
async function trace(name: string) {
  const contents = await readModelFile(join(folder, `${name}.onnx`), {});
  const network = chosenNetwork(contents, undefined);
  const { tensors } = openSafetensors(
    new Uint8Array(readFileSync(join(folder, `${name}.safetensors`))),
  );
  const input = tensors.get("input");
  if (!input) throw new Error("The fixture has no input.");
  const arrays = {
    input,
    loss: "mean-squared-error" as const,
    batchFirst: network.batchFirst ?? false,
  };
  const batch = batchOfArrays(network, arrays);
  const { trace } = traceNetwork(network, batch, "mean-squared-error", referenceKernels("float64"));
  return { contents, network, trace, expected: tensors };
}

const models = [
  "torch-lstm",
  "torch-gru-unfolded",
  "torch-lstm-embedding-batch-first",
  "torch-lstm-unfolded",
  "torch-rnn-relu",
  "torch-gru-last-state",
  "torch-lstm-norms",
  "dynamo-lstm",
  "dynamo-gru",
  "node-lstm-lengths",
  "node-gru-initial-layout",
  "torch-gru-norms-embedding",
  "node-lstm-peepholes",
  "node-lstm-reverse",
  "node-lstm-bidirectional-layout",
  "node-gru-before",
  "node-gru-after",
  "node-gru-no-bias-external",
  "node-rnn",
  "node-lstm-clip",
  "node-lstm-functions",
  "node-lstm-coupled",
  "node-gru-hard",
  "node-gru-clip",
  "node-gru-before-functions",
  "node-rnn-functions",
  "node-rnn-affine",
];

describe("ONNX models agree with onnxruntime", () => {
  it.each(models)("%s", async (name) => {
    const { trace: found, expected } = await trace(name);
    const problems = [...expected].flatMap(([key, wanted]) => {
      if (key === "input") return [];
      const tensor = found.tensors.get(key);
      if (!tensor) return [`${key} is not in the trace`];
      if (tensor.shape.join() !== wanted.shape.join())
        return [`${key} has shape (${tensor.shape.join()})`];
      return [disagreement(key, tensor.shape, tensor.data, realsOf(wanted), 1e-6)];
    });
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it("says what a person should know", async () => {
    const { contents, network } = await trace("torch-lstm-embedding-batch-first");
    expect(contents.title).toMatch(/^ONNX, made by pytorch 2\./);
    expect(network).toMatchObject({
      name: "rnn",
      batchFirst: true,
      input: { kind: "tokens", vocabulary: 7, embedding: 4 },
      output: { size: 6, at: "each-step" },
      notes: [],
    });
    const sources = network.parameters.map(({ source }) => source);
    expect(sources).toEqual(
      expect.arrayContaining([
        "embedding.weight",
        "rnn.weight_hh_l1_reverse",
        "fc.weight",
        "fc.bias",
      ]),
    );
    expect((await trace("torch-gru-last-state")).network.output.at).toBe("last-step");
    expect((await trace("node-lstm-peepholes")).network.initialStates?.size).toBe(2);
  });
});

describe("ONNX models that cannot be run, or read", () => {
  it.each([["node-lstm-clip-peepholes", /has peepholes and clips at 0\.5/]])(
    "%s is described, and says why it cannot be traced",
    async (name, reason) => {
      await expect(trace(name)).rejects.toThrow(reason);
      const contents = await readModelFile(join(folder, `${name}.onnx`), {});
      expect(contents.networks).toMatchObject([{ layers: [{ hidden: 3, inputSize: 4 }] }]);
    },
  );

  it("weights outside the model's folder are not read", async () => {
    await expect(readModelFile(join(folder, "outside.onnx"), {})).rejects.toThrow(
      /outside the model's folder/,
    );
  });

  it("an RNN that was written out step by step is known, with what to do", async () => {
    const { networks, notes } = await readModelFile(join(folder, "dynamo-rnn.onnx"), {});
    expect(networks).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(/Its operators: .*Tanh/),
      expect.stringMatching(/written out step by step.*dynamo=False/),
    ]);
  });

  it("refuses sequences that its own lengths do not fit", async () => {
    const contents = await readModelFile(join(folder, "node-lstm-lengths.onnx"), {});
    const network = chosenNetwork(contents, undefined);
    expect(network.lengths).toEqual([5, 3]);
    const values = new Float32Array(3 * 1 * 4);
    const input = {
      type: "float32",
      shape: [3, 1, 4],
      bytes: new Uint8Array(values.buffer),
    } as const;
    expect(() =>
      batchOfArrays(network, { input, loss: "mean-squared-error", batchFirst: false }),
    ).toThrow(/made for sequences of 5, 3 steps; the input has 1 of 3/);
  });

  it("a model without a recurrent node says what it contains", async () => {
    const { networks, notes } = await readModelFile(join(folder, "no-recurrence.onnx"), {});
    expect(networks).toEqual([]);
    expect(notes).toEqual([expect.stringContaining("Its operators: Relu.")]);
  });
});
