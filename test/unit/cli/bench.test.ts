import { describe, expect, it } from "vitest";
import { runCli } from "../../../src/cli/cli.ts";
import { createKernels } from "../../../src/jobs/kernels.ts";

async function bench(...options: readonly string[]) {
  let out = "";
  const code = await runCli(["bench", "--seconds", "0.2", ...options], {
    out: { write: (text) => void (out += text) },
    error: { write: (text) => expect.fail(text) },
    folder: "/",
    version: "1.2.3",
    createKernels,
    onInterrupt: () => () => {},
    exit: () => expect.fail("It left early."),
  });
  expect(code).toBe(0);
  return out;
}

const small = ["--hidden", "8", "--batch", "2", "--steps", "5", "--input", "6"];

describe("unroll bench", () => {
  it.each(["rnn", "gru", "lstm"])("measures a %s in one line of JSON", async (cell) => {
    const out = await bench("--cell", cell, ...small, "--json");
    expect(out.trimEnd()).not.toContain("\n");
    const result = JSON.parse(out) as Record<string, number>;
    expect(result).toMatchObject({ cell, hidden: 8, batch: 2, steps: 5, inputs: 6, threads: 1 });
    expect(result).toMatchObject({ kernels: "simd" });
    expect(result.stepMs).toBeGreaterThan(0);
    const [low, high] = result.stepMsQuartiles as unknown as number[];
    expect(low).toBeLessThanOrEqual(result.stepMs);
    expect(high).toBeGreaterThanOrEqual(result.stepMs);
    // Tokens are what the updates went through, 2 sequences of 5 steps each. Half of the updates took at least
    // the lower quartile and a quarter the upper one, whatever else the machine does.
    const msPerUpdate = (1000 * 10) / result.tokensPerSecond;
    expect(msPerUpdate).toBeGreaterThan(0.9 * (low / 2 + high / 4));
  });

  it("really trains: the loss of its batch falls", async () => {
    const result = JSON.parse(await bench(...small, "--json")) as Record<string, number>;
    expect(result.updates).toBeGreaterThan(1);
    expect(result.lastLoss).toBeLessThan(result.firstLoss);
  });

  it("computes in plain TypeScript when asked to", async () => {
    const result = JSON.parse(await bench(...small, "--kernels", "reference", "--json"));
    expect(result).toMatchObject({ kernels: "reference" });
  });

  it("computes with 256-bit vectors when asked to, where they agree with the reference", async () => {
    const result = JSON.parse(await bench(...small, "--wide", "--json"));
    expect(result).toMatchObject({ kernels: "simd", wide: createKernels({ wide: true }).wide });
    expect(result.lastLoss).toBeLessThan(result.firstLoss);
  });

  it("says it in words", async () => {
    expect(await bench(...small)).toMatch(
      /^lstm 8, batch 2, 5 steps of 6 numbers: 566 parameters\n {2}[\d,]+ tokens per second\n/,
    );
  });
});
