import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "../../../src/cli/cli.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { decodeSafetensors, type StoredTensor } from "../../../src/formats/safetensors.ts";
import { disagreement } from "../../gradcheck/differences.ts";
import { temporaryFolder } from "../../unit/jobs/temporaryFolder.ts";

const fixtures = new URL("stateDicts/", import.meta.url).pathname;
const names = readdirSync(fixtures)
  .filter((file) => file.endsWith(".model.safetensors"))
  .map((file) => file.replace(".model.safetensors", ""))
  .sort();

const read = (file: string) => decodeSafetensors(new Uint8Array(readFileSync(file)));

/** Relative to the largest entry of each tensor. */
const tolerances: Readonly<Record<string, number>> = { float64: 1e-9, float32: 1e-5 };

async function trace(name: string, more: readonly string[]): Promise<string> {
  const out = join(await temporaryFolder(), "trace.safetensors");
  let said = "";
  const write = (text: string) => void (said += text);
  const args = ["trace", `${name}.model.safetensors`, "--input", `${name}.input.npy`, "--out", out];
  const code = await runCli([...args, ...more], {
    out: { write },
    error: { write },
    folder: fixtures,
    version: "0",
    createKernels: () => referenceKernels("float32"),
    onInterrupt: () => () => {},
    exit: () => {},
  });
  expect(code, said).toBe(0);
  return out;
}

describe("a bare PyTorch state dict, traced on the command line", () => {
  it("has a fixture of every cell in either precision", () => {
    for (const cell of ["rnn", "lstm", "gru"]) {
      expect(names.filter((name) => name.startsWith(cell)).length).toBeGreaterThan(3);
    }
  });

  it.each(names)("%s: every tensor and gradient as PyTorch has it, and no other", async (name) => {
    const expected = read(join(fixtures, `${name}.expected.safetensors`));
    const { metadata } = expected;
    const file = await trace(name, [
      "--target",
      `${name}.target.npy`,
      ...metadata.arguments.split("\n"),
    ]);
    const found = read(file);
    const tolerance = tolerances[metadata.precision];
    const problems = [...expected.tensors].map(([key, wanted]) =>
      compare(key, found.tensors.get(key), wanted, tolerance),
    );
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
    const extra = [...found.tensors.keys()].filter((key) => !expected.tensors.has(key));
    // PyTorch has no dL/d of the rows that its mean has summed up.
    expect(extra).toEqual(["grad.loss"]);
    expect(Number(found.metadata["unroll.loss"])).toBeCloseTo(Number(metadata.loss), 6);
  });

  it("has no gradient without a target", async () => {
    const keys = [...read(await trace("lstm-head", [])).tensors.keys()];
    expect(keys).toContain("layers.0.forward.o");
    expect(keys.filter((key) => key.startsWith("grad.") || key === "loss")).toEqual([]);
  });
});

function compare(
  key: string,
  found: StoredTensor | undefined,
  wanted: StoredTensor,
  tolerance: number,
): string | undefined {
  if (!found) return `${key} is not in the trace`;
  if (found.shape.join() !== wanted.shape.join()) {
    return `${key} has shape (${found.shape.join()}) instead of (${wanted.shape.join()})`;
  }
  if (/^layers.*[hc]0$/.test(key)) {
    return reals(found).every((value) => value === 0) ? undefined : `${key} does not begin at zero`;
  }
  return disagreement(key, found.shape, reals(found), reals(wanted), tolerance);
}

function reals({ data }: StoredTensor): Float64Array {
  if (data instanceof BigInt64Array) throw new Error("Not real numbers.");
  return Float64Array.from(data);
}
