/** A debuggee without files and jobs: small networks with seeded weights that read a text or a table. */
import { backward, createPass, forward, readTrace, zeroGradients } from "../../src/engine/bptt.ts";
import type { LayerConfig } from "../../src/config/schema.ts";
import { referenceKernels } from "../../src/engine/kernels/reference.ts";
import { createModel, type Model, type ModelSpec } from "../../src/engine/model.ts";
import { createRandom } from "../../src/engine/rng.ts";
import { softmax } from "../../src/engine/sampling.ts";
import type {
  Debuggee,
  DebugCursor,
  Program,
  ProgramEdit,
  StepReading,
} from "../../src/debug/debuggee.ts";
import type { DecoderSpec } from "../../src/engine/sequenceToSequence/decoderSpec.ts";
import type { Batch } from "../../src/trace/batch.ts";
import type { Tensor, Trace } from "../../src/trace/trace.ts";

/** A text of two lines, one character a step. Each predicts the next one; nothing is known after the last. */
export const text = "the cat\nsat there";
export const textFile = "/data/cat.txt";

export const tableFile = "/data/weather.csv";
const tableRows = [
  [12.5, 0.2],
  [13.1, 0],
  [11.8, 3.4],
  [9.9, 8.1],
  [10.4, 1.5],
  [12, 0],
];

export interface Small {
  readonly layers: readonly LayerConfig[];
  /** `reversal`: an encoder-decoder reads "cab" and writes it backwards. */
  readonly data: "text" | "table" | "reversal";
  readonly decoder?: Omit<DecoderSpec, "vocabulary">;
  /** Without a target there is no loss, and no way back. */
  readonly withoutTarget?: boolean;
  readonly at?: "each-step" | "last-step";
  readonly seed?: number;
  /** Changes the weights before anything is read. */
  readonly tamper?: (model: Model) => void;
}

interface World {
  readonly debuggee: Debuggee;
  readonly cursors: DebugCursor[];
  readonly program: () => Program;
}

/** Everything that the debuggee was told is kept; launching it takes no configuration but `{ fail: true }`. */
export function smallDebuggee(small: Small): World {
  const cursors: DebugCursor[] = [];
  let current = programOf(small, []);
  const debuggee: Debuggee = {
    async launch(_request, configuration, { report }) {
      if (configuration["fail"] === true) {
        throw Object.assign(new Error("There is no run in /runs/none."), {
          details: { code: "run", advice: "Train it first." },
        });
      }
      report("Reading the sequence.");
      current = programOf(small, []);
      return current;
    },
    async edit(program, edit) {
      current = programOf(small, [...program.edits, edit]);
      return current;
    },
    async undo(program) {
      current = programOf(small, program.edits.slice(0, -1));
      return current;
    },
    cursorMoved: (cursor) => void cursors.push(cursor),
    breathe: () => Promise.resolve(),
    end: () => undefined,
  };
  return { debuggee, cursors, program: () => current };
}

function programOf(small: Small, edits: readonly ProgramEdit[]): Program {
  const { reading, batch, spec, classes, source } = taskOf(small);
  const model = createModel(spec, {
    kernels: referenceKernels("float32"),
    random: createRandom(small.seed ?? 1),
  });
  small.tamper?.(model);
  const trace = edited(model, batch, edits);
  const parameters = new Map(
    model.parameters.map(({ name, shape, value }): [string, Tensor] => [
      name,
      { name, shape, data: value, axes: shape.length === 1 ? ["row"] : ["row", "column"] },
    ]),
  );
  const output = (t: number) => {
    const { data } = trace.tensors.get("output") ?? { data: new Float32Array() };
    const { size } = spec.output;
    if (t < (trace.sourceSteps ?? 0)) return undefined;
    const row = spec.output.at === "each-step" ? t : t === trace.steps - 1 ? 0 : undefined;
    return row === undefined ? undefined : data.subarray(row * size, (row + 1) * size);
  };
  return {
    traceId: `trace-${edits.length}`,
    title: `small ${small.data}`,
    trace,
    parameters,
    sources: [source],
    sourceAt: (file) => (file === source.path ? 0 : undefined),
    reading: (t) => reading[t],
    ...(classes && { classes }),
    probabilities(t) {
      const row = classes && output(t);
      return row && softmax(row);
    },
    forecast(t) {
      const row = classes ? undefined : output(t);
      return row && [{ name: "temperature", predicted: row[0] }];
    },
    edits,
    ...(edits.length > 0 && { original: programOf(small, []) }),
  };
}

/**
 * Weights are edited before anything is read. States, gates and inputs only change what the trace holds at that place:
 * what follows from them is the concern of whoever computes counterfactuals, and tested there.
 */
function edited(model: Model, batch: Batch, edits: readonly ProgramEdit[]): Trace {
  for (const edit of edits) {
    if (edit.kind !== "values" || !edit.tensor.startsWith("param.")) continue;
    const parameter = model.parameters.find(({ name }) => `param.${name}` === edit.tensor);
    edit.indices.forEach((index, k) => parameter && (parameter.value[index] = edit.values[k]));
  }
  const pass = createPass(
    model,
    { steps: batch.steps, batch: 1, decoderSteps: batch.decoder?.steps },
    { separate: true },
  );
  zeroGradients(model);
  const { weight } = forward(pass, batch);
  if (weight > 0) backward(pass);
  const trace = readTrace(pass);
  for (const edit of edits) {
    if (edit.kind === "ablation") {
      const h = trace.tensors.get(`layers.${edit.layer}.${edit.direction}.h`);
      const width = h?.shape[2] ?? 0;
      for (let t = edit.t; t < trace.steps; t++) if (h) h.data[t * width + edit.unit] = 0;
    } else {
      const tensor = trace.tensors.get(edit.tensor);
      const width = tensor?.shape[2] ?? 0;
      edit.indices.forEach((index, k) => {
        if (tensor) tensor.data[edit.t * width + index] = edit.values[k];
      });
    }
  }
  return trace;
}

function taskOf(small: Small) {
  switch (small.data) {
    case "text":
      return textData(small);
    case "table":
      return tableData(small);
    case "reversal":
      return reversalData(small);
  }
}

const common = (small: Small): Pick<ModelSpec, "layers" | "initialization"> => ({
  layers: small.layers,
  initialization: { input: "uniform", recurrent: "uniform", forgetBias: 1 },
});

const visible = (character: string): string =>
  character === " " ? "␣" : character === "\n" ? "⏎" : character;

function textData(small: Small) {
  const characters = Array.from(text);
  const classes = [...new Set(characters)];
  const ids = characters.map((character) => classes.indexOf(character));
  const last = characters.length - 1;
  const reading = characters.map((character, t): StepReading => {
    const before = text.slice(0, t);
    const line = before.split("\n").length;
    const column = t - before.lastIndexOf("\n");
    return {
      place: { source: 0, line, column, endLine: line, endColumn: column + 1 },
      input: visible(character),
      ...(t < last && !small.withoutTarget && { target: ids[t + 1] }),
    };
  });
  const at = small.at ?? "each-step";
  const target = at === "last-step" ? Int32Array.of(ids[0]) : Int32Array.from([...ids.slice(1), 0]);
  const weights =
    at === "last-step" ? Float32Array.of(1) : Float32Array.from(ids, (_, t) => (t < last ? 1 : 0));
  const batch: Batch = {
    steps: ids.length,
    size: 1,
    lengths: Int32Array.of(ids.length),
    input: { kind: "tokens", tokens: Int32Array.from(ids) },
    ...(!small.withoutTarget && { target: { kind: "classes", classes: target }, weights }),
    carry: false,
  };
  const spec: ModelSpec = {
    ...common(small),
    input: { kind: "tokens", vocabulary: classes.length },
    output: { size: classes.length, at },
    loss: "cross-entropy",
  };
  const source = { name: "cat.txt", path: textFile };
  return { reading, batch, spec, classes: classes.map(visible), source };
}

function tableData(small: Small) {
  const names = ["temperature", "rain"];
  const steps = tableRows.length;
  const reading = tableRows.map(([temperature, rain], t): StepReading => ({
    // The first line holds the names of the columns.
    place: { source: 0, line: t + 2, column: 1, endLine: t + 2, endColumn: 9 },
    input: `row ${t + 1}`,
    inputValues: [
      { name: names[0], value: temperature },
      { name: names[1], value: rain },
    ],
  }));
  const scaled = tableRows.map(([temperature, rain]) => [(temperature - 11.5) / 1.5, rain / 3]);
  const batch: Batch = {
    steps,
    size: 1,
    lengths: Int32Array.of(steps),
    input: { kind: "dense", values: Float32Array.from(scaled.flat()) },
    target: {
      kind: "values",
      values: Float32Array.from(scaled, (_, t) => scaled[Math.min(t + 1, steps - 1)][0]),
    },
    weights: Float32Array.from(scaled, () => 1),
    carry: false,
  };
  const spec: ModelSpec = {
    ...common(small),
    input: { kind: "dense", size: 2 },
    output: { size: 1, at: "each-step" },
    loss: "mean-squared-error",
  };
  return {
    reading,
    batch,
    spec,
    classes: undefined,
    source: { name: "weather.csv", path: tableFile },
  };
}

const source = "cab";
export const reversalFile = "/data/reversal.txt";

const letterAt = (line: number, index: number) => ({
  source: 0,
  line,
  column: index + 1,
  endLine: line,
  endColumn: index + 2,
});

/** The source stands on the first line, and what is written on the second; its last step is the end of the text. */
function reversalData(small: Small) {
  const classes = ["⟨end⟩", "a", "b", "c"];
  const ids = Array.from(source, (letter) => classes.indexOf(letter));
  const targets = [...ids.toReversed(), 0];
  const read = [0, ...ids.toReversed()];
  const reading = [
    ...ids.map((id, index): StepReading => ({ place: letterAt(1, index), input: classes[id] })),
    ...targets.map((target, index): StepReading => ({
      place: letterAt(2, index),
      input: classes[read[index]],
      target,
    })),
  ];
  const batch: Batch = {
    steps: ids.length,
    size: 1,
    lengths: Int32Array.of(ids.length),
    input: { kind: "tokens", tokens: Int32Array.from(ids) },
    decoder: {
      steps: targets.length,
      lengths: Int32Array.of(targets.length),
      tokens: Int32Array.from(read),
    },
    target: { kind: "classes", classes: Int32Array.from(targets) },
    weights: Float32Array.from(targets, () => 1),
    carry: false,
  };
  const spec: ModelSpec = {
    ...common(small),
    input: { kind: "tokens", vocabulary: classes.length, embedding: 2 },
    ...(small.decoder && { decoder: { vocabulary: classes.length, ...small.decoder } }),
    output: { size: classes.length, at: "each-step" },
    loss: "cross-entropy",
  };
  return { reading, batch, spec, classes, source: { name: "reversal.txt", path: reversalFile } };
}
