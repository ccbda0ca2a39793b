import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/formats/formatError.ts";
import { openHdf5 } from "../../../src/formats/hdf5/hdf5File.ts";
import { kerasLayers } from "../../../src/models/keras/kerasLayers.ts";
import { openModelFile } from "../../../src/models/openModelFile.ts";
import { readsOrRefuses } from "./damage.ts";

const folder = new URL("../../golden/models/keras/", import.meta.url);
const read = (file: string): Uint8Array => new Uint8Array(readFileSync(new URL(file, folder)));

describe("damaged Keras models", () => {
  it.each([
    "lstm-dense.h5",
    "lstm-dense.weights.h5",
    "chunked.h5",
    "latest.h5",
    "lstm-dense.keras",
  ])("%s: read, or refused with a reason", (name) =>
    readsOrRefuses(read(name), (bytes) => openModelFile(bytes, name), 200),
  );

  it("an archive whose weights are damaged is known by its checksum", () => {
    const bytes = read("lstm-dense.keras");
    bytes[bytes.length - 3000] ^= 1;
    expect(() => openModelFile(bytes, "m.keras")).toThrow(/checksum is wrong/);
  });

  it("an HDF5 file of another version, or cut anywhere, is refused", () => {
    const bytes = read("lstm-dense.h5");
    const future = bytes.slice();
    future[8] = 9;
    expect(() => openHdf5(future)).toThrow(/superblock has the version 9/);
    for (const end of [0, 8, 9, 30, 96, 1000]) {
      expect(() => openHdf5(bytes.subarray(0, end))).toThrow(FormatError);
    }
  });
});

const names = (config: unknown) => kerasLayers(config)?.map(({ name, inputs }) => [name, inputs]);
const layer = (name: string, more: object = {}) => ({
  class_name: "LSTM",
  config: { name },
  ...more,
});

describe("a Keras config", () => {
  it("is a stack, with or without a name around it", () => {
    const stack = [layer("a"), layer("b")];
    const expected = [
      ["a", []],
      ["b", ["a"]],
    ];
    expect(names({ class_name: "Sequential", config: { layers: stack } })).toEqual(expected);
    expect(names({ class_name: "Sequential", config: stack })).toEqual(expected);
  });

  it("is a graph in the words of Keras 2 and of Keras 3", () => {
    const old = layer("b", { inbound_nodes: [[["a", 0, 0, {}]]] });
    const tensor = { class_name: "__keras_tensor__", config: { keras_history: ["a", 0, 0] } };
    const now = layer("b", { inbound_nodes: [{ args: [tensor], kwargs: {} }] });
    for (const second of [old, now]) {
      const config = { class_name: "Functional", config: { layers: [layer("a"), second] } };
      expect(names(config)).toEqual([
        ["a", []],
        ["b", ["a"]],
      ]);
    }
  });

  it.each([undefined, 3, "text", [], {}, { config: 3 }, { config: { layers: "no" } }])(
    "is none: %j",
    (config) => {
      expect(kerasLayers(config)).toBeUndefined();
    },
  );
});
