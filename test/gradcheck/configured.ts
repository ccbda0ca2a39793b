/** Small networks and data as a config describes them, through everything that a training goes through before its first batch. */
import { parseConfig } from "../../src/config/validate.ts";
import type { Config } from "../../src/config/schema.ts";
import { createBatcher } from "../../src/data/batcher.ts";
import { loadDataset } from "../../src/data/dataset.ts";
import { specOf } from "../../src/data/spec.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { createModel, type Model } from "../../src/engine/model.ts";
import { createRandom } from "../../src/engine/rng.ts";
import type { Batch } from "../../src/trace/batch.ts";
import { memoryFiles } from "../unit/data/builders.ts";
import type { JsonObject } from "./choices.ts";

// Nowhere near 0 in all columns at once, where a layer's normalization would be as curved as can be.
const wave = (t: number): string =>
  [0, 1, 2].map((k) => Math.sin(t * (k + 1.3) + k + 1).toFixed(3)).join();
const rows = Array.from({ length: 9 }, (_, t) => `${wave(t)},${t % 3 === 0 ? 1 : 0},${t % 2}`);

const frames = [
  [5, "ab"],
  [4, "b"],
  [6, "bb"],
] as const;
const utterances = frames.map(([steps, label]) =>
  JSON.stringify({
    frames: Array.from({ length: steps }, (_, t) => [Math.sin(t + 1), t % 3]),
    label,
  }),
);

/** Three sequences, of which every other frame goes down and one has no label. */
const frameRows = Array.from({ length: 12 }, (_, row) => {
  const label = row === 4 ? "" : ["up", "down"][row % 2];
  return `${"abc"[row % 3]},${label},${Math.cos(row).toFixed(3)},${Math.sin(3 * row).toFixed(3)}`;
});

/** What the data of the grid reads. */
const files = memoryFiles({
  "text.txt": "abca bcab cabb acb",
  "mail.csv": "text,label\na b c d e,x\nc b,y\ne d a c,z\n",
  "pairs.csv": "source,target\nabc,dd\nc,efd\nabca,f\n",
  "table.csv": `a,b,c,yes,even\n${rows.join("\n")}\n`,
  "frames.jsonl": utterances.join("\n"),
  "frames.csv": `sequence,label,x,y\n${frameRows.join("\n")}\n`,
});

/** Undefined where the config is refused. Throws an Error for one that is no config at all. */
export function allowed(json: JsonObject): Config | undefined {
  const { config, problems } = parseConfig(JSON.stringify(json));
  const misspelt = problems.find(({ source }) => source !== "meaning");
  if (misspelt) throw new Error(`${JSON.stringify(json)}: ${misspelt.message}`);
  return config;
}

/** The network, and the batches of an epoch in order. */
export async function prepare(config: Config): Promise<{ model: Model; batches: Batch[] }> {
  const { data, training } = config;
  const dataset = await loadDataset(data, training, files);
  const { batch, bptt, updateEverySteps, carryState } = training;
  const batcher = createBatcher(dataset.training, { batch, bptt, updateEverySteps, carryState });
  batcher.startEpoch();
  const batches: Batch[] = [];
  for (let next = batcher.next(); next; next = batcher.next()) {
    // The next one is written over it.
    batches.push(inDoubles(structuredClone(next)));
  }
  const kernels = referenceKernels("float64");
  const model = createModel(specOf(config, dataset), { kernels, random: createRandom(5) });
  enliven(model);
  return { model, batches };
}

/** Numbers that can be moved by little. */
const inDoubles = (batch: Batch): Batch =>
  batch.input.kind === "dense"
    ? { ...batch, input: { kind: "dense", values: Float64Array.from(batch.input.values) } }
    : batch;

/** Larger than they begin in training, so that no gradient drowns in rounding; and relus that are not dead. */
function enliven({ parameters }: Model): void {
  for (const { name, value } of parameters) {
    if (name.startsWith("layer_norm")) continue;
    for (let k = 0; k < value.length; k++) value[k] *= 1.5;
    if (/^(decoder\.)?bias_ih/.test(name)) for (let k = 0; k < value.length; k++) value[k] += 0.3;
  }
}
