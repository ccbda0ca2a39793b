import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { realsOf } from "../../../src/formats/fileTensor.ts";
import { decodeNpz } from "../../../src/formats/npz.ts";
import { batchOfArrays } from "../../../src/jobs/modelBatch.ts";
import { chosenNetwork, readModelFile } from "../../../src/jobs/modelFile.ts";
import { traceNetwork } from "../../../src/jobs/tracedNetwork.ts";
import { disagreement } from "../../gradcheck/differences.ts";

const folder = new URL("torch-1.13/", import.meta.url).pathname;

describe("files that PyTorch 1.13 wrote give what it computed", () => {
  it.each([
    ["lstm.pt", "lstm"],
    ["lstm-legacy.pt", "lstm"],
    ["gru-module.pt", "gru-module"],
    ["exported-lstm.onnx", "exported-lstm"],
    ["exported-gru.onnx", "exported-gru"],
    ["exported-norm.onnx", "exported-norm"],
  ])("%s", async (file, numbers) => {
    const network = chosenNetwork(await readModelFile(join(folder, file), {}), undefined);
    expect(network.questions).toEqual([]);
    const arrays = decodeNpz(new Uint8Array(readFileSync(join(folder, `${numbers}.npz`))));
    const [input, output] = ["input", "output"].map((name) => arrays.get(name));
    if (!input || !output) throw new Error("The fixture is not whole.");
    const loss = "mean-squared-error";
    const batch = batchOfArrays(network, { input, loss, batchFirst: false });
    const { trace } = traceNetwork(network, batch, loss, referenceKernels("float64"));
    const found = trace.tensors.get("output");
    expect(found?.shape).toEqual(output.shape);
    const numbersFound = found?.data ?? [];
    expect(
      disagreement("output", output.shape, numbersFound, realsOf(output), 1e-6),
    ).toBeUndefined();
  });
});
