import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/formats/formatError.ts";
import {
  isReal,
  realsOf,
  wholeNumbersOf,
  type FileTensor,
} from "../../../src/formats/fileTensor.ts";
import { readPickle } from "../../../src/formats/pickle/readPickle.ts";
import { openSafetensors } from "../../../src/formats/safetensors.ts";
import { openModelFile } from "../../../src/models/openModelFile.ts";
import { openTorchModel } from "../../../src/models/pytorch.ts";
import { readsOrRefuses } from "./damage.ts";

const folder = new URL("../../golden/models/torch/", import.meta.url);
const read = (file: string): Uint8Array => new Uint8Array(readFileSync(new URL(file, folder)));

const numbers = (tensor: FileTensor): readonly number[] => [
  ...(isReal(tensor) ? realsOf(tensor) : wholeNumbersOf(tensor)),
];

const torchFiles = [
  "state-dict",
  "state-dict-legacy",
  "state-dict-protocol-3",
  "state-dict-protocol-4",
  "state-dict-protocol-5",
  "half",
  "bfloat16",
  "data-parallel",
  "checkpoint",
  "module",
  "module-legacy",
  "views",
  "views-legacy",
];

describe("files that torch.save wrote", () => {
  it.each(torchFiles)("%s: every tensor, bit for bit, under its own name", (name) => {
    const { tensors } = openTorchModel(read(`${name}.pt`));
    const expected = openSafetensors(read(`${name}.safetensors`)).tensors;
    expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, wanted] of expected) {
      const { type, shape } = tensors.get(key) as FileTensor;
      expect({ type, shape }, key).toEqual({ type: wanted.type, shape: wanted.shape });
      expect(numbers(tensors.get(key) as FileTensor), key).toEqual(numbers(wanted));
    }
  });

  it("become networks: embedding below, linear layer above", () => {
    const { networks, title } = openModelFile(read("checkpoint.pt"), "checkpoint.pt");
    expect(title).toBe("PyTorch checkpoint (zip)");
    expect(networks).toMatchObject([
      {
        name: "rnn",
        input: { kind: "tokens", vocabulary: 7, embedding: 4 },
        layers: [{ cell: "lstm", hidden: 3, inputSize: 4, directions: ["forward", "reverse"] }],
        output: { size: 5, at: "each-step" },
      },
    ]);
    expect(networks[0].parameters.map(({ source }) => source)).toContain(
      "rnn.weight_hh_l0_reverse",
    );
  });

  it("tell the nonlinearity where they hold the module itself", () => {
    const [network] = openModelFile(read("module-legacy.pt"), "m.pt").networks;
    expect(network.layers).toMatchObject([{ cell: "rnn", nonlinearity: "relu" }]);
    expect(network.questions).toEqual([]);
    expect(network.batchFirst).toBe(false);
  });

  it("keep what is written beside the tensors", () => {
    const { metadata } = openModelFile(read("checkpoint.pt"), "m.pt");
    expect(metadata).toMatchObject({ epoch: "12", arch: "tagger" });
  });

  it("are read without a copy where they can be", () => {
    const bytes = read("state-dict.pt");
    const { tensors } = openTorchModel(bytes);
    expect(tensors.get("rnn.weight_ih_l0")?.bytes.buffer).toBe(bytes.buffer);
  });

  it("never run anything: a call of os.system is a name and an argument", () => {
    const { tensors, networks } = openModelFile(read("evil.pt"), "evil.pt");
    expect(tensors).toHaveLength(2);
    expect(networks).toMatchObject([{ layers: [{ cell: "lstm", hidden: 1 }] }]);
    expect(existsSync("/tmp/unroll-was-here")).toBe(false);
  });

  it("are refused with advice where they are programs, quantized, or something else", () => {
    expect(() => openModelFile(read("script.pt"), "m.pt")).toThrow(/TorchScript/);
    expect(() => openModelFile(read("plain.pkl"), "m.pkl")).toThrow(
      /not one that torch.save wrote/,
    );
    const quantized = openModelFile(read("quantized.pt"), "m.pt");
    expect(quantized.networks).toEqual([]);
    expect(quantized.tensors.map(({ type }) => type)).toContain("qint8");
  });
});

const pickle = (...parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "number" ? [part] : [...new TextEncoder().encode(part)],
    ),
  );

describe("damaged files", () => {
  it.each([
    "state-dict",
    "state-dict-legacy",
    "checkpoint",
    "module",
    "views",
    "views-legacy",
    "evil",
  ])("%s: read, or refused with a reason", (name) => {
    readsOrRefuses(read(`${name}.pt`), (bytes) => openModelFile(bytes, name));
  });

  it("are known by their checksum", () => {
    const bytes = read("state-dict.pt");
    const weights = openTorchModel(bytes).tensors.get("rnn.weight_ih_l0")?.bytes;
    if (weights) weights[5] ^= 1;
    expect(() => openTorchModel(bytes)).toThrow(/checksum is wrong/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", pickle(), /inside a value/],
    ["no value", pickle("."), /a value is missing/],
    ["no mark", pickle("t."), /a mark is missing/],
    ["a text beyond its end", pickle("X", 255, 255, 255, 127, "abc"), /inside a value/],
    ["bytes of 2⁶³", pickle(0x8e, 255, 255, 255, 255, 255, 255, 255, 127), /inside a value/],
    ["an integer of 2 GB", pickle(0x8b, 255, 255, 255, 127), /integer of 2147483647 bytes/],
    ["what was never kept", pickle("h", 3, "."), /never kept/],
    ["an entry of a number", pickle("K", 1, "K", 2, "K", 3, "s."), /no dictionary/],
    ["extension codes", pickle(0x82, 1, "."), /extension codes/],
    ["no instruction", pickle(0xff), /no instruction/],
  ])("a pickle with %s", (_, bytes, message) => {
    expect(() => readPickle(bytes)).toThrow(FormatError);
    expect(() => readPickle(bytes)).toThrow(message);
  });

  it("a pickle that is nested a million times ends", () => {
    const nested = new Uint8Array(2_000_001).fill(0x5d, 0, 1_000_000).fill(0x61, 1_000_000);
    nested[1_999_999] = nested[2_000_000] = 0x2e;
    expect(readPickle(nested).value).toMatchObject({ kind: "list" });
  });
});
