import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { openSafetensors } from "../../../src/formats/safetensors.ts";
import { realsOf } from "../../../src/formats/fileTensor.ts";
import { batchOfArrays } from "../../../src/jobs/modelBatch.ts";
import { chosenNetwork, readModelFile } from "../../../src/jobs/modelFile.ts";
import { traceNetwork } from "../../../src/jobs/tracedNetwork.ts";
import { readKerasFunctions } from "../../../src/models/keras/kerasFunctions.ts";
import type { ModelAnswers } from "../../../src/models/modelContents.ts";
import type { Real } from "../../../src/trace/trace.ts";
import { disagreement } from "../../gradcheck/differences.ts";

const folder = new URL("keras/", import.meta.url).pathname;
const open = (file: string, answers: ModelAnswers = {}) =>
  readModelFile(join(folder, file), answers);

const fixtureOf = (file: string): string =>
  join(folder, `${file.replace(/\.(keras|weights\.h5|h5)$/, "")}.safetensors`);

/** Files with what Keras computed beside them; those that cannot be run, or only in part, are looked at below. */
const files = readdirSync(folder)
  .filter((file) => /\.(keras|h5)$/.test(file) && existsSync(fixtureOf(file)))
  .filter(
    (file) =>
      !/^(merged-top|no-recurrence|(bidirectional-embedding|normed-both)\.weights)/.test(file),
  )
  .sort();

async function trace(file: string) {
  const network = chosenNetwork(await open(file), undefined);
  const { tensors } = openSafetensors(new Uint8Array(readFileSync(fixtureOf(file))));
  const [input, output] = ["input", "output"].map((name) => tensors.get(name));
  if (!input || !output) throw new Error("The fixture is not whole.");
  const batch = batchOfArrays(network, { input, loss: "mean-squared-error", batchFirst: true });
  const traced = traceNetwork(network, batch, "mean-squared-error", referenceKernels("float64"));
  return { found: traced.trace.tensors.get("output"), wanted: output };
}

/** Each row of `width` without its mean: where a softmax follows, logits are known up to a constant. */
function centred(values: Real, width: number): Float64Array {
  const out = Float64Array.from(values);
  for (let from = 0; from < out.length; from += width) {
    const row = out.subarray(from, from + width);
    const mean = row.reduce((sum, one) => sum + one, 0) / width;
    for (let k = 0; k < width; k++) row[k] -= mean;
  }
  return out;
}

/** Steps in the opposite order, in place. */
function turn(values: Real, steps: number): void {
  const width = values.length / steps;
  const before = values.slice();
  for (let t = 0; t < steps; t++) {
    values.set(before.subarray(t * width, (t + 1) * width), (steps - 1 - t) * width);
  }
}

/** By what they are called, with their numbers. */
const parameters = async (file: string) =>
  chosenNetwork(await open(file), undefined).parameters.map(({ source, data }) => [
    source,
    [...data],
  ]);

describe("Keras models agree with Keras", () => {
  it("has a file of every cell, every kind of file and every wrapper", () =>
    expect(files).toHaveLength(29));

  it.each(files)("%s", async (file) => {
    const { found, wanted } = await trace(file);
    if (!found) throw new Error("The trace has no output.");
    // Weights alone do not say that only the last step is handed on.
    const steps = found.shape.length - wanted.shape.length === 1 ? found.shape[0] : 1;
    const width = wanted.shape[wanted.shape.length - 1];
    const last = found.data.subarray((found.data.length / steps) * (steps - 1));
    const softmax = file.startsWith("gru-reset");
    // Keras hands these steps on last one first.
    if (file.startsWith("turned-each")) turn(last, wanted.shape[0]);
    const values = softmax ? centred(last, width) : last;
    const expected = softmax ? centred(realsOf(wanted), width) : realsOf(wanted);
    expect(disagreement("output", wanted.shape, values, expected, 1e-5)).toBeUndefined();
  });

  it.each(["lstm-dense", "gru-reset-after", "gru-reset-before", "bidirectional-embedding"])(
    "%s has the same parameters however it was saved",
    async (name) => {
      const [archive, whole, weights] = await Promise.all(
        [".keras", ".h5", ".weights.h5"].map(async (kind) => {
          const { parameters, layers } = chosenNetwork(await open(name + kind), undefined);
          return {
            layers,
            parameters: parameters.map(({ name, shape, data }) => [name, shape, [...data]]),
          };
        }),
      );
      expect(whole).toEqual(archive);
      expect(weights).toEqual(archive);
    },
  );

  it.each(["chunked.h5", "latest.h5", "keras-2.h5"])(
    "%s: as HDF5 and Keras 2 can also write it",
    async (file) => {
      expect(await parameters(file)).toEqual(await parameters("lstm-dense.h5"));
    },
  );
});

describe("what a Keras file says", () => {
  it("is told in our terms", async () => {
    const { title, networks } = await open("bidirectional-embedding.keras");
    expect(title).toMatch(/^Keras 3\.\d+\.\d+$/);
    expect(networks).toMatchObject([
      {
        name: "bidirectional",
        input: { kind: "tokens", vocabulary: 7, embedding: 4 },
        layers: [
          { cell: "lstm", hidden: 3, inputSize: 4, directions: ["forward", "reverse"] },
          {
            cell: "gru",
            hidden: 2,
            inputSize: 6,
            reset: "after",
            directions: ["forward", "reverse"],
          },
        ],
        output: { size: 6, at: "last-step" },
        batchFirst: true,
      },
    ]);
    expect(networks[0].parameters.map(({ source }) => source)).toContain(
      "bidirectional_1.weight_hh_reverse",
    );
  });

  it("names what it leaves out", async () => {
    const [softmax] = (await open("gru-reset-after.keras")).networks;
    expect(softmax.notes).toEqual([
      expect.stringMatching(/^A softmax follows: a trace holds the logits/),
    ]);
    const [graph] = (await open("functional.keras")).networks;
    expect(graph.notes).toEqual([]);
    expect(graph.output).toEqual({ size: 2, at: "each-step", norm: { epsilon: 0.001 } });
    const [normed] = (await open("normed.keras")).networks;
    expect(normed.notes).toEqual([
      expect.stringMatching(/^What is fed goes through the layer norm/),
    ]);
    const weights = await open("lstm-dense.weights.h5");
    expect(weights.notes).toEqual([expect.stringContaining("without a config")]);
    const bare = await open("normed-both.weights.h5");
    expect(bare.notes[1]).toBe(
      'A trace leaves out "layer_normalization", "layer_normalization_1": the file does not say where they lie.',
    );
    const none = await open("no-recurrence.h5");
    expect(none.networks).toEqual([]);
    expect(none.notes).toEqual([expect.stringContaining("Its layers: InputLayer, Dense.")]);
  });

  it("has Keras 2's hard sigmoid in a file of Keras 2, which is another than Keras 3's", async () => {
    const [{ layers }] = (await open("hard.keras")).networks;
    expect(layers[0].functions?.gate).toEqual({ name: "hard-sigmoid", alpha: 1 / 6, beta: 0.5 });
    const config = { recurrent_activation: "hard_sigmoid" };
    expect(readKerasFunctions(config, "lstm", "2.11.0").functions?.gate.alpha).toBe(0.2);
    expect(readKerasFunctions({ activation: "mish" }, "lstm", "3.0").untraceable).toMatch(/mish/);
  });

  it("tells when a trace has the steps in another order than Keras", async () => {
    const [network] = (await open("turned-each.keras")).networks;
    expect(network.layers.map(({ directions }) => directions)).toEqual([
      ["reverse"],
      ["forward", "reverse"],
    ]);
    expect(network.notes).toEqual([expect.stringMatching(/opposite order/)]);
  });

  it("may be what cannot be run", async () => {
    await expect(trace("merged-top.keras")).rejects.toThrow(/merges its directions by "mul"/);
  });
});
