import { describe, expect, it } from "vitest";
import { encodeSafetensors, type StoredTensor } from "../../../src/formats/safetensors.ts";
import { openModelFile } from "../../../src/models/openModelFile.ts";

const file = (tensors: Iterable<readonly [string, StoredTensor]>): Uint8Array =>
  encodeSafetensors(new Map(tensors));

const tiny = (shape: readonly number[]): StoredTensor => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
});

/** Opens it, and says how long that took. */
function timed(bytes: Uint8Array): { readonly contents?: unknown; readonly ms: number } {
  const begun = performance.now();
  const contents = openModelFile(bytes, "hostile.safetensors");
  return { contents, ms: performance.now() - begun };
}

// Opcodes of a pickle, written by hand.
const text = (value: string) => [0x58, value.length, 0, 0, 0, ...new TextEncoder().encode(value)];
const int = (value: number) => [
  0x4a,
  value & 255,
  (value >> 8) & 255,
  (value >> 16) & 255,
  value >> 24,
];
const name = (module: string, attribute: string) => [
  0x63,
  ...new TextEncoder().encode(`${module}\n${attribute}\n`),
];

describe("files that are made to be slow or large", () => {
  it("many thousand tensors are listed in time", () => {
    const names = Array.from(
      { length: 100_000 },
      (_, k) => [`t${k}.weight`, tiny([1, 1])] as const,
    );
    const { ms, contents } = timed(file(names));
    expect(contents).toMatchObject({ networks: [] });
    expect(ms).toBeLessThan(20_000);
  });

  it("many recurrent modules are refused rather than looked at one by one", () => {
    const modules = Array.from({ length: 300 }, (_, k) => [
      [`m${k}.weight_ih_l0`, tiny([4, 1])] as const,
      [`m${k}.weight_hh_l0`, tiny([4, 1])] as const,
    ]).flat();
    expect(() => timed(file(modules))).toThrow(/has 300 recurrent modules; at most 256 are read/);
  });

  it("a name of a million letters does no harm", () => {
    const name = "a.".repeat(500_000);
    const bytes = file([
      [`${name}weight_ih_l0`, tiny([4, 1])],
      [`${name}weight_hh_l0`, tiny([4, 1])],
    ]);
    expect(timed(bytes).ms).toBeLessThan(5000);
  });

  it("one storage seen as many large tensors is refused", () => {
    // A pickle by hand: {"weight_ih_l0": tensor, …}, each a (3·10⁵,1) view with a stride of 0 of one number.
    const storage = [
      0x28,
      ...text("storage"),
      ...name("torch", "FloatStorage"),
      ...text("0"),
      ...text("cpu"),
      ...int(1),
      0x74,
      0x51,
    ];
    const tensor = [
      ...name("torch._utils", "_rebuild_tensor_v2"),
      0x28,
      ...storage,
      ...int(0),
      0x28,
      ...int(300_000),
      ...int(1),
      0x74,
      0x28,
      ...int(0),
      ...int(0),
      0x74,
      0x89,
      0x7d,
      0x74,
      0x52,
    ];
    const magic = [
      0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
    ];
    const protocol = [0x80, 2, 0x4d, 0xe9, 0x03, 0x2e];
    const machine = [0x80, 2, 0x7d, 0x2e];
    const object = [0x80, 2, 0x7d, 0x28, ...text("weight_ih_l0"), ...tensor, 0x75, 0x2e];
    const keys = [0x80, 2, 0x5d, ...text("0"), 0x61, 0x2e];
    const data = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f];
    const bytes = Uint8Array.from([...magic, ...protocol, ...machine, ...object, ...keys, ...data]);
    expect(() => openModelFile(bytes, "m.pt")).toThrow(/unfold to more than the file could hold/);
  });
});
