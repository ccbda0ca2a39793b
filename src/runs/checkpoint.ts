/**
 * Checkpoints: a safetensors file with the parameters under PyTorch's names, so that
 * `safetensors.torch.load_file` reads it, and everything else that continues the run bit for bit.
 *
 *   NAME               parameter
 *   optimizer.KEY      state of the optimizer
 *   carried.KEY        hidden state carried into the next window
 *   metadata: unroll.checkpoint  version
 *             unroll.update      updates that the weights have seen
 *             unroll.training    JSON: place in the data, random state, what was measured so far
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../config/problem.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../formats/safetensors.ts";
import { FormatError } from "../formats/formatError.ts";
import type { Real } from "../trace/trace.ts";
import { trainingProgressSchema, type TrainingProgress } from "./trainingProgress.ts";
import { fileProblem, systemCode } from "./fileProblem.ts";
import { writeAtomically } from "./writeAtomically.ts";

export type CheckpointName = "last" | "best";

export interface StoredParameter {
  readonly shape: readonly number[];
  readonly data: Real;
}

export interface Checkpoint {
  /** Updates that the weights have seen. */
  readonly update: number;
  readonly parameters: ReadonlyMap<string, StoredParameter>;
  /** Empty in `best`, which is for looking at, not for going on from. */
  readonly optimizer: ReadonlyMap<string, Real>;
  readonly carried: ReadonlyMap<string, Real>;
  /** Absent in `best`. */
  readonly training?: TrainingProgress;
}

const optimizerPrefix = "optimizer.";
const carriedPrefix = "carried.";

export const checkpointFile = (runFolder: string, name: CheckpointName): string =>
  join(runFolder, `${name}.safetensors`);

/** The checkpoint that was there stays until the new one is complete on the disk. */
export const writeCheckpoint = (
  runFolder: string,
  name: CheckpointName,
  bytes: Uint8Array,
): Promise<void> => writeAtomically(checkpointFile(runFolder, name), bytes, "save the checkpoint");

/** A copy: training may go on while it is written. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const tensors = new Map<string, StoredTensor>(checkpoint.parameters);
  for (const [key, data] of checkpoint.optimizer) {
    tensors.set(optimizerPrefix + key, { shape: [data.length], data });
  }
  for (const [key, data] of checkpoint.carried) {
    tensors.set(carriedPrefix + key, { shape: [data.length], data });
  }
  const metadata: Record<string, string> = {
    "unroll.checkpoint": "1",
    "unroll.update": String(checkpoint.update),
  };
  if (checkpoint.training !== undefined) {
    metadata["unroll.training"] = JSON.stringify(checkpoint.training);
  }
  return encodeSafetensors(tensors, metadata);
}

/** Throws `UserError` when there is none, or when it is damaged. */
export const readCheckpoint = (runFolder: string, name: CheckpointName): Promise<Checkpoint> =>
  readCheckpointFile(checkpointFile(runFolder, name), `"${name}" checkpoint`);

/** `title` is what errors call it. */
export async function readCheckpointFile(
  file: string,
  title: string,
  whenDamaged?: string,
): Promise<Checkpoint> {
  try {
    return parse(new Uint8Array(await readFile(file)));
  } catch (error) {
    if (systemCode(error) === "ENOENT") {
      throw new UserError("checkpoint", `This run has no ${title}.`, {
        place: { file },
        advice: "It ended before one was saved. Train it again.",
      });
    }
    if (error instanceof FormatError) {
      throw new UserError("checkpoint", `The ${title} is damaged. ${error.message}`, {
        place: { file },
        advice: whenDamaged,
      });
    }
    throw fileProblem(error, `read the ${title}`, file);
  }
}

function parse(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const version = metadata["unroll.checkpoint"];
  if (version !== "1") {
    throw new FormatError("checkpoint", `its version is ${version ?? "missing"}, not 1.`);
  }
  const update = Number(metadata["unroll.update"]);
  if (!Number.isSafeInteger(update)) throw new FormatError("checkpoint", "it has no update count.");

  const parameters = new Map<string, StoredParameter>();
  const optimizer = new Map<string, Real>();
  const carried = new Map<string, Real>();
  for (const [name, { shape, data }] of tensors) {
    if (!(data instanceof Float32Array || data instanceof Float64Array)) {
      throw new FormatError("checkpoint", `"${name}" does not hold floating-point numbers.`);
    }
    if (name.startsWith(optimizerPrefix)) optimizer.set(name.slice(optimizerPrefix.length), data);
    else if (name.startsWith(carriedPrefix)) carried.set(name.slice(carriedPrefix.length), data);
    else parameters.set(name, { shape, data });
  }
  return {
    update,
    parameters,
    optimizer,
    carried,
    training: trainingOf(metadata["unroll.training"]),
  };
}

function trainingOf(json: string | undefined): TrainingProgress | undefined {
  if (json === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new FormatError("checkpoint", "its unroll.training is not JSON.");
  }
  const parsed = trainingProgressSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FormatError(
    "checkpoint",
    `its unroll.training is wrong at "${issue?.path.join(".") ?? ""}": ${issue?.message ?? ""}.`,
  );
}
