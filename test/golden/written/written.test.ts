/**
 * What the writers write, without the libraries that read it; CHECKED.md is what those said (checkWritten.py). A change
 * of the bytes shows here, and asks for the check to be run again.
 */
import { unzipSync } from "fflate/browser";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { decodeSafetensors } from "../../../src/formats/safetensors.ts";
import type { ModelNetwork } from "../../../src/models/modelContents.ts";
import { writeModel } from "../../../src/models/write/writeModel.ts";
import { networkCase } from "./networks.ts";

const options = { naming: "module", from: "A test" } as const;
const networkNamed = (name: string): ModelNetwork => networkCase(name).network;
const lstm = (): ModelNetwork => networkNamed("bidirectional-lstm-2-huber-each-step-dense");

describe("a written state dict", () => {
  const [{ bytes }] = writeModel(lstm(), "model.pt", options);
  const files = unzipSync(bytes);

  it("is PyTorch's archive: a pickle that names the tensors, and their bytes", () => {
    const { parameters } = lstm();
    expect(Object.keys(files).slice(0, 3)).toEqual([
      "archive/data.pkl",
      "archive/byteorder",
      "archive/data/0",
    ]);
    const pickle = new TextDecoder("latin1").decode(files["archive/data.pkl"]);
    for (const { name } of parameters) {
      expect(pickle).toContain(name.startsWith("output") ? name : `rnn.${name}`);
    }
    const stored = new Float64Array(new Uint8Array(files["archive/data/1"]).buffer);
    expect([...stored]).toEqual([...parameters[1].data]);
  });

  it("calls nothing but what torch.load(weights_only=True) allows", () => {
    const pickle = new TextDecoder("latin1").decode(files["archive/data.pkl"]);
    const globals = new Set(
      [...pickle.matchAll(/c([\w.]+)\n(\w+)\n/g)].map(([, ...path]) => path.join(".")),
    );
    expect([...globals].sort()).toEqual([
      "collections.OrderedDict",
      "torch.DoubleStorage",
      "torch._utils._rebuild_tensor_v2",
    ]);
  });

  it("has its numbers where they can be mapped: at multiples of 64 bytes", () => {
    const last = files["archive/data/3"];
    const text = new TextDecoder("latin1").decode(bytes);
    const start = text.indexOf(new TextDecoder("latin1").decode(last));
    expect(start % 64).toBe(0);
  });
});

describe("a written safetensors file", () => {
  it("has the parameters, and says of the network what their shapes do not tell", () => {
    const network = networkNamed("gru-before-2-mean-squared-error-each-step-dense");
    const [{ bytes }] = writeModel(network, "model.safetensors", { ...options, naming: "source" });
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect([...tensors.keys()].sort()).toEqual(network.parameters.map(({ name }) => name).sort());
    expect(JSON.parse(metadata["unroll.model"])).toMatchObject({
      layers: [{ cell: "gru", reset: "before" }, { reset: "before" }],
    });
  });
});

describe("a written Python file", () => {
  for (const name of [
    "residual-bidirectional-lstm-last-step",
    "gru-before-1-cross-entropy-each-step-embedding",
    "rnn-relu-2-cross-entropy-last-step-one-hot",
  ]) {
    it(`reads as a person would write it: ${name}`, async () => {
      const [{ bytes }, weights] = writeModel(networkNamed(name), `${name}.py`, options);
      expect(weights.name).toBe(`${name}.pt`);
      await expect(new TextDecoder().decode(bytes)).toMatchFileSnapshot(`expected/${name}.py`);
    });
  }

  it("keeps a name in its place, whatever the name holds", () => {
    const [{ bytes }] = writeModel(lstm(), "model.py", { ...options, from: 'x"""\nimport os' });
    expect(new TextDecoder().decode(bytes)).toMatch(/^"""x''' import os: 2 recurrent/);
  });
});

describe("what cannot be written", () => {
  it("is refused with the endings that there are", () => {
    expect(() => writeModel(lstm(), "model.h5", options)).toThrow(UserError);
    expect(() => writeModel(lstm(), "model.h5", options)).toThrow(
      'cannot be written as "model.h5"',
    );
  });

  it("is a network that cannot be run here, and one that torch.nn has no layer for", () => {
    const network = lstm();
    const odd: ModelNetwork = { ...network, untraceable: "its gates are hard sigmoids." };
    expect(() => writeModel(odd, "model.onnx", options)).toThrow("its gates are hard sigmoids.");
    expect(writeModel(odd, "model.pt", options)).toHaveLength(1);
    const layers = network.layers.map((layer) => ({ ...layer, directions: ["reverse"] as const }));
    const backwards: ModelNetwork = { ...network, layers };
    expect(() => writeModel(backwards, "model.py", options)).toThrow("backwards only");
  });

  it("is a layer that the other framework does not have, unless only the weights are kept", () => {
    const network = lstm();
    const layers = network.layers.map((layer) => ({ ...layer, peepholes: true }));
    const odd: ModelNetwork = { ...network, layers };
    expect(() => writeModel(odd, "model.onnx", options)).toThrow(
      'ONNX has no recurrent layer with "peepholes".',
    );
    expect(() => writeModel(odd, "model.py", options)).toThrow('with "peepholes"');
    expect(writeModel(odd, "model.safetensors", options)).toHaveLength(1);
  });
});
