/**
 * What a training had in its hands when its numbers were no numbers any more: the weights, and the last batches, so
 * that the sequence in which it happened can be debugged. A safetensors file beside the checkpoints:
 *
 *   NAME                 parameter, as the failing update read it
 *   carried.KEY          hidden state that the last batch began with
 *   batch.K.PART         input, target, weights and lengths; K = 0 is the last batch
 *   metadata: unroll.recording  JSON: version, updates made, sizes of the batches
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../config/problem.ts";
import { FormatError } from "../formats/formatError.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../formats/safetensors.ts";
import type { Batch } from "../trace/batch.ts";
import type { Real } from "../trace/trace.ts";
import type { StoredParameter } from "./checkpoint.ts";
import { fileProblem, systemCode } from "./fileProblem.ts";
import { writeAtomically } from "./writeAtomically.ts";

export interface Recording {
  /** Updates that the weights have seen. */
  readonly update: number;
  readonly parameters: ReadonlyMap<string, StoredParameter>;
  /** Empty where no state was carried. */
  readonly carried: ReadonlyMap<string, Real>;
  /** The last one first. */
  readonly batches: readonly Batch[];
}

const carriedPrefix = "carried.";
const metadataKey = "unroll.recording";

export const recordingFile = (runFolder: string): string => join(runFolder, "broken.safetensors");

export async function writeRecording(runFolder: string, recording: Recording): Promise<void> {
  const { update, parameters, carried, batches } = recording;
  const tensors = new Map<string, StoredTensor>(parameters);
  for (const [key, data] of carried) {
    tensors.set(carriedPrefix + key, { shape: [data.length], data });
  }
  for (const [k, batch] of batches.entries()) {
    for (const [part, data] of partsOf(batch)) {
      tensors.set(`batch.${k}.${part}`, { shape: [data.length], data });
    }
  }
  const sizes = batches.map(({ steps, size, carry }) => ({ steps, size, carry }));
  const metadata = { [metadataKey]: JSON.stringify({ version: 1, update, batches: sizes }) };
  const bytes = encodeSafetensors(tensors, metadata);
  await writeAtomically(recordingFile(runFolder), bytes, "save what the training broke on");
}

export const removeRecording = (runFolder: string): Promise<void> =>
  rm(recordingFile(runFolder), { force: true });

/** Throws `UserError` when there is none, or when it is damaged. */
export async function readRecording(runFolder: string): Promise<Recording> {
  const file = recordingFile(runFolder);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw fileProblem(error, "read", file);
    throw new UserError("recording", "No update of this run ever broke: nothing was recorded.", {
      advice: "Debug an example of its data instead.",
    });
  }
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UserError("recording", `${file}: ${error.message}`, {
      place: { file },
      advice: "Train again.",
    });
  }
}

function decode(bytes: Uint8Array): Recording {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { update, batches } = readMetadata(metadata[metadataKey]);
  const parameters = new Map<string, StoredParameter>();
  const carried = new Map<string, Real>();
  for (const [name, { shape, data }] of tensors) {
    if (name.startsWith("batch.") || !isReal(data)) continue;
    if (name.startsWith(carriedPrefix)) carried.set(name.slice(carriedPrefix.length), data);
    else parameters.set(name, { shape, data });
  }
  return {
    update,
    parameters,
    carried,
    batches: batches.map((sizes, k) => batchOf(sizes, (part) => tensors.get(`batch.${k}.${part}`))),
  };
}

interface Sizes {
  readonly steps: number;
  readonly size: number;
  readonly carry: boolean;
}

function readMetadata(text: string | undefined): { update: number; batches: readonly Sizes[] } {
  const value: unknown = text === undefined ? undefined : parsed(text);
  if (typeof value !== "object" || value === null || !("batches" in value) || !("update" in value))
    throw new FormatError("recording", "it is no recording");
  const { update, batches } = value;
  if (typeof update !== "number" || !Array.isArray(batches) || !batches.every(isSizes))
    throw new FormatError("recording", "its metadata is not that of a recording");
  return { update, batches };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError("recording", "its metadata is not JSON");
  }
}

const isSizes = (value: unknown): value is Sizes =>
  typeof value === "object" &&
  value !== null &&
  "steps" in value &&
  "size" in value &&
  Number.isInteger(value.steps) &&
  Number.isInteger(value.size);

function* partsOf({
  input,
  target,
  weights,
  lengths,
}: Batch): Generator<[string, Int32Array | Real]> {
  yield ["lengths", lengths];
  yield input.kind === "tokens" ? ["tokens", input.tokens] : ["values", input.values];
  if (weights) yield ["weights", weights];
  if (target?.kind === "classes") yield ["classes", target.classes];
  if (target?.kind === "values") yield ["targets", target.values];
  if (target?.kind === "labels") {
    yield ["labels", target.labels];
    yield ["labelLengths", target.labelLengths];
  }
}

function batchOf(
  { steps, size, carry }: Sizes,
  part: (name: string) => StoredTensor | undefined,
): Batch {
  const integers = (name: string): Int32Array | undefined => {
    const data = part(name)?.data;
    return data instanceof Int32Array ? data : undefined;
  };
  const reals = (name: string): Real | undefined => {
    const data = part(name)?.data;
    return data && isReal(data) ? data : undefined;
  };
  const [lengths, tokens, values] = [integers("lengths"), integers("tokens"), reals("values")];
  if (!lengths || !(tokens ?? values)) throw new FormatError("recording", "a batch is incomplete");
  const [labels, labelLengths] = [integers("labels"), integers("labelLengths")];
  const [classes, targets, weights] = [integers("classes"), reals("targets"), reals("weights")];
  return {
    steps,
    size,
    lengths,
    input: tokens
      ? { kind: "tokens", tokens }
      : { kind: "dense", values: values ?? new Float32Array() },
    ...(classes && { target: { kind: "classes", classes } }),
    ...(targets && { target: { kind: "values", values: targets } }),
    ...(labels && labelLengths && { target: { kind: "labels", labels, labelLengths } }),
    ...(weights && { weights }),
    carry,
  };
}

const isReal = (data: unknown): data is Real =>
  data instanceof Float32Array || data instanceof Float64Array;
