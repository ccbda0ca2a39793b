/** What the model editor asks of a file, and what `unroll convert` writes. */
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeSafetensors } from "../../../src/formats/safetensors.ts";
import { createModelSession } from "../../../src/jobs/modelSession.ts";
import type { ModelFile } from "../../../src/protocol/modelContract.ts";
import { networkCase } from "../../golden/written/networks.ts";
import { writeModel } from "../../../src/models/write/writeModel.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

/** A file with a bidirectional LSTM of two layers, of 7 and 2 units, and a linear layer. */
async function modelFile(): Promise<ModelFile & { readonly folder: string }> {
  const folder = await temporaryFolder();
  const { network } = networkCase("bidirectional-lstm-2-huber-each-step-dense");
  const [{ bytes }] = writeModel(network, "lstm.safetensors", { naming: "module", from: "" });
  const file = join(folder, "lstm.safetensors");
  await writeFile(file, bytes);
  return { file, answers: {}, folder };
}

const place = { network: "rnn", layer: 1, direction: "reverse" } as const;

describe("a model file in the editor", () => {
  it("is described without its numbers", async () => {
    const { file, answers } = await modelFile();
    const overview = await createModelSession().modelOverview({ file, answers });
    expect(overview.networks).toMatchObject([
      {
        name: "rnn",
        layers: [
          { cell: "lstm", hidden: 7, inputSize: 4, directions: ["forward", "reverse"] },
          { cell: "lstm", hidden: 2, inputSize: 14 },
        ],
        output: { size: 5 },
      },
    ]);
    expect(overview.tensorCount).toBe(18);
    expect(overview.tensors.every(({ usedAs }) => usedAs !== undefined)).toBe(true);
    expect(overview.elementCount).toBe(overview.networks[0].parameterCount);
  });

  it("shows the weights of a gate, its eigenvalues, and what they say", async () => {
    const { file, answers } = await modelFile();
    const session = createModelSession();
    const { gates } = await session.modelLayer({ file, answers, ...place });
    expect(gates.map(({ part }) => part)).toEqual(["i", "f", "g", "o"]);
    const most = { rows: 100, columns: 5 };
    const request = { file, answers, ...place, part: "f" };
    const picture = await session.modelWeights({ ...request, matrix: "input", ...most });
    expect(picture).toMatchObject({ units: 2, reads: 14, rows: 2, columns: 5, notFinite: 0 });
    expect(Math.max(...new Float32Array(picture.values).map(Math.abs))).toBeCloseTo(
      picture.largest,
      6,
    );
    const spectrum = await session.modelSpectrum(request);
    expect(new Float64Array(spectrum.real)).toHaveLength(2);
    expect(spectrum.radius).toBeGreaterThan(0);
    expect(spectrum.norm).toBeGreaterThanOrEqual(spectrum.radius);
  });

  it("is read again when it has changed on the disk", async () => {
    const { file, answers } = await modelFile();
    const session = createModelSession();
    await session.modelOverview({ file, answers });
    await writeFile(file, encodeSafetensors(new Map()));
    const { networks, notes } = await session.modelOverview({ file, answers });
    expect(networks).toEqual([]);
    expect(notes.join()).toContain("no recurrent layer");
  });

  it("says what is wrong with it, and what to do", async () => {
    const { folder } = await modelFile();
    const session = createModelSession();
    const file = join(folder, "missing.pt");
    await expect(session.modelOverview({ file, answers: {} })).rejects.toThrow("missing.pt");
    await writeFile(file, "");
    await expect(session.modelOverview({ file, answers: {} })).rejects.toMatchObject({
      details: { advice: "Save the model again." },
    });
  });
});

describe("exporting a model file", () => {
  it("keeps the file's names, and can be read again", async () => {
    const { file, answers, folder } = await modelFile();
    const session = createModelSession();
    const out = join(folder, "copy.safetensors");
    expect(await session.exportModel({ source: { file, answers }, out })).toEqual({ files: [out] });
    const copy = await session.modelOverview({ file: out, answers });
    const original = await session.modelOverview({ file, answers });
    expect(copy.networks).toEqual(original.networks);
    expect(new Set(copy.tensors)).toEqual(new Set(original.tensors));
  });

  it("writes a Python file with its weights beside it", async () => {
    const { file, answers, folder } = await modelFile();
    const out = join(folder, "model.py");
    await createModelSession().exportModel({ source: { file, answers }, out });
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(["lstm.safetensors", "model.pt", "model.py"]),
    );
    expect(await readFile(out, "utf8")).toContain("nn.LSTM(4, 7, bidirectional=True)");
  });

  it("does not write over what it reads", async () => {
    const { file, answers } = await modelFile();
    const before = await readFile(file);
    await expect(
      createModelSession().exportModel({ source: { file, answers }, out: file }),
    ).rejects.toThrow("over the file that it is read from");
    expect(await readFile(file)).toEqual(before);
  });
});
