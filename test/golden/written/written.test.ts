/**
 * What the writers write, without the libraries that read it; CHECKED.md is what those said (checkWritten.py). A change
 * of the bytes shows here, and asks for the check to be run again.
 */
import { unzipSync } from "fflate/browser";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import { decodeSafetensors } from "../../../src/formats/safetensors.ts";
import type { ModelNetwork } from "../../../src/models/modelContents.ts";
import type { OutputMeaning } from "../../../src/models/write/outputMeaning.ts";
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

function pythonThatMeans(meaning: OutputMeaning): string {
  const [{ bytes }] = writeModel(lstm(), "model.py", { ...options, meaning });
  return new TextDecoder().decode(bytes);
}

describe("a written Python file", () => {
  for (const name of [
    "residual-bidirectional-lstm-last-step",
    "gru-before-1-cross-entropy-each-step-embedding",
    "rnn-relu-2-cross-entropy-last-step-one-hot",
    "variant-bidirectional-lstm-peepholes-projection-layer-norm-2-mean-squared-error-each-step-dense",
    "condition-lstm-2-peepholes",
    "pooling-lstm-bidirectional",
    "bahdanau-lstm-2-residual",
    "luong-dot-gru-2-residual-context",
  ]) {
    it(`reads as a person would write it: ${name}`, async () => {
      const [{ bytes }, weights] = writeModel(networkNamed(name), `${name}.py`, options);
      expect(weights.name).toBe(`${name}.pt`);
      await expect(new TextDecoder().decode(bytes)).toMatchFileSnapshot(`expected/${name}.py`);
    });
  }

  it("says what outputs stand for, where their shape does not tell", () => {
    expect(pythonThatMeans({ kind: "labels", blank: 4 })).toContain("def labels(output, blank=4):");
    expect(pythonThatMeans({ kind: "gaussian" })).toContain("def distribution(output):");
  });

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

  it("is in ONNX a layer that it does not have, and a decoder, unless only the weights are kept", () => {
    const refused: Readonly<Record<string, string>> = {
      "variant-lstm-layer-norm-1-cross-entropy-each-step-embedding":
        'ONNX has no recurrent layer with "layerNorm".',
      "variant-lstm-projection-1-cross-entropy-each-step-embedding":
        'ONNX has no recurrent layer with "projection".',
      "bahdanau-gru": "A decoder goes on until it has written an end",
    };
    for (const [name, reason] of Object.entries(refused)) {
      const network = networkNamed(name);
      expect(() => writeModel(network, "model.onnx", options)).toThrow(reason);
      expect(writeModel(network, "model.safetensors", options)).toHaveLength(1);
    }
  });

  it("is everywhere what a later version says of a layer", () => {
    const network = lstm();
    const layers = network.layers.map((layer) => ({ ...layer, zoneout: 0.1 }));
    expect(() => writeModel({ ...network, layers }, "model.py", options)).toThrow(
      'PyTorch has no recurrent layer with "zoneout".',
    );
    const translator = networkNamed("bahdanau-gru");
    const { attention } = translator.decoder ?? {};
    const decoder = translator.decoder && {
      ...translator.decoder,
      attention: attention && { ...attention, window: 3 },
    };
    const odd = { ...translator, ...(decoder && { decoder }) };
    expect(() => writeModel(odd, "model.py", options)).toThrow('A decoder with "window"');
  });
});
