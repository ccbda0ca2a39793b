/** Small trainings of every kind of data, and what they left behind. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createPauseGate, type PauseGate } from "../../../src/jobs/pauseGate.ts";
import type { TrainingRequest } from "../../../src/jobs/trainingSetup.ts";
import { readCheckpoint } from "../../../src/runs/checkpoint.ts";
import { readMetrics } from "../../../src/runs/metrics.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

type JsonRecord = Record<string, unknown>;

/** Merged into the config, key by key. */
export interface ConfigChanges {
  readonly model?: JsonRecord;
  readonly training?: JsonRecord;
  readonly data?: JsonRecord;
}

const words = "the cat sat on the mat and the dog ran to the log while a bird sang in the fog ";

const labelled = Array.from({ length: 40 }, (_, i) =>
  i % 2 === 0 ? `"buy cheap gold ${i % 7}",spam` : `"see you at ${i % 5} then my friend",ham`,
);

const weather = Array.from(
  { length: 120 },
  (_, day) => `day ${day},${(10 + 8 * Math.sin(day / 6)).toFixed(2)},${(day % 7).toFixed(1)}`,
);

const frames = Array.from({ length: 24 }, (_, i) => {
  const label = ["ab", "b", "aa"][i % 3];
  const frame = (t: number): number[] => [Math.sin(i + t), Number(label.charAt(t >> 1) === "a")];
  return JSON.stringify({ frames: Array.from({ length: 4 + (i % 3) }, (_, t) => frame(t)), label });
});

/** Which way something moves: three devices, seven sequences of each, one row for each frame. */
const movements = Array.from({ length: 21 }, (_, i) =>
  Array.from({ length: 5 + (i % 4) }, (_, t) => {
    const side = i % 2 === 0 ? "left" : "right";
    const speed = (i % 2 === 0 ? -1 : 1) * (1 + Math.sin(i + t) / 2);
    return `${i},${side},device ${i % 3},${speed.toFixed(3)},${Math.cos(i * t).toFixed(3)}`;
  }),
).flat();

/** Of different lengths on both sides. */
const pairs = Array.from({ length: 30 }, (_, i) => {
  const source = "abcd".repeat(2).slice(i % 5, (i % 5) + 1 + (i % 4));
  return `${source},${source.toUpperCase().slice(i % 2)}${i % 3}`;
});

export const kinds = {
  "text, state carried": {
    files: { "text.txt": words.repeat(6) },
    data: { kind: "text", path: "text.txt" },
    training: { bptt: 5, batch: 3, carryState: true },
  },
  "text, state not carried": {
    files: { "text.txt": words.repeat(6) },
    data: { kind: "text", path: "text.txt", level: "word" },
    training: { bptt: 4, batch: 2, carryState: false },
  },
  "labelled text": {
    files: { "mail.csv": `text,label\n${labelled.join("\n")}\n` },
    data: { kind: "labelled-text", path: "mail.csv" },
    training: { batch: 5 },
  },
  "labelled text, truncated": {
    files: { "mail.csv": `text,label\n${labelled.join("\n")}\n` },
    data: { kind: "labelled-text", path: "mail.csv" },
    training: { batch: 5, bptt: 2 },
  },
  "texts of classes": {
    files: { "mail.csv": `text,label\n${labelled.join("\n")}\n` },
    data: { kind: "labelled-text", path: "mail.csv", predict: "text", condition: "initial-state" },
    training: { batch: 5 },
  },
  table: {
    files: { "weather.csv": `date,temperature,rain\n${weather.join("\n")}\n` },
    data: {
      kind: "table",
      path: "weather.csv",
      inputs: ["temperature", "rain"],
      targets: ["temperature"],
      window: 8,
    },
    training: { batch: 6, bptt: 5 },
  },
  pairs: {
    files: { "pairs.csv": `source,target\n${pairs.join("\n")}\n` },
    data: { kind: "pairs", path: "pairs.csv" },
    training: { batch: 7, scheduledSampling: { updates: 20 } },
    model: {
      embedding: 3,
      layers: [{ cell: "gru", hidden: 2, bidirectional: true }],
      decoder: {
        embedding: 3,
        layers: [{ cell: "lstm", hidden: 4, dropout: 0.2 }],
        attention: { score: "additive", size: 3 },
      },
    },
  },
  "adding problem": {
    files: {},
    data: { kind: "synthetic", task: "adding", length: 8, examples: 40 },
    training: { batch: 7 },
  },
  "labelled frames": {
    files: { "speech.jsonl": frames.join("\n") },
    data: { kind: "labelled-frames", path: "speech.jsonl" },
    training: { batch: 4 },
  },
  "frames with a class each": {
    files: { "moves.csv": `sequence,label,device,x,y\n${movements.join("\n")}\n` },
    data: { kind: "labelled-frames", path: "moves.csv", predict: "label", group: "device" },
    training: { batch: 4 },
  },
  "a class of each frame": {
    files: { "moves.csv": `sequence,label,device,x,y\n${movements.join("\n")}\n` },
    data: {
      kind: "labelled-frames",
      path: "moves.csv",
      predict: "each-frame",
      inputs: ["x", "y"],
    },
    training: { batch: 4, bptt: 3 },
  },
  "labels without places": {
    files: {},
    data: { kind: "synthetic", task: "phonemes", length: 20, examples: 20 },
    training: { batch: 4 },
  },
} as const satisfies Record<
  string,
  {
    files: Record<string, string>;
    data: JsonRecord;
    training: JsonRecord;
    model?: JsonRecord;
  }
>;

export type Kind = keyof typeof kinds;

/** A workspace with the data and the config; what comes back is a request to train it. */
export async function experiment(
  kind: Kind = "adding problem",
  changes: ConfigChanges = {},
): Promise<TrainingRequest & { readonly folder: string }> {
  const { files, data, training, ...more } = kinds[kind];
  const text = JSON.stringify({
    name: kind,
    data: { ...data, ...changes.data },
    model: {
      layers: [
        { cell: "lstm", hidden: 5 },
        { cell: "gru", hidden: 4 },
      ],
      ...("model" in more ? more.model : {}),
      ...changes.model,
    },
    training: { epochs: 3, ...training, ...changes.training },
  });
  const folder = await temporaryFolder({ ...files, "unroll.json": text });
  return { configFile: join(folder, "unroll.json"), text, folder };
}

/** Aborts after so many batches, of training or validation: the gate is passed once after each. */
export function stopAfter(batches: number): { signal: AbortSignal; pauseGate: PauseGate } {
  const controller = new AbortController();
  const gate = createPauseGate();
  let passed = 0;
  const pauseGate: PauseGate = {
    ...gate,
    get paused() {
      // Passed once before the first batch.
      if (passed++ >= batches) controller.abort();
      return false;
    },
  };
  return { signal: controller.signal, pauseGate };
}

/** Everything that a run left which does not depend on the clock. */
export async function remains(runFolder: string) {
  const { training, ...last } = await readCheckpoint(runFolder, "last");
  const { rows } = await readMetrics(runFolder);
  return {
    files: (await readdir(runFolder)).sort((a, b) => a.localeCompare(b)),
    last,
    progress: { ...training, elapsedMs: 0 },
    best: await readCheckpoint(runFolder, "best"),
    rows: rows.map((row) => ({ ...row, elapsedMs: 0, stepsPerSecond: undefined })),
  };
}
