/** What Unroll writes, it reads again whole: the same network with the same outputs, without a question. */
import { describe, expect, it } from "vitest";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { traceNetwork } from "../../../src/jobs/tracedNetwork.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../src/formats/safetensors.ts";
import type { ModelContents, ModelNetwork } from "../../../src/models/modelContents.ts";
import { openModelFile } from "../../../src/models/openModelFile.ts";
import { writeModel } from "../../../src/models/write/writeModel.ts";
import { tensorOf } from "../../../src/trace/trace.ts";
import { sequenceFixtures } from "../fixture.ts";
import { networkCase, networkCaseNames } from "./networks.ts";

const kernels = referenceKernels("float64");

const writtenFile = (network: ModelNetwork, name: string): Uint8Array =>
  writeModel(network, name, { naming: "module", from: "A test" })[0].bytes;

const readAgain = (network: ModelNetwork, name: string): ModelContents =>
  openModelFile(writtenFile(network, name), name);

const pooling = sequenceFixtures.filter((name) => name.startsWith("pooling"));
const whole = networkCaseNames.filter(
  (name) => !sequenceFixtures.includes(name) || pooling.includes(name),
);

describe("a network, written and read again", () => {
  for (const file of ["model.safetensors", "model.pt"]) {
    for (const name of whole) {
      it(`gives the same outputs, of ${file}: ${name}`, () => {
        const { network, batch, output } = networkCase(name);
        const { networks } = readAgain(network, file);
        expect(networks).toHaveLength(1);
        const [{ input, layers, pooling: found, questions, notes, output: read }] = networks;
        expect({ input, layers, pooling: found, questions, notes, at: read.at }).toEqual({
          input: network.input,
          layers: network.layers,
          pooling: network.pooling,
          questions: [],
          notes: [],
          at: network.output.at,
        });
        const given = { batch, at: read.at, embedded: batch.input.kind === "tokens" };
        const { trace } = traceNetwork(networks[0], given, "mean-squared-error", kernels);
        const { data } = tensorOf(trace, "output");
        data.forEach((value, at) => expect(value).toBeCloseTo(output.data[at], 10));
      });
    }
  }

  it("knows its tokens, when they were written", () => {
    const { network } = networkCase("lstm-1-cross-entropy-each-step-embedding");
    const vocabulary = JSON.stringify({ tokens: ["a", "b"] });
    for (const file of ["model.safetensors", "model.pt"]) {
      const { networks, metadata } = readAgain({ ...network, vocabulary }, file);
      expect(networks[0].vocabulary).toBe(vocabulary);
      expect(Object.keys(metadata)).not.toContain("unroll.vocabulary");
    }
  });

  it("says of an encoder-decoder that it is read by halves", () => {
    const { networks } = readAgain(networkCase("bahdanau-gru").network, "model.safetensors");
    expect(networks.map(({ name }) => name).sort()).toEqual(["decoder.rnn", "rnn"]);
    for (const { notes } of networks) expect(notes.join()).toContain("half of an encoder-decoder");
  });
});

describe("metadata that somebody else wrote", () => {
  const { network } = networkCase("rnn-relu-2-mean-squared-error-each-step-dense");

  function openedWith(description: string): ModelNetwork {
    const { tensors, metadata } = decodeSafetensors(writtenFile(network, "model.safetensors"));
    const bytes = encodeSafetensors(tensors, { ...metadata, "unroll.model": description });
    return openModelFile(bytes, "model.safetensors").networks[0];
  }

  it("change nothing where they are no description, or of other layers", () => {
    for (const odd of ["", "{", "null", "[]", '"text"', '{"layers": 3}']) {
      const { layers, parameters } = openedWith(odd);
      expect(layers.map(({ nonlinearity }) => nonlinearity)).toEqual(["tanh", "tanh"]);
      expect(parameters).toHaveLength(network.parameters.length);
    }
    const other = openedWith('{"layers": [{"cell": "gru", "hidden": 7, "inputSize": 4}]}');
    expect(other.notes).toContain(
      "Its metadata describe other layers than its tensors are, and are not used.",
    );
  });

  it("cannot make a network of sizes that its tensors do not have", () => {
    const layers = network.layers.map((layer) => ({
      ...layer,
      residual: true,
      peepholes: true,
      layerNorm: true,
      projection: 1e9,
      reset: "before",
      nonlinearity: "sin",
    }));
    const read = openedWith(
      JSON.stringify({
        layers,
        pooling: { size: 1e9 },
        input: { kind: "tokens", vocabulary: 1e9 },
      }),
    );
    expect(read.layers).toEqual([
      { ...network.layers[0], nonlinearity: "tanh" },
      { ...network.layers[1], nonlinearity: "tanh" },
    ]);
    expect(read.pooling).toBeUndefined();
    expect(read.input).toEqual(network.input);
  });
});
