import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { FormatError } from "../../../src/formats/formatError.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
} from "../../../src/formats/safetensors.ts";

/** A file with this header text and this many payload bytes, whatever they mean. */
function file(header: unknown, payloadBytes = 0, headerLength?: bigint): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + json.length + payloadBytes);
  new DataView(bytes.buffer).setBigUint64(0, headerLength ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const tensor = (offsets: unknown, shape: unknown = [1], dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: offsets,
});

describe("safetensors", () => {
  it("gives back every type, shape, bit and metadata text", () => {
    const tensors = new Map<string, StoredTensor>([
      ["bytes", { shape: [3], data: Uint8Array.of(1, 2, 255) }],
      ["floats", { shape: [2, 2], data: Float32Array.of(1.5, NaN, -0, 3e38) }],
      ["scalar", { shape: [], data: Float64Array.of(Math.PI) }],
      ["none", { shape: [0, 7], data: new Float32Array(0) }],
      ["long", { shape: [1], data: BigInt64Array.of(-(2n ** 63n)) }],
      ["tokens", { shape: [2], data: Int32Array.of(-1, 7) }],
    ]);
    const read = decodeSafetensors(encodeSafetensors(tensors, { ünï: "⟨unknown⟩" }));
    expect(read.metadata).toEqual({ ünï: "⟨unknown⟩" });
    // Map equality does not look at the order.
    expect(read.tensors).toEqual(tensors);
  });

  it("reads a file that begins at an odd address, and does not copy an aligned one", () => {
    const bytes = encodeSafetensors(new Map([["w", { shape: [2], data: Float64Array.of(1, 2) }]]));
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeSafetensors(shifted.subarray(3)).tensors.get("w")?.data).toEqual(
      Float64Array.of(1, 2),
    );
    expect(decodeSafetensors(bytes).tensors.get("w")?.data.buffer).toBe(bytes.buffer);
  });

  it("writes a header that is padded so that tensors stay aligned", () => {
    for (let length = 1; length < 12; length++) {
      const name = "n".repeat(length);
      const bytes = encodeSafetensors(new Map([[name, { shape: [1], data: Float64Array.of(4) }]]));
      expect(decodeSafetensors(bytes).tensors.get(name)?.data.buffer).toBe(bytes.buffer);
    }
  });

  it("keeps hostile names as names", () => {
    const bytes = encodeSafetensors(
      new Map([["__proto__", { shape: [1], data: Uint8Array.of(9) }]]),
    );
    expect(decodeSafetensors(bytes).tensors.get("__proto__")?.data).toEqual(Uint8Array.of(9));
  });

  it("refuses to write a tensor that does not fill its shape", () => {
    const wrong = new Map([["w", { shape: [2, 2], data: new Float32Array(3) }]]);
    expect(() => encodeSafetensors(wrong)).toThrow(/"w" has 3 values for shape \(2,2\)/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /0 bytes, fewer than the 8/],
    ["a header beyond the file", file({}, 0, 50n), /claims 50 bytes, but the file ends after 2/],
    ["a header of 2⁶³ bytes", file({}, 0, 2n ** 63n), /claims 9223372036854775808 bytes/],
    ["text that is not JSON", file("{oops"), /not JSON/],
    ["bytes that are not UTF-8", file({}, 1, 3n).fill(0xff, 9, 10), /not JSON/],
    ["a list as header", file([]), /not a JSON object/],
    ["an entry that is a number", file({ w: 3 }), /"w" is not an object/],
    ["no dtype", file({ w: { shape: [], data_offsets: [0, 0] } }), /"w" has no dtype/],
    ["an unknown dtype", file({ w: tensor([0, 1], [1], "F8_E4M3") }, 1), /stored as float8/],
    ["a dtype of Object's own", file({ w: tensor([0, 1], [1], "toString") }, 1), /toString/],
    ["a negative size", file({ w: tensor([0, 4], [-1]) }, 4), /not a list of sizes/],
    ["a fractional size", file({ w: tensor([0, 4], [0.5, 2]) }, 4), /not a list of sizes/],
    [
      "a shape too large to count",
      file({ w: tensor([0, 4], [2 ** 40, 2 ** 40]) }, 4),
      /more bytes than a file/,
    ],
    [
      "a shape that overflows to what is there",
      file({ w: tensor([0, 0], [2 ** 32, 2 ** 32]) }),
      /more bytes than a file/,
    ],
    ["negative offsets", file({ w: tensor([-4, 0]) }, 4), /not two positions/],
    ["one offset", file({ w: tensor([0]) }, 4), /not two positions/],
    [
      "an end before the beginning",
      file({ w: tensor([4, 0]) }, 4),
      /ends at 0, before it begins at 4/,
    ],
    ["an end beyond the file", file({ w: tensor([0, 8], [2]) }, 4), /ends at byte 8, but only 4/],
    ["half an element", file({ w: tensor([0, 6], [1]) }, 6), /needs 4 bytes, but has 6/],
    ["overlapping tensors", file({ a: tensor([0, 4]), b: tensor([0, 4]) }, 4), /"b" overlaps/],
    ["a hole", file({ w: tensor([4, 8]) }, 8), /4 bytes before tensor "w"/],
    ["bytes left over", file({ w: tensor([0, 4]) }, 8), /4 bytes after the last/],
    [
      "a name twice",
      file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0077" : {}}', 4),
      /"w" occurs twice/,
    ],
    [
      "a dtype twice",
      file('{"w":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}', 4),
      /"dtype" occurs twice/,
    ],
    ["metadata that is a list", file({ __metadata__: [] }), /__metadata__ is not an object/],
    ["metadata that is not text", file({ __metadata__: { a: 1 } }), /"a" in its __metadata__/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(FormatError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  it("answers any damage with the tensors or a FormatError, never another error", () => {
    const healthy = encodeSafetensors(
      new Map<string, StoredTensor>([
        ["w", { shape: [2, 3], data: new Float32Array(6) }],
        ["t", { shape: [2], data: Int32Array.of(1, 2) }],
      ]),
      { note: "x" },
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(healthy.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(healthy.length),
        (edits, length) => {
          const bytes = healthy.slice();
          for (const [index, value] of edits) bytes[index] = value;
          try {
            decodeSafetensors(bytes.subarray(0, length));
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });
});
