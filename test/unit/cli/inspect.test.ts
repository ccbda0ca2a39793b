import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "../../../src/cli/cli.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { temporaryFolder } from "../jobs/temporaryFolder.ts";

const models = new URL("../../golden/models/", import.meta.url).pathname;

async function inspect(folder: string, ...args: readonly string[]) {
  let out = "";
  let error = "";
  const code = await runCli(["inspect", ...args], {
    out: { write: (text) => void (out += text) },
    error: { write: (text) => void (error += text) },
    folder,
    version: "0",
    createKernels: () => referenceKernels("float32"),
    onInterrupt: () => () => {},
    exit: () => {},
  });
  return { code, out, error };
}

describe("unroll inspect", () => {
  it("tells layers, parameters, what else there is, and what is written beside", async () => {
    const { code, out } = await inspect(models, "torch/checkpoint.pt");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^PyTorch checkpoint \(zip\): 1 recurrent network, 45 tensors\n\n"rnn", 279 parameters\n/,
    );
    expect(out).toMatch(/layer 0 +lstm of 3 units, both directions +reads 4 numbers\n/);
    expect(out).toMatch(/\nOther tensors\n +steps +\(2\) +int64\n/);
    expect(out).toMatch(/\nMetadata\n {2}epoch: 12\n/);
  });

  it.each([
    ["keras/masked.keras", /Keras 3.*\n(.*\n)*.*at the last step/],
    ["onnx/node-lstm-clip.onnx", /lstm of 3 units, clip 0\.1/],
    ["onnx/node-lstm-clip-peepholes.onnx", /It cannot be traced: LSTM "the LSTM" has peepholes/],
    [
      "onnx/no-recurrence.onnx",
      /0 recurrent networks.*\n(.*\n)*.*note: It has no RNN, LSTM or GRU/,
    ],
    ["torch/quantized.pt", /note: Its weights are quantized/],
    ["stateDicts/rnn-bare.model.safetensors", /does not say: nonlinearity \(tanh, relu\)/],
  ])("%s", async (file, words) => {
    const { code, out } = await inspect(models, file);
    expect(out).toMatch(words);
    expect(code).toBe(0);
  });

  it("gives one JSON object to a program, without the numbers", async () => {
    const { out } = await inspect(models, "torch/module.pt", "--json");
    const { networks } = JSON.parse(out) as { networks: { parameters: object[] }[] };
    expect(networks[0].parameters[1]).toEqual({
      name: "weight_ih_l0",
      source: "rnn.weight_ih_l0",
      shape: [12, 4],
    });
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ["empty.pt", "", /empty\.pt is empty/],
    ["notes.onnx", '{"not": "a model"}', /notes\.onnx is text, not a model/],
    ["saved_model.pb", Uint8Array.of(8, 1, 18, 0), /TensorFlow SavedModel.*\nIn Python: keras/],
    ["short.safetensors", Uint8Array.of(9, 0, 0), /fewer than the 8/],
    [
      "zip.pt",
      Uint8Array.from([0x50, 0x4b, 5, 6, ...Array.from({ length: 18 }, () => 0)]),
      /a zip archive, but no model/,
    ],
  ])("refuses %s", async (name, content, message) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, name), content);
    const { code, error } = await inspect(folder, name);
    expect(error).toMatch(message);
    expect(error).not.toContain("bug");
    expect(code).toBe(1);
  });

  it("says how to export a SavedModel's folder", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "saved"));
    await writeFile(join(folder, "saved", "saved_model.pb"), "");
    expect((await inspect(folder, "saved")).error).toMatch(/saved is a TensorFlow SavedModel/);
  });
});
