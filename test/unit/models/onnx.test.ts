import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/formats/formatError.ts";
import { protobufFields } from "../../../src/formats/protobufReader.ts";
import { openModelFile } from "../../../src/models/openModelFile.ts";
import { openOnnxModel } from "../../../src/models/onnx/onnxModel.ts";
import { readsOrRefuses } from "./damage.ts";

const folder = new URL("../../golden/models/onnx/", import.meta.url);
const read = (file: string): Uint8Array => new Uint8Array(readFileSync(new URL(file, folder)));
const weights = read("node-gru-no-bias-external.weights");

const fields = (...bytes: number[]) => [...protobufFields(Uint8Array.from(bytes))];

describe("damaged ONNX models", () => {
  it.each(["torch-lstm", "torch-lstm-unfolded", "node-lstm-peepholes", "node-rnn"])(
    "%s: read, or refused with a reason",
    (name) =>
      readsOrRefuses(read(`${name}.onnx`), (bytes) => openOnnxModel(bytes, () => undefined), 150),
  );

  it("weights beside the model: missing, cut, or longer than they need be", () => {
    const model = read("node-gru-no-bias-external.onnx");
    const open = (file?: Uint8Array) => openModelFile(model, "m.onnx", {}, () => file);
    expect(() => open()).toThrow(/node-gru-no-bias-external\.weights", which is not beside it/);
    expect(() => open(weights.subarray(0, 20))).toThrow(/lies beyond the end/);
    expect(open(weights).networks).toHaveLength(1);
  });
});

describe("protocol buffers", () => {
  it("are read with negative numbers and unknown fields", () => {
    const minusOne = [8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1];
    expect(fields(...minusOne)[0]).toMatchObject({ field: 1, integer: -1 });
    expect(fields(0x10, 0xac, 0x02)[0]).toMatchObject({ field: 2, integer: 300 });
    expect(fields(0x25, 0, 0, 0x80, 0x3f)[0]).toMatchObject({ field: 4, float: 1 });
  });

  it.each([
    ["a number that is cut", [8, 0x80]],
    ["a number without end", [8, ...Array.from({ length: 12 }, () => 0xff)]],
    ["a length beyond the end", [0x0a, 5, 1, 2]],
    ["a negative length", [0x0a, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
    ["a kind that does not exist", [0x0b]],
  ])("refuse %s", (_, bytes) => {
    expect(() => fields(...bytes)).toThrow(FormatError);
  });
});
