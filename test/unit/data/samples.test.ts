import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildSamples } from "../../../media/samples/build.mjs";
import { isConfigName } from "../../../src/config/names.ts";
import { parseConfig } from "../../../src/config/validate.ts";
import { checkAgainstData } from "../../../src/data/checkAgainstData.ts";
import { loadDataset } from "../../../src/data/dataset.ts";
import { createFileSource } from "../../../src/jobs/fileSource.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-samples-"));
  await buildSamples(join(folder, "first"));
});
afterAll(() => rm(folder, { recursive: true }));

const filesOf = async (root: string): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();

const sizeOf = async (file: string): Promise<number> =>
  (await readFile(join(folder, "first", file))).length;

/** A config of the adding problem without its name and cell. */
const withoutCell = async (cell: string): Promise<unknown> => {
  const { config } = parseConfig(
    await readFile(join(folder, "first", "adding-problem", `${cell}.unroll.json`), "utf8"),
  );
  return {
    ...config,
    name: "",
    model: { ...config?.model, layers: config?.model.layers.map(({ hidden }) => hidden) },
  };
};

describe("the sample workspaces", () => {
  it("are the same bytes however often they are made", async () => {
    await buildSamples(join(folder, "second"));
    const hashes = async (name: string): Promise<string[]> => {
      const root = join(folder, name);
      const files = await filesOf(root);
      return Promise.all(
        files.map(
          async (file) =>
            `${file} ${createHash("sha256")
              .update(await readFile(join(root, file)))
              .digest("hex")}`,
        ),
      );
    };
    expect(await hashes("second")).toEqual(await hashes("first"));
  });

  it("each explain themselves, say where they come from, and hold data", async () => {
    const files = await filesOf(join(folder, "first"));
    for (const sample of [
      "moby-dick",
      "weather",
      "prices",
      "spam",
      "adding-problem",
      "waveform",
      "dates",
      "translation",
      "folk-tunes",
      "speakers",
    ]) {
      expect(files).toContain(`${sample}/README.md`);
      expect(files).toContain(`${sample}/ATTRIBUTION.md`);
    }
    expect(files.filter(isConfigName)).toEqual([
      "adding-problem/irnn.unroll.json",
      "adding-problem/lstm.unroll.json",
      "adding-problem/rnn.unroll.json",
      "dates/reversal.unroll.json",
      "dates/unroll.json",
      "folk-tunes/unroll.json",
      "moby-dick/unroll.json",
      "prices/price.unroll.json",
      "prices/unroll.json",
      "spam/unroll.json",
      "speakers/unroll.json",
      "translation/unroll.json",
      "waveform/unroll.json",
      "weather/unroll.json",
      "weather/week.unroll.json",
    ]);
    expect(files.some((file) => file.endsWith(".mjs"))).toBe(false);
    expect(await sizeOf("spam/messages.csv")).toBeLessThan(700_000);
    expect(await sizeOf("moby-dick/moby-dick.txt")).toBeGreaterThan(250_000);
    const voices = files.filter((file) => file.endsWith(".wav"));
    expect(voices).toHaveLength(4 * 46);
    const sizes = await Promise.all(voices.map(sizeOf));
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(1_200_000);
  });

  it("have configs without a single problem, also against their data", async () => {
    const root = join(folder, "first");
    for (const name of (await filesOf(root)).filter(isConfigName)) {
      const { config, problems } = parseConfig(await readFile(join(root, name), "utf8"));
      expect(problems, name).toEqual([]);
      if (!config) throw new Error(`${name} is not valid.`);
      const sample = join(root, name, "..");
      const dataset = await loadDataset(config.data, config.training, createFileSource(sample));
      expect(checkAgainstData(config, dataset), name).toEqual([]);
      expect(dataset.validation.sequenceCount, name).toBeGreaterThan(0);
      expect(dataset.baselines.length, name).toBeGreaterThan(0);
    }
  });

  it("differ in nothing but the cell where cells are compared", async () => {
    expect(await withoutCell("rnn")).toEqual(await withoutCell("lstm"));
  });

  it("hold nobody's address", async () => {
    const messages = await readFile(join(folder, "first", "spam", "messages.csv"), "utf8");
    expect(messages.match(/[\w.]+@[\w.]+\.\w+/g)).toBeNull();
    expect(messages.match(/\b\d{3}[-. ]\d{3}[-. ]\d{4}\b/g)).toBeNull();
    expect(messages.match(/https?:\/\//g)).toBeNull();
    const labels = messages.split("\n").map((line) => line.split(",")[0]);
    expect(labels.filter((label) => label === "spam")).toHaveLength(900);
    expect(labels.filter((label) => label === "ham")).toHaveLength(900);
  });
});
