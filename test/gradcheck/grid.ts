/**
 * What the grids of gradient checks are made of. The lists are the schema's own: a cell, loss, score or switch that is
 * added to it is checked without anybody writing it down, and a key that has to be given values fails by name until it is.
 */
import type { Config } from "../../src/config/schema.ts";
import { schemaTree } from "../../src/config/schemaTree.ts";
import { choicesIn, nodeIn, titleOf, type JsonObject, type Samples } from "./choices.ts";
import { allowed, prepare } from "./configured.ts";
import { checkWindows } from "./windowGradients.ts";

export const root = schemaTree();
export const layerNode = nodeIn(root, "model", "layers");

/** How weights begin changes no derivative. */
export const layerSamples: Samples = {
  hidden: [4],
  projection: [undefined, 3],
  initialization: [undefined],
  bidirectional: [undefined],
  dropout: [undefined],
  variational: [undefined],
  residual: [undefined],
};
export const cells = choicesIn(layerNode, layerSamples, "model.layers");
export const cellTitle = (cell: JsonObject): string => titleOf({ ...cell, hidden: undefined });

export const ways = { "one way": {}, "both ways": { bidirectional: true } } as const;

/** Of three steps; of three, an update after two; and neither cut at all. */
export const truncations: Readonly<Record<string, JsonObject>> = {
  "whole sequences": {},
  "windows with the state carried": { bptt: 3 },
  "windows that begin at zero": { bptt: 3, carryState: false },
  "windows that overlap": { bptt: 3, updateEverySteps: 2 },
  "overlapping windows that begin at zero": { bptt: 3, updateEverySteps: 2, carryState: false },
};

export const columns = { inputs: ["a", "b"], targets: ["c"], path: "table.csv", window: 5 };
const yesOrNo = { ...columns, targets: ["yes", "even"], standardize: false };

export interface Source {
  readonly data: JsonObject;
  readonly model?: JsonObject;
  /** Classes that its weights are of. */
  readonly labels?: readonly string[];
  /** The one loss that it is there for. */
  readonly only?: string;
}

/** Data for every loss, at each step and at the end. */
export const sources: Readonly<Record<string, Source>> = {
  text: { data: { kind: "text", path: "text.txt" }, labels: ["a", "b"] },
  "labelled text": {
    data: { kind: "labelled-text", path: "mail.csv" },
    model: { embedding: 3 },
    labels: ["x", "y"],
  },
  "classes at each step": {
    data: { kind: "synthetic", task: "parity", length: 5, examples: 3 },
    labels: ["even", "odd"],
  },
  "numbers at each step": { data: { kind: "table", ...columns } },
  "numbers at the end": {
    data: { kind: "table", ...columns, shape: "many-to-one", horizon: 2 },
  },
  "yes or no at each step": {
    data: { kind: "table", ...yesOrNo },
    only: "sigmoid-cross-entropy",
  },
  "yes or no at the end": {
    data: { kind: "table", ...yesOrNo, shape: "many-to-one" },
    only: "sigmoid-cross-entropy",
  },
  "frames with a class each": {
    data: { kind: "labelled-frames", path: "frames.jsonl", predict: "label" },
    labels: ["ab", "b"],
  },
  "a class of each frame": {
    data: { kind: "labelled-frames", path: "frames.csv", predict: "each-frame" },
    labels: ["up", "down"],
  },
  "labels without places": { data: { kind: "labelled-frames", path: "frames.jsonl" } },
};

export interface Combination {
  readonly title: string;
  readonly config: Config;
}

/** What is to be checked, without what the config refuses. */
export function combine(
  title: string,
  data: JsonObject,
  model: JsonObject,
  training: JsonObject = {},
): Combination[] {
  const validation = { share: 0 };
  const config = allowed({ data, model, training: { batch: 3, ...training, validation } });
  return config ? [{ title, config }] : [];
}

/** Normalization over a few units is so curved that central differences themselves are off. */
const toleranceFor = (title: string): number => (title.includes("layerNorm") ? 1e-6 : 2e-7);

/** Problems of all combinations, each with its title; `idle` are the parameters that may have nothing to learn. */
export async function problemsOf(
  combinations: readonly Combination[],
  cell: JsonObject,
  mayIdle: (combination: Combination, name: string) => boolean = () => false,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const combination of combinations) {
    const { title, config } = combination;
    const { model, batches } = await prepare(config);
    const { recompute } = config.training;
    const tolerance = toleranceFor(titleOf(cell));
    const found = checkWindows(model, batches, { tolerance, recompute });
    problems.push(...found.problems.map((problem) => `${title}: ${problem}`));
    const idle = found.idle.filter((name) => !mayIdle(combination, name));
    if (idle.length > 0) problems.push(`${title}: no loss depends on ${idle.join(", ")}`);
  }
  return problems;
}
