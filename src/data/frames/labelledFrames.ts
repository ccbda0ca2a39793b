/** Sequences of frames of numbers with what they are: movements, sensors, recorded speech. */
import type { TrainingConfig } from "../../config/schema.ts";
import { shapeOf, type Dataset, type DataWarning } from "../dataset.ts";
import { errorAt, type FileSource } from "../files.ts";
import { counted, grouped } from "../wording.ts";
import { frameAnswers, type FrameAnswers } from "./frameAnswers.ts";
import { frameColumns } from "./frameColumns.ts";
import type { FramesConfig } from "./framesConfig.ts";
import type { FrameFile } from "./frameSequence.ts";
import { createFrameSplit } from "./frameSplit.ts";
import { readJsonFrames } from "./jsonFrames.ts";
import { readTableFrames } from "./tableFrames.ts";

/** Throws `UserError` with the line of what cannot be used, also of a label that is longer than its frames. */
export async function loadLabelledFrames(
  data: FramesConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  const isJson = /\.(?:jsonl|ndjson)$/i.test(data.path);
  const read = await (isJson ? readJsonFrames(data, files) : readTableFrames(data, files));
  const { sequences } = read;
  if (sequences.length < 2) {
    throw errorAt(
      { file: data.path },
      "too-few-sequences",
      sequences.length === 0
        ? "there are no sequences in it."
        : "there is only one sequence in it.",
      isJson
        ? "Write at least two, one in each line."
        : `Write at least two, told apart by what the column "${data.sequence}" says.`,
    );
  }
  const answers = frameAnswers(sequences, data, training);
  const { trained, held } = answers.parts;
  const { columns, constant } = frameColumns(read, trained, data.standardize);
  const part = (members: Int32Array) => createFrameSplit(sequences, columns, answers, members);
  const trainingSplit = part(trained);
  const { classes, blank } = answers;
  return {
    encoding: {
      kind: "labelled-frames",
      inputs: columns,
      classes,
      ...(blank !== undefined && { blank }),
    },
    ...shapeOf(trainingSplit),
    training: trainingSplit,
    validation: part(held),
    summary: summarize(read, answers),
    baselines: answers.baselines,
    warnings: findWarnings(read, answers, constant, training),
  };
}

function summarize({ names, sequences }: FrameFile, { classes, kind, parts }: FrameAnswers) {
  const { held } = parts;
  const labels =
    kind === "labels"
      ? counted(classes.length - 1, "label")
      : `${classes.length} classes${classes.length <= 6 ? ` (${classes.join(", ")})` : ""}`;
  const groups = sequences[0].group === undefined ? "" : heldGroups(sequences, held);
  const heldBack = held.length === 0 ? "" : `, ${grouped(held.length)}${groups} held back`;
  return `${counted(sequences.length, "sequence")} of frames of ${counted(names.length, "number")}, ${labels}${heldBack}`;
}

/** ` (all of Anna, Boris)` */
function heldGroups(sequences: FrameFile["sequences"], held: Int32Array): string {
  const names = [...new Set(Array.from(held, (index) => sequences[index].group))];
  return ` (all of ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""})`;
}

function findWarnings(
  { names, sequences }: FrameFile,
  { classes, kind, parts }: FrameAnswers,
  constant: readonly string[],
  training: TrainingConfig,
): DataWarning[] {
  const warnings: DataWarning[] = [];
  if (constant.length > 0 && constant.length < names.length) {
    const which = constant.slice(0, 3).map((name) => `"${name}"`);
    warnings.push({
      message: `${which.join(", ")}${constant.length > 3 ? ", …" : ""} never ${constant.length === 1 ? "changes" : "change"} in the training part, so that nothing can be learnt from ${constant.length === 1 ? "it" : "them"}.`,
      path: ["data", "path"],
    });
  }
  if (kind === "classes" && classes.length > 20 && classes.length > sequences.length / 2) {
    warnings.push({
      message: `${classes.length} labels for ${counted(sequences.length, "sequence")}: is this the right column?`,
      path: ["data", "label"],
    });
  }
  if (parts.held.length === 0 && training.validation.share > 0) {
    warnings.push({
      message:
        sequences[0].group === undefined
          ? "There are too few sequences to hold some back: nothing will be validated."
          : "All sequences are of one group, so that none can be held back whole: nothing will be validated.",
      path: ["training", "validation", "share"],
    });
  }
  return warnings;
}
