/** The sequence in which a training's numbers became no numbers, out of what its flight recorder kept. */
import { classesOf, decodeNumber, type Encoding } from "../../data/encoding.ts";
import type { Sequence } from "../../data/sequences.ts";
import type { StepLabel } from "../../data/split.ts";
import { visible } from "../../data/tokens.ts";
import type { Program } from "../../debug/debuggee.ts";
import {
  backward,
  createPass,
  firstNonFinite,
  forward,
  restoreCarriedState,
  zeroGradients,
} from "../../engine/bptt.ts";
import type { Kernels } from "../../engine/kernels/kernels.ts";
import { readRecording, type Recording } from "../../runs/recording.ts";
import type { Batch } from "../../trace/batch.ts";
import { oneSequence } from "../../trace/oneSequence.ts";
import type { Real } from "../../trace/trace.ts";
import { describeRun, networkOf, type LoadedRun } from "../loadedRun.ts";

export interface BrokenSequence {
  readonly loaded: LoadedRun;
  readonly sequence: Sequence;
  /** The state that it began with, by the names of the trace; empty for zeros. */
  readonly initial: ReadonlyMap<string, Real>;
  readonly entry: NonNullable<Program["entry"]>;
}

/** Throws `UserError` when nothing was recorded. */
export async function brokenSequence(runFolder: string, kernels: Kernels): Promise<BrokenSequence> {
  const recording = await readRecording(runFolder);
  const { update, parameters } = recording;
  const loaded: LoadedRun = {
    ...(await describeRun(runFolder)),
    checkpoint: "last",
    update,
    parameters,
  };
  const [batch] = recording.batches;
  const { b, ...entry } = findBreak(loaded, recording, batch, kernels);
  const title = `sequence ${b} of the batch in which update ${update + 1} broke`;
  // Without its padding.
  const { at } = loaded.run.record.model.output;
  const own = oneSequence(batch, b, { steps: batch.lengths[b], at });
  return {
    loaded,
    entry,
    initial: new Map(
      [...recording.carried].map(([name, state]) => [name, partOf(state, b, batch.size)]),
    ),
    sequence: { title, batch: own, steps: labelsOf(loaded.encoding, own) },
  };
}

/** Runs the whole batch again; dropout and noise, which are drawn, may have had a part in it that this does not show. */
function findBreak(loaded: LoadedRun, { carried }: Recording, batch: Batch, kernels: Kernels) {
  const model = networkOf(loaded, kernels);
  const pass = createPass(model, { steps: batch.steps, batch: batch.size });
  restoreCarriedState(pass, carried);
  zeroGradients(model);
  if (forward(pass, batch).weight > 0) backward(pass);
  const first = firstNonFinite(pass);
  if (!first) {
    return { b: 0, t: 0, reason: "Without dropout and noise every number of the batch is finite." };
  }
  const { tensor, t, unit, value, sequence } = first;
  const became = Number.isNaN(value) ? "NaN" : "infinite";
  return { b: sequence, t, reason: `${tensor}[${unit}] became ${became} at step ${t}.` };
}

/** (B,H) → (1,H) */
function partOf(state: Real, b: number, size: number): Real {
  const width = state.length / size;
  return state.slice(b * width, (b + 1) * width);
}

function labelsOf(
  encoding: Encoding,
  { steps, input, target, weights }: Batch,
): readonly StepLabel[] {
  const classes = classesOf(encoding);
  const inputs = inputNames(encoding);
  return Array.from({ length: steps }, (_, t): StepLabel => {
    const row = weights && weights.length < steps ? t - (steps - 1) : t;
    const hasLoss = row >= 0 && (!weights || weights[row] !== 0);
    const label =
      hasLoss && target?.kind === "classes" ? classes?.[target.classes[row]] : undefined;
    const answer = label === undefined ? {} : { target: visible(label) };
    if (input.kind === "tokens") {
      const token = tokensOf(encoding)?.[input.tokens[t]] ?? String(input.tokens[t]);
      return { input: visible(token), ...answer };
    }
    const width = input.values.length / steps;
    const values = Array.from({ length: width }, (_each, k) =>
      inputs(k, input.values[t * width + k]),
    );
    return { input: `row ${t + 1}`, inputValues: values, ...answer };
  });
}

function tokensOf(encoding: Encoding): readonly string[] | undefined {
  if ("vocabulary" in encoding) return encoding.vocabulary.tokens;
  return encoding.kind === "synthetic" ? encoding.symbols : undefined;
}

/** In the data's own units. */
function inputNames(encoding: Encoding) {
  return (k: number, value: number): { readonly name: string; readonly value: number } => {
    if (encoding.kind === "table") {
      const column = encoding.inputs[k];
      return { name: column.name, value: decodeNumber(value, column) };
    }
    const names = encoding.kind === "synthetic" ? encoding.inputNames : undefined;
    return { name: names?.[k] ?? `x${k}`, value };
  };
}
