/** One sequence, forward and backward through a trained network, with everything that was computed kept. */
import { UserError } from "../config/problem.ts";
import { sequenceAt, sequenceFromText, type Sequence } from "../data/sequences.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FileSource } from "../data/files.ts";
import { decoderLabels } from "../data/pairLabels.ts";
import { backward, createPass, forward, readTrace, zeroGradients } from "../engine/bptt.ts";
import type { Kernels } from "../engine/kernels/kernels.ts";
import type { Model } from "../engine/model.ts";
import { roomFor } from "../engine/pass.ts";
import type { SequenceChoice } from "../protocol/sequenceChoice.ts";
import type { LabelDecoding } from "../protocol/traceSummary.ts";
import { gatesOf, statesOf } from "../trace/names.ts";
import { widthOf, type ModelDescription, type Trace } from "../trace/trace.ts";
import { fileSequence } from "./fileSequence.ts";
import { decodeLabels } from "./labelDecoding.ts";
import { networkOf, type LoadedRun } from "./loadedRun.ts";
import { writtenFor } from "./translate.ts";

export interface TracedSequence {
  readonly loaded: LoadedRun;
  readonly choice: SequenceChoice;
  readonly sequence: Sequence;
  readonly trace: Trace;
  /** Mean over the steps that have one. */
  readonly loss?: number;
  /** Of a network whose labels have no places. */
  readonly decoding?: LabelDecoding;
  /** What it branched off when somebody edited a value, and what was edited. */
  readonly branch?: Branch;
}

export interface Branch {
  readonly original: TracedSequence;
  /** Id of the original. */
  readonly originalId: string;
  /** In words. */
  readonly edits: readonly string[];
  /** The first step at which anything differs. */
  readonly from: number;
}

/** More than a timeline shows at once, and quick to compute; `steps` in the choice asks for more. */
export const usualTextSteps = 200;
/** A person who looks at one sequence does not want it to take the machine down. */
export const maximumTraceBytes = 512 * 2 ** 20;

/**
 * The sequence of a choice; `dataset` is called only for one of the data, `files` for a part of a file. A text has no sequences of its
 * own, and its windows are cut to `usualTextSteps` unless the choice says otherwise.
 */
export async function chosenSequence(
  loaded: LoadedRun,
  choice: SequenceChoice,
  dataset: () => Promise<Dataset>,
  files: () => FileSource,
): Promise<Sequence> {
  if (choice.kind === "typed") return sequenceFromText(loaded.encoding, choice.text);
  if (choice.kind === "broken") {
    throw new UserError("sequence", "Where a training broke is shown by the debugger.", {
      advice: "Debug it (Unroll: Debug Training).",
    });
  }
  if (choice.kind !== "example") return fileSequence(loaded, choice, files(), usualTextSteps);
  const { steps } = choice;
  if (steps !== undefined && !(Number.isInteger(steps) && steps >= 1)) {
    throw new UserError("steps", `A sequence cannot have ${steps} steps.`, {
      advice: "Ask for at least one.",
    });
  }
  const data = await dataset();
  const isLongText = loaded.encoding.kind === "text" && data[choice.split].steps > usualTextSteps;
  return sequenceAt(data, {
    ...choice,
    steps: steps ?? (isLongText ? usualTextSteps : undefined),
  });
}

/** Throws `UserError` when the sequence is too long to be kept. */
export function traceSequence(
  loaded: LoadedRun,
  choice: SequenceChoice,
  sequence: Sequence,
  kernels: Kernels,
): TracedSequence {
  const { batch } = sequence;
  refuseTooLong(loaded.run.record.model, batch.steps + (batch.decoder?.steps ?? 0));
  const model = networkOf(loaded, kernels);
  const whole = withOwnAnswer(model, loaded, sequence);
  const pass = createPass(model, roomFor(whole.batch), { separate: true });
  zeroGradients(model);
  const { loss, weight } = forward(pass, whole.batch);
  if (weight > 0) backward(pass);
  const trace = readTrace(pass);
  const decoding = decodeLabels(trace, loaded.encoding, batch.target);
  return {
    loaded,
    choice,
    sequence: whole,
    trace,
    ...(weight > 0 && { loss }),
    ...(decoding && { decoding }),
  };
}

/** Throws `UserError`. */
export function refuseTooLong(description: ModelDescription, steps: number): void {
  const bytes = traceBytes(description, steps);
  if (bytes <= maximumTraceBytes) return;
  const longest = Math.floor((steps * maximumTraceBytes) / bytes);
  throw new UserError(
    "too-long",
    `A trace of ${steps} steps through this network takes ${Math.ceil(bytes / 2 ** 20)} MB.`,
    { advice: `Choose at most ${longest} steps.` },
  );
}

/** A source without a target: the decoder reads what it writes itself, greedily. */
export function withOwnAnswer(model: Model, { encoding }: LoadedRun, sequence: Sequence): Sequence {
  const { batch } = sequence;
  if (encoding.kind !== "pairs" || batch.decoder || batch.input.kind !== "tokens") return sequence;
  const written = writtenFor(model, batch.input.tokens, encoding);
  const steps = written.length + 1;
  const tokens = Int32Array.of(0, ...written);
  return {
    title: sequence.title,
    batch: { ...batch, decoder: { steps, lengths: Int32Array.of(steps), tokens } },
    steps: [...sequence.steps, ...decoderLabels(written, encoding.target.tokens, false)],
  };
}

/** What the tensors of a trace take: values and gradients in 32 bits. */
export function traceBytes(
  { input, layers, output, parameterCount }: ModelDescription,
  steps: number,
): number {
  const inputSize = input.kind === "dense" ? input.size : (input.embedding ?? input.vocabulary);
  const perStep = layers.reduce(
    (sum, layer) =>
      [...gatesOf[layer.cell], ...statesOf[layer.cell]].reduce(
        (total, part) => total + layer.directions.length * widthOf(layer, part),
        sum,
      ),
    inputSize + output.size,
  );
  return 2 * 4 * steps * perStep + 4 * parameterCount;
}
