import { describe, expect, it } from "vitest";
import type { FileTensor } from "../../../src/formats/fileTensor.ts";
import type { ModelAnswers } from "../../../src/models/modelContents.ts";
import { networksOfStateDict } from "../../../src/models/stateDict.ts";

const tensor = (...shape: number[]): FileTensor => {
  const length = shape.reduce((product, size) => product * size, 1);
  return { type: "float32", shape, bytes: new Uint8Array(4 * length) };
};

/** A GRU that reads `reads` numbers and hands on 4, with what else is in the file. */
function network(
  reads: number,
  more: Readonly<Record<string, FileTensor>>,
  answers?: ModelAnswers,
) {
  const tensors = new Map(
    Object.entries({
      "gru.weight_ih_l0": tensor(12, reads),
      "gru.weight_hh_l0": tensor(12, 4),
      ...more,
    }),
  );
  return networksOfStateDict(tensors, 1 << 16, answers)[0];
}

const norm = (name: string, size: number) => ({
  [`${name}.weight`]: tensor(size),
  [`${name}.bias`]: tensor(size),
});

describe("a layer normalization in a state dict", () => {
  it("lies on top where only the top is as wide, and says that it is guessed", () => {
    const { output, notes, parameters } = network(3, norm("ln", 4));
    expect(output).toEqual({ size: 4, at: "each-step", linear: false, norm: { epsilon: 1e-5 } });
    expect(notes).toEqual([expect.stringMatching(/^"ln" is taken as a layer normalization/)]);
    expect(parameters.at(-1)).toMatchObject({ name: "output.norm.bias", source: "ln.bias" });
  });

  it("lies under the network where only the bottom is as wide", () => {
    const { output, inputNorm } = network(3, norm("ln", 3));
    expect(output.norm).toBeUndefined();
    expect(inputNorm).toMatchObject({ name: "ln", epsilon: 1e-5 });
  });

  it("is asked about where both are, or several fit", () => {
    const square = network(4, norm("ln", 4));
    expect(square.output.norm).toBeUndefined();
    expect(square.questions).toEqual([{ about: "norm", choices: ["ln", "none"] }]);
    const two = network(3, { ...norm("a", 4), ...norm("b", 4) });
    expect(two.questions).toEqual([{ about: "norm", choices: ["a", "b", "none"] }]);
  });

  it("is what a person says", () => {
    const both = { ...norm("a", 4), ...norm("b", 4) };
    const { parameters, questions } = network(4, both, { norm: "b" });
    expect(questions).toEqual([]);
    expect(parameters.at(-1)?.source).toBe("b.bias");
    expect(network(3, norm("ln", 4), { norm: "none" }).output.norm).toBeUndefined();
    expect(() => network(3, norm("ln", 4), { norm: "other" })).toThrow(/These fit: ln|no norm/);
  });

  it("is no batch normalization, which is named and left out", () => {
    const { output, notes } = network(3, { ...norm("bn", 4), "bn.running_mean": tensor(4) });
    expect(output.norm).toBeUndefined();
    expect(notes).toEqual(['A trace leaves out the batch normalization "bn".']);
  });
});
