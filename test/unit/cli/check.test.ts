/** `unroll check`, with an engine that is right and with one that has a bug in its backward pass. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { runCli } from "../../../src/cli/cli.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import type * as LossModule from "../../../src/engine/losses/meanSquaredError.ts";
import { experiment } from "../jobs/trainingFixture.ts";

/** What the derivative of the loss is multiplied with: 1 is right. */
const bug = vi.hoisted(() => ({ factor: 1 }));
vi.mock("../../../src/engine/losses/meanSquaredError.ts", async (original) => {
  const { meanSquaredError } = await original<typeof LossModule>();
  const broken: typeof meanSquaredError = (output, target) => {
    const result = meanSquaredError(output, target);
    for (let k = 0; k < output.gradient.length; k++) output.gradient[k] *= bug.factor;
    return result;
  };
  return { meanSquaredError: broken };
});

async function check(...args: readonly string[]) {
  const { folder } = await experiment("table");
  let [out, error] = ["", ""];
  const code = await runCli(["check", ...args], {
    out: { write: (text) => void (out += text) },
    error: { write: (text) => void (error += text) },
    folder,
    version: "1.2.3",
    createKernels: () => referenceKernels("float32"),
    onInterrupt: () => () => undefined,
    exit: () => undefined,
  });
  return { code, out, error };
}

describe("unroll check", () => {
  afterEach(() => void (bug.factor = 1));

  it("answers 0 and a table when every gradient is right", async () => {
    const { code, out } = await check("--set", "model.layers.0.cell=gru");
    expect(code).toBe(0);
    expect(out).toMatch(/^The gradients are right/);
    expect(out).toContain("weight_hh_l0");
  });

  it("answers 1 when they are wrong, says where, and by how much in JSON", async () => {
    bug.factor = 1.001;
    const { code, out } = await check();
    expect(code).toBe(1);
    expect(out).toMatch(
      /^The gradients are WRONG in weight_ih_l0; .*layers\.0\.forward\.h0; .*input at step 0, 1/,
    );
    const { passed, parameters, initial, input, states } = JSON.parse((await check("--json")).out);
    expect(passed).toBe(false);
    for (const { worst } of [...parameters, ...initial, ...input, ...states])
      expect(worst.error).toBeCloseTo(0.001 / 1.001, 6);
    expect(await check("--tolerance", "0.01")).toMatchObject({ code: 0 });
  });

  it("answers 2 for a wrong config, and for options that contradict each other", async () => {
    expect(await check("nowhere.json")).toMatchObject({ code: 2 });
    expect(await check("--set", "model.layers.0.cell=elman")).toMatchObject({ code: 2 });
    const both = await check("--all", "--entries", "3");
    expect(both).toMatchObject({ code: 2 });
    expect(both.error).toContain("either --entries or --all");
  });
});
