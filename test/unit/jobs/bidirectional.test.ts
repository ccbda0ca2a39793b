/** A network that reads both ways, from its config to its traces. */
import { describe, expect, it } from "vitest";
import { forward, readTrace } from "../../../src/engine/bptt.ts";
import { createKernels } from "../../../src/jobs/kernels.ts";
import { forecast } from "../../../src/jobs/forecast.ts";
import { loadRun, networkOf } from "../../../src/jobs/loadedRun.ts";
import { train } from "../../../src/jobs/train.ts";
import { readMetrics } from "../../../src/runs/metrics.ts";
import { readRun } from "../../../src/runs/runFolder.ts";
import { buildBatch, buildPass } from "../../gradcheck/smallNetwork.ts";
import { experiment, remains, stopAfter } from "./trainingFixture.ts";

const layers = [
  { cell: "gru", hidden: 5, bidirectional: true },
  { cell: "lstm", hidden: 4, bidirectional: true },
];

describe("a bidirectional network", () => {
  it("learns with the kernels that train, is resumed bit for bit, and loads under PyTorch's names", async () => {
    const request = await experiment("labelled text", {
      model: { layers },
      training: { epochs: 8, optimizer: { kind: "adam", learningRate: 0.03 } },
    });
    const through = await train(request);
    const { rows } = await readMetrics(through.runFolder);
    const losses = rows.flatMap(({ trainLoss }) => trainLoss ?? []);
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
    expect((await readRun(through.runFolder)).record.model.layers[1]).toMatchObject({
      inputSize: 10,
      directions: ["forward", "reverse"],
    });

    const stopped = await train(request, stopAfter(11));
    const resumed = await train({ ...request, resume: stopped });
    expect(await remains(resumed.runFolder)).toEqual(await remains(through.runFolder));

    const model = networkOf(await loadRun(through.runFolder, "last"), createKernels());
    expect(model.parameters.map(({ name }) => name)).toContain("weight_hh_l1_reverse");
    const batch = buildBatch(model, { lengths: [4] });
    const pass = buildPass(model, batch);
    forward(pass, batch);
    expect([...readTrace(pass).tensors.keys()]).toContain("layers.1.reverse.c0");
  });

  it("says that it cannot forecast step by step", async () => {
    const request = await experiment("table", {
      model: { layers },
      data: { shape: "many-to-one" },
      training: { epochs: 1, bptt: "full" },
    });
    const { runFolder } = await train(request);
    const loaded = await loadRun(runFolder, "last");
    const asked = { steps: 1, workspaceFolders: [] };
    await expect(forecast(loaded, asked, createKernels())).rejects.toThrow(
      "A network that also reads backwards cannot go on step by step.",
    );
  });
});
