import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/validate.ts";
import { configOfModel } from "../../../src/host/models/modelConfig.ts";
import type { NetworkOverview } from "../../../src/protocol/modelContract.ts";
import type { LayerDescription } from "../../../src/trace/trace.ts";

const layer: LayerDescription = {
  cell: "lstm",
  hidden: 12,
  inputSize: 3,
  directions: ["forward"],
  projection: 6,
  peepholes: true,
  layerNorm: true,
};

const network: NetworkOverview = {
  name: "encoder.rnn",
  input: { kind: "dense", size: 3 },
  layers: [layer],
  output: { size: 2, at: "each-step" },
  parameterCount: 100,
  questions: [],
  notes: [],
};

describe("a config that goes on with a model", () => {
  it("has all that its layers are, begins with its weights, and is valid", () => {
    const text = configOfModel({
      name: "model.pt",
      path: "models/model.pt",
      network,
      networkCount: 2,
    });
    const { config, problems } = parseConfig(text);
    expect(problems).toEqual([]);
    expect(config?.model.layers).toMatchObject([
      { cell: "lstm", hidden: 12, projection: 6, peepholes: true, layerNorm: true },
    ]);
    expect(config?.training.start).toEqual({ from: "models/model.pt", module: "encoder.rnn" });
    expect(text).toContain('"only": "matching"');
  });

  it("says how to begin with weights that lie outside the workspace", () => {
    const text = configOfModel({ name: "model.pt", network, networkCount: 1 });
    const { config, problems } = parseConfig(text);
    expect(problems).toEqual([]);
    expect(config?.training.start).toBeUndefined();
    expect(text).toContain("copy the file into the workspace");
  });
});
