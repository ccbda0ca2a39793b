import { describe, expect, it } from "vitest";
import { lossUnit } from "../../../src/host/panels/lossUnit.ts";
import { configSchema } from "../../../src/config/schema.ts";

const table = (standardize: boolean) =>
  configSchema.parse({
    data: {
      kind: "table",
      path: "weather.csv",
      inputs: ["temperature"],
      targets: ["temperature"],
      window: 4,
      standardize,
    },
    model: { layers: [{ cell: "rnn", hidden: 2 }] },
  }).data;

describe("the unit of a run's loss", () => {
  const atEachStep = { size: 3, at: "each-step" } as const;

  it("is nats per step or per sequence, as the loss is taken", () => {
    expect(lossUnit({ loss: "cross-entropy", output: atEachStep }, undefined)).toBe(
      "cross-entropy, nats per step",
    );
    const atTheEnd = { size: 2, at: "last-step" } as const;
    expect(lossUnit({ loss: "cross-entropy", output: atTheEnd }, undefined)).toBe(
      "cross-entropy, nats per sequence",
    );
  });

  it("says when the numbers of a table were standardized", () => {
    const network = { loss: "mean-squared-error", output: atEachStep } as const;
    expect(lossUnit(network, table(true))).toBe("mean squared error, in standardized units");
    expect(lossUnit(network, table(false))).toBe("mean squared error");
    expect(lossUnit(network, undefined)).toBe("mean squared error");
  });

  it("keeps nats that are counted otherwise", () => {
    expect(lossUnit({ loss: "gaussian", output: atEachStep }, table(true))).toBe(
      "Gaussian negative log-likelihood, nats per number",
    );
  });
});
