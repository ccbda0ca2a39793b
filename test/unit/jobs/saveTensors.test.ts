/** Tensors of a running program, saved to be opened like any file. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeNpy } from "../../../src/formats/npy.ts";
import { createModelSession } from "../../../src/jobs/modelSession.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

const tensor = (name: string, type: string, shape: readonly number[], data: ArrayBufferView) => ({
  name,
  type,
  shape,
  bytes: new Uint8Array(data.buffer).slice().buffer,
});

describe("tensors of a paused Python program", () => {
  it("become a model file, in whatever precision they are", async () => {
    const file = join(await temporaryFolder(), "model.safetensors");
    const session = createModelSession();
    // 1.0 is 0x3f80 in bfloat16.
    const ones = new Uint16Array(12 * 3).fill(0x3f80);
    await session.saveTensors({
      file,
      tensors: [
        tensor("rnn.weight_ih_l0", "torch.bfloat16", [12, 3], ones),
        tensor("rnn.weight_hh_l0", "torch.float64", [12, 3], new Float64Array(36).fill(2)),
        tensor("steps", "torch.int64", [], BigInt64Array.of(7n)),
      ],
    });
    const { networks, tensors } = await session.modelOverview({ file, answers: {} });
    expect(networks).toMatchObject([{ name: "rnn", layers: [{ cell: "lstm", hidden: 3 }] }]);
    expect(tensors.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["float32", "float64", "int64"]),
    );
    const { gates } = await session.modelLayer({
      file,
      answers: {},
      network: "rnn",
      layer: 0,
      direction: "forward",
    });
    expect(gates[0].input.mean).toBe(1);
  });

  it("become an array to be traced", async () => {
    const file = join(await temporaryFolder(), "x.npy");
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const tensors = [tensor("", "torch.float32", [3, 2], data)];
    await createModelSession().saveTensors({ file, tensors });
    expect(decodeNpy(new Uint8Array(await readFile(file)))).toMatchObject({
      type: "float32",
      shape: [3, 2],
    });
  });

  it("are refused when they are no plain numbers", async () => {
    const tensors = [tensor("w", "torch.qint8", [1], Uint8Array.of(1))];
    await expect(
      createModelSession().saveTensors({ file: "/nowhere/x.safetensors", tensors }),
    ).rejects.toThrow('"w" is a torch.qint8, which is not read here.');
  });
});
