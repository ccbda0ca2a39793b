import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { encodeSafetensors } from "../../../src/formats/safetensors.ts";
import { encodeTorchStateDict } from "../../../src/formats/torchStateDict.ts";
import { createModelSession } from "../../../src/jobs/modelSession.ts";

const folder = mkdtempSync(join(tmpdir(), "large-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A two-layer LSTM of 512 units with its head: 17 MB. */
function tensors() {
  const shapes: Readonly<Record<string, readonly number[]>> = {
    "rnn.weight_ih_l0": [2048, 512],
    "rnn.weight_hh_l0": [2048, 512],
    "rnn.weight_ih_l1": [2048, 512],
    "rnn.weight_hh_l1": [2048, 512],
    "fc.weight": [100, 512],
    "fc.bias": [100],
  };
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return [name, { shape, data: Float32Array.from({ length }, (_, k) => Math.sin(k)) }];
    }),
  );
}

it.each([
  ["model.safetensors", encodeSafetensors(tensors())],
  ["model.pt", encodeTorchStateDict(tensors())],
])("%s of 17 MB opens in under a second and takes little more than itself", async (name, bytes) => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  const held = process.memoryUsage().arrayBuffers;
  const begun = performance.now();
  const overview = await createModelSession().modelOverview({ file, answers: {} });
  expect(performance.now() - begun).toBeLessThan(1000);
  expect(overview.networks).toMatchObject([{ layers: [{ hidden: 512 }, { hidden: 512 }] }]);
  expect(process.memoryUsage().arrayBuffers - held).toBeLessThan(3 * bytes.length);
});
