/** `unroll trace`: runs one sequence through a trained network and shows, or saves, all that happened. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { encodeSafetensors } from "../../formats/safetensors.ts";
import { createTraceSession } from "../../jobs/traceSession.ts";
import type { SequenceChoice, WeightsChoice } from "../../protocol/sequenceChoice.ts";
import type { TimelineColumn } from "../../protocol/timelineColumn.ts";
import type { LabelDecoding, TraceSummary } from "../../protocol/traceSummary.ts";
import { explained, systemCode } from "../../runs/fileProblem.ts";
import { writeAtomically } from "../../runs/writeAtomically.ts";
import { defineCommand, oneOf, UsageError, wholeNumber } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { findRun } from "../findRun.ts";
import { measured } from "../inWords.ts";
import { alignedTable } from "../table.ts";
import { traceModel } from "./traceModel.ts";

const help = `Usage: unroll trace RUN --input TEXT|FILE [--checkpoint best|last | --at-update N] [--out FILE.safetensors] [--json]
       unroll trace RUN --example training|validation:N …
       unroll trace MODEL --input FILE.npy [--target FILE.npy --loss mse|cross-entropy] [--out FILE.safetensors] …

Runs one sequence forward and backward through a trained network and shows each time step: what was
read, what was predicted, the loss, and how large the gradient is that reaches the hidden state.

  RUN               a run's folder, id, name, or "latest"
  --input           a text, or a file that holds it; for tables one line of numbers per step; for sound a .wav file
  --example         a sequence of the data instead, such as validation:0
  --checkpoint      the weights with the best loss, or the last ones (default best)
  --at-update N     the weights after N updates instead, of a run that was trained with training.snapshots (unroll runs --json
                    lists which are kept)
  --out FILE        save every tensor (states, gates, outputs, gradients) as safetensors
  --jacobians       save the singular values of every layer's state-to-state Jacobian too
  --saliency STEP   save how the output of this step depends on every input: the gradient, gradient × input, and
                    integrated gradients
  --json            one JSON object per time step

With MODEL, a file that another framework saved (a PyTorch state_dict as .safetensors, what torch.save wrote, ONNX, Keras):

  --input           .npy: float (T,I) or (T,B,I); class numbers (T) or (T,B) for a network with an embedding
  --target          (T,O), (T,B,O), or classes (T), (T,B); without T: for the last step
  --lengths         (B) valid steps of each sequence, where they differ
  --state           .npz with h0 (L·D,B,H), and c0 of an LSTM, or .npy with h0 alone: what it begins with instead of zero;
                    or each state (B,H) by its name in a trace, such as layers.0.forward.h
  --loss            mse or cross-entropy, the mean over every element as PyTorch has it
  --cell            rnn, lstm or gru: refuses the file when it holds another
  --nonlinearity    tanh or relu, of a plain RNN (default tanh)
  --module NAME     which recurrent module, when the file has several; with commas, several on top of each other
  --head NAME       which linear layer is on top, or none; --embedding NAME and --norm NAME (a LayerNorm under it) likewise
  --batch-first     the arrays are (B,T,…)
  --out FILE        every tensor and, with a target, its gradient, in 64 bits; parameters as the file names them
`;

export const traceCommand = defineCommand({
  name: "trace",
  summary: "show what happens inside, step by step",
  help,
  options: {
    input: { type: "string" },
    example: { type: "string" },
    checkpoint: { type: "string" },
    "at-update": { type: "string" },
    out: { type: "string" },
    jacobians: { type: "boolean", default: false },
    saliency: { type: "string" },
    json: { type: "boolean", default: false },
    target: { type: "string" },
    lengths: { type: "string" },
    state: { type: "string" },
    loss: { type: "string" },
    cell: { type: "string" },
    nonlinearity: { type: "string" },
    module: { type: "string" },
    head: { type: "string" },
    embedding: { type: "string" },
    norm: { type: "string" },
    "batch-first": { type: "boolean" },
  },
  positionals: { least: 1, most: 1 },
  async run({ values, positionals }, environment) {
    const { out, error, folder, createKernels } = environment;
    if (await isFile(resolve(folder, positionals[0]))) {
      return traceModel(positionals[0], values, environment);
    }
    const checkpoint = weightsOf(values);
    const choice = await choiceOf(values, folder);
    const { jacobians } = values;
    const saliencyStep = wholeNumber("--saliency", values.saliency, 0);
    if ((jacobians || saliencyStep !== undefined) && values.out === undefined) {
      throw new UsageError(
        "What --jacobians and --saliency find is saved: name a file with --out.",
      );
    }
    const run = await findRun(positionals[0], folder);
    const session = createTraceSession({ createKernels, workspaceFolders: [folder] });
    const summary = await session.trace({ runFolder: run.folder, checkpoint, choice });
    const { columns } = await session.columns({ trace: summary.id, steps: [0, summary.steps] });

    if (values.json) for (const column of columns) out.write(`${JSON.stringify(column)}\n`);
    else out.write(`${heading(summary)}\n${stepTable(columns)}`);
    if (values.out !== undefined) {
      const { tensors, metadata } = session.records(summary.id, {
        jacobians,
        ...(saliencyStep !== undefined && { saliencyStep }),
      });
      await writeAtomically(resolve(folder, values.out), encodeSafetensors(tensors, metadata));
      error.write(`Saved ${tensors.size} tensors in ${values.out}.\n`);
    }
    return exitCodes.done;
  },
});

function weightsOf(values: {
  readonly checkpoint?: string;
  readonly "at-update"?: string;
}): WeightsChoice {
  const { checkpoint, "at-update": written } = values;
  const update = wholeNumber("--at-update", written, 0);
  if (update === undefined) return oneOf("--checkpoint", checkpoint ?? "best", ["best", "last"]);
  if (checkpoint === undefined) return update;
  throw new UsageError("Say which weights: either --checkpoint or --at-update.");
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (status) => status.isFile(),
    () => false,
  );

async function choiceOf(
  { input, example }: { readonly input?: string; readonly example?: string },
  folder: string,
): Promise<SequenceChoice> {
  if ((input === undefined) === (example === undefined)) {
    throw new UsageError("Say what to run: either --input or --example.");
  }
  if (input !== undefined && /\.wav$/i.test(input) && (await isFile(resolve(folder, input))))
    return { kind: "file", file: resolve(folder, input), from: { line: 1 } };
  if (input !== undefined) return { kind: "typed", text: await textOf(input, folder) };
  const [split, index, ...rest] = (example ?? "").split(":");
  if (index === undefined || rest.length > 0) {
    throw new UsageError(
      `--example takes a part and a number, such as validation:0, not "${example}".`,
    );
  }
  return {
    kind: "example",
    split: oneOf("--example", split, ["training", "validation"]),
    index: wholeNumber("--example", index, 0) ?? 0,
  };
}

/** A name that is no file is the text itself. */
async function textOf(input: string, folder: string): Promise<string> {
  const file = resolve(folder, input);
  try {
    const text = await readFile(file, "utf8");
    // Editors end files with a line break that nobody meant as a token.
    return text.replace(/\r?\n$/, "");
  } catch (error) {
    const missing = ["ENOENT", "ENOTDIR", "ENAMETOOLONG", "EISDIR"].includes(
      systemCode(error) ?? "",
    );
    // A text with a zero byte in it is no path at all.
    if (missing || error instanceof TypeError) return input;
    return explained("read", file, () => Promise.reject(error));
  }
}

const heading = ({ runName, checkpoint, update, sequence, loss, decoding }: TraceSummary): string =>
  `${runName}, ${weightsInWords(checkpoint)} of update ${update}: ${sequence.title}` +
  (loss === undefined ? "" : `, mean loss ${measured(loss)}`) +
  (decoding === undefined ? "" : `\n${decoded(decoding)}`);

const weightsInWords = (checkpoint: TraceSummary["checkpoint"]): string =>
  checkpoint === "snapshot" ? "snapshot" : `${checkpoint} checkpoint`;

/** Labels without places: of the likeliest path, of the beam, and the right ones. */
function decoded({ labels, beams, target, edits }: LabelDecoding): string {
  const rows = [
    [
      "likeliest path",
      spelled(labels),
      edits === undefined ? "" : `${edits} edits from the target`,
    ],
    ...beams.map((beam) => [
      "beam search",
      spelled(beam.labels),
      `log probability ${measured(beam.logProbability)}`,
    ]),
    ...(target ? [["target", spelled(target), ""]] : []),
  ];
  return alignedTable(rows);
}

const spelled = (labels: readonly string[]): string =>
  labels.length === 0 ? "–" : labels.join(" ");

const cellsOf = ({ cells }: TimelineColumn, layer: number) =>
  cells.filter((cell) => cell.layer === layer);

function stepTable(columns: readonly TimelineColumn[]): string {
  // In an encoder-decoder no step has them all.
  const layers = [...new Set(columns.flatMap(({ cells }) => cells.map(({ layer }) => layer)))];
  const header = [
    "step",
    "input",
    "output",
    "target",
    "loss",
    ...layers.map((layer) => `|h${layer}|`),
    ...layers.map((layer) => `|dh${layer}|`),
  ];
  const rows = columns.map((column) => [
    String(column.t),
    inputOf(column),
    outputOf(column),
    targetOf(column),
    measured(column.loss),
    ...layers.map((layer) =>
      cellsOf(column, layer)
        .map(({ hNorm }) => measured(hNorm))
        .join(" "),
    ),
    ...layers.map((layer) =>
      cellsOf(column, layer)
        .map(({ hGradientNorm }) => measured(hGradientNorm))
        .join(" "),
    ),
  ]);
  return alignedTable([header, ...rows]);
}

const inputOf = ({ input, inputValues }: TimelineColumn): string =>
  inputValues === undefined || inputValues.length === 0
    ? input
    : `${input} ${inputValues.map(({ name, value }) => `${name}=${measured(value)}`).join(" ")}`.trim();

/** The three most probable, or the forecast. */
function outputOf({ predictions, forecast }: TimelineColumn): string {
  if (predictions) {
    return predictions
      .slice(0, 3)
      .map(({ label, probability }) => `${label} ${(probability * 100).toFixed(0)}%`)
      .join("  ");
  }
  return (forecast ?? []).map(({ name, predicted }) => `${name}=${measured(predicted)}`).join(" ");
}

const targetOf = ({ targetLabel, forecast }: TimelineColumn): string =>
  targetLabel ??
  (forecast ?? [])
    .flatMap(({ name, truth }) => (truth === undefined ? [] : `${name}=${measured(truth)}`))
    .join(" ");
