/** `unroll trace MODEL`: runs arrays that Python saved through a network that another framework trained. */
import { resolve } from "node:path";
import { referenceKernels } from "../../engine/kernels/reference.ts";
import { encodeSafetensors } from "../../formats/safetensors.ts";
import { batchOfArrays } from "../../jobs/modelBatch.ts";
import { readArray } from "../../jobs/arrayFile.ts";
import { chosenNetwork, readModelFile } from "../../jobs/modelFile.ts";
import { statesOfArrays } from "../../jobs/modelStates.ts";
import { readSequenceFile } from "../../jobs/sequenceFile.ts";
import { traceNetwork } from "../../jobs/tracedNetwork.ts";
import type { ModelAnswers, ModelNetwork } from "../../models/modelContents.ts";
import { writeAtomically } from "../../runs/writeAtomically.ts";
import { encodeTrace } from "../../trace/encode.ts";
import type { LossKind, Real, Trace } from "../../trace/trace.ts";
import { oneOf, UsageError } from "../command.ts";
import { exitCodes, type Environment } from "../environment.ts";
import { count, measured } from "../inWords.ts";
import { alignedTable } from "../table.ts";

export interface ModelTraceOptions {
  readonly input?: string;
  readonly target?: string;
  readonly lengths?: string;
  readonly state?: string;
  readonly loss?: string;
  readonly cell?: string;
  readonly nonlinearity?: string;
  readonly module?: string;
  readonly head?: string;
  readonly norm?: string;
  readonly embedding?: string;
  readonly "batch-first"?: boolean;
  readonly out?: string;
}

const losses: Readonly<Record<string, LossKind>> = {
  mse: "mean-squared-error",
  "cross-entropy": "cross-entropy",
};

export async function traceModel(
  model: string,
  values: ModelTraceOptions,
  { out, error, folder }: Environment,
): Promise<number> {
  if (values.input === undefined) throw new UsageError("Say what to run: --input FILE.npy");
  const loss = lossOf(values);
  const answers = answersOf(values);
  const contents = await readModelFile(resolve(folder, model), answers);
  const network = chosenNetwork(contents, values.module);
  for (const note of [...contents.notes, ...network.notes]) error.write(`note: ${note}\n`);
  settleQuestions(network, error);

  const input = await readArray(resolve(folder, values.input));
  const optional = (path: string | undefined) =>
    path === undefined ? undefined : readArray(resolve(folder, path));
  const target = await optional(values.target);
  const lengths = await optional(values.lengths);
  const batchFirst = values["batch-first"] ?? network.batchFirst ?? false;
  const batch = batchOfArrays(network, { input, target, lengths, loss, batchFirst });
  // The specification, in double precision: what a file of 32-bit weights gives differs from PyTorch only by PyTorch's
  // own rounding, and what one of 64-bit weights gives, by next to nothing.
  const kernels = referenceKernels("float64");
  const states =
    values.state === undefined
      ? undefined
      : await readStates(resolve(folder, values.state), network, batch.batch.size);
  const traced = traceNetwork(network, batch, loss, kernels, states);
  out.write(`${describeTrace(traced.trace)}${lossLine(traced.loss)}`);
  if (values.out !== undefined) {
    const { tensors, metadata } = encodeTrace(traced.trace);
    await writeAtomically(
      resolve(folder, values.out),
      encodeSafetensors(tensors, {
        ...metadata,
        ...(traced.loss !== undefined && { "unroll.loss": String(traced.loss) }),
      }),
    );
    error.write(`Saved ${tensors.size} tensors in ${values.out}.\n`);
  }
  return exitCodes.done;
}

async function readStates(file: string, network: ModelNetwork, size: number) {
  const content = await readSequenceFile(file);
  const arrays = content.kind === "arrays" ? content.arrays : new Map<string, never>();
  return statesOfArrays(network, arrays, size);
}

function lossOf({ loss, target }: ModelTraceOptions): LossKind {
  if (target === undefined && loss !== undefined) {
    throw new UsageError("--loss needs a --target to be taken against.");
  }
  if (target !== undefined && loss === undefined) {
    throw new UsageError("Say which loss: --loss mse or --loss cross-entropy.");
  }
  return losses[oneOf("--loss", loss ?? "mse", Object.keys(losses))];
}

function answersOf(values: ModelTraceOptions): ModelAnswers {
  const { cell, nonlinearity, head, norm, embedding } = values;
  return {
    ...(cell !== undefined && { cell: oneOf("--cell", cell, ["rnn", "lstm", "gru"]) }),
    ...(nonlinearity !== undefined && {
      nonlinearity: oneOf("--nonlinearity", nonlinearity, ["tanh", "relu"]),
    }),
    ...(head !== undefined && { head }),
    ...(norm !== undefined && { norm }),
    ...(embedding !== undefined && { embedding }),
  };
}

/** What has a usual answer is said aloud; what has none must be answered. */
function settleQuestions({ questions }: ModelNetwork, error: Environment["error"]): void {
  for (const { about, choices } of questions) {
    if (about === "head") {
      throw new UsageError(
        `Several linear layers fit the recurrent ones. Say which one is the output: --head ${choices.join(" or --head ")}`,
      );
    }
    if (about === "norm") {
      throw new UsageError(
        `The file does not say where its layer normalization lies. Say what is between the recurrent layers and the output: --norm ${choices.join(" or --norm ")}`,
      );
    }
    error.write(
      `note: The file does not say which nonlinearity its RNN has: taken as ${choices[0]}. Say --${about} ${choices.join("|")}.\n`,
    );
  }
}

const describeTrace = ({ tensors, model, steps, batch }: Trace): string => {
  const layers = model.layers
    .map(
      ({ cell, hidden, directions }) =>
        `${directions.length === 2 ? "bidirectional " : ""}${cell} ${hidden}`,
    )
    .join(" + ");
  const rows = [...tensors.values()].map(({ name, axes, shape, data }) => [
    name,
    `(${axes.join(",")})`,
    `(${shape.join(",")})`,
    measured(normOf(data)),
  ]);
  return (
    `${layers}, ${count(model.parameterCount)} parameters, ${steps} steps of ${batch} sequence${batch === 1 ? "" : "s"}\n` +
    alignedTable([["tensor", "axes", "shape", "norm"], ...rows])
  );
};

function normOf(values: Real): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

const lossLine = (loss: number | undefined): string => (loss === undefined ? "" : `loss ${loss}\n`);
