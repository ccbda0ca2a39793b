import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { runCli } from "../../../src/cli/cli.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { encodeNpy } from "../../../src/formats/npy.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../src/formats/safetensors.ts";
import { temporaryFolder } from "../jobs/temporaryFolder.ts";

async function unroll(folder: string, ...args: readonly string[]) {
  let out = "";
  let error = "";
  const code = await runCli(args, {
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

type Shapes = Readonly<Record<string, readonly number[]>>;

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Numbers that are all different and of either sign. */
const numbers = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, k) => Math.sin(k + 1));

/** A folder with a model of these tensors and arrays of these shapes. */
async function workspace(
  tensors: Shapes,
  arrays: Readonly<
    Record<string, readonly number[] | { shape: readonly number[]; whole: number[] }>
  > = {},
): Promise<string> {
  const folder = await temporaryFolder();
  const stored = Object.entries(tensors).map(
    ([name, shape]) => [name, { shape, data: numbers(product(shape)) }] as const,
  );
  await writeFile(join(folder, "m.safetensors"), encodeSafetensors(new Map(stored)));
  for (const [name, array] of Object.entries(arrays)) {
    const file =
      "whole" in array
        ? {
            type: "int64" as const,
            shape: array.shape,
            bytes: new Uint8Array(BigInt64Array.from(array.whole.map(BigInt)).buffer),
          }
        : {
            type: "float32" as const,
            shape: array,
            bytes: new Uint8Array(numbers(product(array)).buffer),
          };
    await writeFile(join(folder, `${name}.npy`), encodeNpy(file));
  }
  return folder;
}

/** An LSTM of 3 units that reads 2 numbers. */
const lstm = (prefix = "", inputSize = 2): Shapes => ({
  [`${prefix}weight_ih_l0`]: [12, inputSize],
  [`${prefix}weight_hh_l0`]: [12, 3],
  [`${prefix}bias_ih_l0`]: [12],
  [`${prefix}bias_hh_l0`]: [12],
});

const trace = (folder: string, ...more: readonly string[]) =>
  unroll(folder, "trace", "m.safetensors", "--input", "x.npy", ...more);

describe("unroll trace MODEL", () => {
  it("says what it computed", async () => {
    const folder = await workspace(
      { ...lstm("rnn."), "fc.weight": [4, 3], "fc.bias": [4] },
      { x: [5, 2], y: [5, 4] },
    );
    const { code, out } = await trace(folder, "--target", "y.npy", "--loss", "mse");
    expect(code).toBe(0);
    expect(out).toContain("lstm 3, 100 parameters, 5 steps of 1 sequence\n");
    expect(out).toMatch(/grad\.param\.rnn\.weight_hh_l0 +\(row,column\) +\(12,3\)/);
    expect(out).toMatch(/\nloss 1\.25458\d+\n$/);
  });

  it("takes arrays with the batch first", async () => {
    const tensors = { ...lstm(), "fc.weight": [4, 3] };
    const folder = await workspace(tensors, {
      x: [2, 5, 2],
      y: { shape: [2, 5], whole: [0, 1, 2, 3, 0, 1, 2, 3, 0, 1] },
    });
    const given = [
      "--target",
      "y.npy",
      "--loss",
      "cross-entropy",
      "--batch-first",
      "--out",
      "t.safetensors",
    ];
    expect(await trace(folder, ...given)).toMatchObject({ code: 0 });
    const { tensors: found } = decodeSafetensors(await readFile(join(folder, "t.safetensors")));
    expect(found.get("input")?.shape).toEqual([5, 2, 2]);
    // Step 1 of sequence 0 is the second pair of numbers of the file.
    expect(found.get("input")?.data.slice(4, 6)).toEqual(Float64Array.from(numbers(4).slice(2)));
  });

  it("takes one number per step without an axis of its own, of a single sequence among several too", async () => {
    for (const [input, target] of [
      [[5, 2], [5]],
      [
        [5, 2],
        [5, 1],
      ],
      [
        [5, 1, 2],
        [5, 1],
      ],
      [
        [5, 1, 2],
        [5, 1, 1],
      ],
    ]) {
      const folder = await workspace(
        { ...lstm(), "fc.weight": [1, 3] },
        { x: input, y: target, last: [1] },
      );
      const given = ["--loss", "mse", "--out", "t.safetensors"];
      const shapeOfOutput = async (name: string) => {
        expect(await trace(folder, "--target", name, ...given)).toMatchObject({ code: 0 });
        const { tensors } = decodeSafetensors(await readFile(join(folder, "t.safetensors")));
        return tensors.get("output")?.shape;
      };
      expect(await shapeOfOutput("y.npy")).toEqual([5, 1, 1]);
      expect(await shapeOfOutput("last.npy")).toEqual([1, 1]);
    }
  });

  it("leaves classes of −100 out of the loss, as PyTorch does", async () => {
    const y = { shape: [3], whole: [1, -100, 0] };
    const folder = await workspace({ ...lstm(), "fc.weight": [4, 3] }, { x: [3, 2], y });
    expect(
      await trace(folder, "--target", "y.npy", "--loss", "cross-entropy", "--out", "t.safetensors"),
    ).toMatchObject({ code: 0 });
    const { tensors } = decodeSafetensors(await readFile(join(folder, "t.safetensors")));
    expect(tensors.get("grad.loss")?.data).toEqual(Float64Array.of(0.5, 0, 0.5));
    expect(tensors.get("grad.output")?.data.slice(4, 8)).toEqual(new Float64Array(4));
  });

  it("reads each sequence to its own length", async () => {
    const folder = await workspace(
      { ...lstm("rnn."), "fc.weight": [4, 3] },
      {
        x: [5, 2, 2],
        y: [5, 2, 4],
        lengths: { shape: [2], whole: [5, 3] },
        wrong: { shape: [2], whole: [5, 6] },
        many: { shape: [3], whole: [5, 3, 1] },
      },
    );
    const given = ["--target", "y.npy", "--loss", "mse", "--lengths"];
    expect(await trace(folder, ...given, "lengths.npy", "--out", "t.safetensors")).toMatchObject({
      code: 0,
    });
    const { tensors } = decodeSafetensors(await readFile(join(folder, "t.safetensors")));
    // 8 steps count; the last two of the second sequence do not.
    const share = tensors.get("grad.loss")?.data;
    expect(share?.filter((one) => one === 1 / 8)).toHaveLength(8);
    expect([share?.[7], share?.[9]]).toEqual([0, 0]);
    expect((await trace(folder, ...given, "wrong.npy")).error).toMatch(
      /sequence 1 cannot have 6 of 5/,
    );
    expect((await trace(folder, ...given, "many.npy")).error).toMatch(
      /there are 3 for 2 sequences/,
    );
  });

  it("says which nonlinearity it took when nobody says", async () => {
    const folder = await workspace({ weight_ih_l0: [3, 2], weight_hh_l0: [3, 3] }, { x: [4, 2] });
    expect((await trace(folder)).error).toMatch(/taken as tanh\. Say --nonlinearity tanh\|relu/);
    expect((await trace(folder, "--nonlinearity", "relu")).error).toBe("");
  });

  it("asks which of several networks is meant", async () => {
    const folder = await workspace({ ...lstm("a."), ...lstm("b.") }, { x: [4, 2] });
    const asked = await trace(folder);
    expect(asked).toMatchObject({ code: 1 });
    expect(asked.error).toMatch(/has 2 recurrent networks\.\nChoose one with --module: "a", "b"/);
    expect(await trace(folder, "--module", "b")).toMatchObject({ code: 0 });
  });

  it("puts several on top of each other when their names are given", async () => {
    const tensors = {
      ...lstm("lstm1."),
      ...lstm("lstm2.", 3),
      "fc.weight": [4, 3],
      "fc.bias": [4],
    };
    const folder = await workspace(tensors, { x: [4, 2], y: [4, 4] });
    const chosen = ["--module", "lstm1,lstm2", "--target", "y.npy", "--loss", "mse"];
    const { code, out } = await trace(folder, ...chosen);
    expect(code).toBe(0);
    expect(out).toContain("lstm 3 + lstm 3, 196 parameters");
    expect(out).toContain("grad.param.lstm2.weight_hh_l0 ");
    expect(out).toMatch(/layers\.1\.forward\.c +\(T,B,H\)/);
    const turned = await trace(folder, "--module", "lstm2,lstm1");
    expect(turned.error).toMatch(/"lstm1" reads 2 numbers, but "lstm2" hands on 3/);
  });

  it("reads an array of an archive by its name", async () => {
    const folder = await workspace(lstm(), { x: [4, 2] });
    const x = await readFile(join(folder, "x.npy"));
    await writeFile(join(folder, "one.npz"), zipSync({ "x.npy": x }));
    await writeFile(join(folder, "two.npz"), zipSync({ "x.npy": x, "y.npy": x }));
    const run = (input: string) => unroll(folder, "trace", "m.safetensors", "--input", input);
    expect(await run("one.npz")).toMatchObject({ code: 0 });
    expect(await run("two.npz:y")).toMatchObject({ code: 0 });
    expect((await run("two.npz")).error).toMatch(
      /two\.npz has 2 arrays.*\nThere are: two\.npz:x, two\.npz:y/,
    );
  });

  it("asks which of several linear layers is on top", async () => {
    const heads = {
      "mean.weight": [1, 3],
      "mean.bias": [1],
      "spread.weight": [1, 3],
      "spread.bias": [1],
    };
    const folder = await workspace({ ...lstm("rnn."), ...heads }, { x: [4, 2] });
    expect(await trace(folder)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/--head mean or --head spread or --head none/),
    });
    expect((await trace(folder, "--head", "spread")).out).toMatch(/output +\(T,B,O\) +\(4,1,1\)/);
    expect((await trace(folder, "--head", "none")).out).toMatch(/output +\(T,B,O\) +\(4,1,3\)/);
    expect((await trace(folder, "--head", "other")).error).toMatch(
      /no linear layer "other".*\nThese fit: mean, spread/,
    );
  });

  it.each<[string, Shapes, RegExp]>([
    [
      "no recurrent layer",
      { "fc.weight": [2, 3] },
      /has no recurrent network.*\nIt holds 1 tensors: fc\.weight/s,
    ],
    [
      "rows of no cell",
      { weight_ih_l0: [10, 2], weight_hh_l0: [10, 5] },
      /2 per unit, where an RNN has 1, a GRU 3 and an LSTM 4/,
    ],
    ["no recurrent weights", { weight_ih_l0: [12, 2] }, /layer 0 has no weight_hh/],
    [
      "a missing layer",
      { ...lstm(), weight_ih_l2: [12, 3], weight_hh_l2: [12, 3] },
      /layer 1 has no weight_ih_l1/,
    ],
    [
      "a layer number out of all proportion",
      { weight_ih_l999999999: [12, 2] },
      /counts more layers than there are/,
    ],
    [
      "layers that do not fit",
      { ...lstm(), weight_ih_l1: [12, 4], weight_hh_l1: [12, 3] },
      /layer 1 reads 4 numbers, but layer 0 hands on 3/,
    ],
    [
      "directions that do not fit",
      { ...lstm(), weight_ih_l0_reverse: [8, 2], weight_hh_l0_reverse: [8, 2] },
      /different sizes/,
    ],
    [
      "a bias that does not fit",
      { ...lstm(), bias_hh_l0: [9] },
      /bias_hh has 9 numbers for 12 rows/,
    ],
    ["no units", { weight_ih_l0: [0, 2], weight_hh_l0: [0, 0] }, /no units/],
  ])("refuses a model with %s", async (_, tensors, message) => {
    const { code, error } = await trace(await workspace(tensors, { x: [4, 2] }));
    expect(error).toMatch(message);
    expect(code).toBe(1);
  });

  it.each<[string, Parameters<typeof workspace>[1], readonly string[], RegExp]>([
    [
      "numbers per step",
      { x: [4, 3] },
      [],
      /input has the shape \(4,3\); this network reads \(T,2\) or \(T,B,2\)/,
    ],
    ["rank", { x: [4] }, [], /input has the shape \(4\)/],
    ["no step", { x: [0, 2] }, [], /has no step in it/],
    [
      "outputs",
      { x: [4, 2], y: [4, 5] },
      ["--target", "y.npy", "--loss", "mse"],
      /output has 3 numbers per step/,
    ],
    [
      "steps",
      { x: [4, 2], y: [3, 3] },
      ["--target", "y.npy", "--loss", "mse"],
      /must have \(4\), or \(\) for the last step/,
    ],
    [
      "class",
      { x: [2, 2], y: { shape: [2], whole: [0, 3] } },
      ["--target", "y.npy", "--loss", "cross-entropy"],
      /Class 3 at step 1 is outside the 3 outputs/,
    ],
    [
      "whole numbers",
      { x: [2, 2], y: [2] },
      ["--target", "y.npy", "--loss", "cross-entropy"],
      /needs whole class numbers/,
    ],
    ["loss", { x: [2, 2], y: [2, 3] }, ["--target", "y.npy"], /Say which loss/],
    [
      "cell",
      { x: [2, 2] },
      ["--cell", "gru"],
      /not a gru: layer 0 has 4 rows per unit, a gru has 3/,
    ],
    [
      "file",
      { x: [2, 2] },
      ["--target", "missing.npy", "--loss", "mse"],
      /missing\.npy: it does not exist/,
    ],
  ])("refuses what does not fit the model: %s", async (_, arrays, more, message) => {
    const { code, error } = await trace(await workspace(lstm(), arrays), ...more);
    expect(error).toMatch(message);
    expect(code).not.toBe(0);
    expect(error).not.toContain("bug");
  });

  it("reads tokens where there is an embedding, and its vectors too", async () => {
    const folder = await workspace(
      { ...lstm("rnn."), "embedding.weight": [7, 2] },
      { x: { shape: [3], whole: [6, 0, 1] }, wrong: { shape: [1], whole: [7] }, vectors: [3, 2] },
    );
    expect((await trace(folder)).out).toContain("input");
    expect((await unroll(folder, "trace", "m.safetensors", "--input", "wrong.npy")).error).toMatch(
      /Token 7 at step 0 is outside the 7/,
    );
    expect(await unroll(folder, "trace", "m.safetensors", "--input", "vectors.npy")).toMatchObject({
      code: 0,
    });
  });
});
