import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { realsOf, wholeNumbersOf, type FileTensor } from "../../../src/formats/fileTensor.ts";
import { FormatError } from "../../../src/formats/formatError.ts";
import { decodeNpy, encodeNpy } from "../../../src/formats/npy.ts";

const tensor = (numbers: readonly number[], shape: readonly number[]): FileTensor => ({
  type: "float64",
  shape,
  bytes: new Uint8Array(Float64Array.from(numbers).buffer),
});

/** A file with this header, whatever it says. */
function file(header: string, payload: readonly number[] = [], version = 1): Uint8Array {
  const length =
    version === 1 ? [header.length & 255, header.length >> 8] : [header.length, 0, 0, 0];
  const text = new TextEncoder().encode(header);
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    version,
    0,
    ...length,
    ...text,
    ...payload,
  ]);
}

const header = (shape: string, descr = "'<f4'", fortran = "False"): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

const floats = (...values: number[]): number[] => [
  ...new Uint8Array(Float32Array.from(values).buffer),
];

describe("npy", () => {
  it("gives back shape and bits, and aligns the numbers to 64 bytes as NumPy does", () => {
    for (const shape of [[], [6], [2, 3], [1, 2, 3, 1]]) {
      const written = tensor(shape.length === 0 ? [7] : [1, NaN, -0, 4, 5, 6], shape);
      const bytes = encodeNpy(written);
      expect((bytes.length - written.bytes.length) % 64).toBe(0);
      expect(decodeNpy(bytes)).toEqual(written);
    }
  });

  it("puts Fortran order into ours", () => {
    // Columns first: [[1,2,3],[4,5,6]].
    const read = decodeNpy(file(header("(2, 3)", "'<f4'", "True"), floats(1, 4, 2, 5, 3, 6)));
    expect([...realsOf(read)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("puts big-endian numbers into ours", () => {
    const read = decodeNpy(file(header("(2,)", "'>i4'"), [0, 0, 1, 2, 255, 255, 255, 255]));
    expect([...wholeNumbersOf(read)]).toEqual([258, -1]);
  });

  it("reads halves: zero, subnormal, one, largest, infinity", () => {
    const bits = new Uint8Array(Uint16Array.of(0, 1, 0x3c00, 0x7bff, 0xfc00).buffer);
    const read = decodeNpy(file(header("(5,)", "'<f2'"), [...bits], 2));
    expect([...realsOf(read)]).toEqual([0, 2 ** -24, 1, 65504, -Infinity]);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["another file", new TextEncoder().encode("PK not an array"), /does not begin as one/],
    ["nothing", new Uint8Array(0), /does not begin as one/],
    ["a header that is cut", file(header("(2,)")).subarray(0, 30), /ends inside its header/],
    ["a version of the future", file(header("(0,)"), [], 9), /version is 9/],
    ["too few numbers", file(header("(3,)"), floats(1, 2)), /needs 12 bytes, but 8 follow/],
    ["too many numbers", file(header("(1,)"), floats(1, 2)), /needs 4 bytes, but 8 follow/],
    [
      "a shape that overflows",
      file(header("(4294967296, 4294967296, 4)")),
      /more bytes than a file/,
    ],
    ["a shape that is code", file(header("(__import__('os').system('x'),)")), /no usable "shape"/],
    ["records", file(header("(1,)", "[('a', '<f4')]")), /records/],
    ["objects, which are pickles", file(header("(1,)", "'|O'")), /type "\|O"/],
    ["text", file(header("(1,)", "'<U7'")), /type "<U7"/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeNpy(bytes)).toThrow(FormatError);
    expect(() => decodeNpy(bytes)).toThrow(message);
  });

  it("answers any damage with an array or a FormatError, never another error", () => {
    const good = encodeNpy(tensor([1, 2, 3, 4, 5, 6], [2, 3]));
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(damage, fc.nat(good.length), (changes, end) => {
        const bytes = good.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        for (const candidate of [bytes, bytes.subarray(0, end)]) {
          try {
            decodeNpy(candidate);
          } catch (error) {
            if (!(error instanceof FormatError)) throw error;
          }
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
