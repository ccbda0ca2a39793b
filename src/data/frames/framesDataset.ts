/** Sequences of frames, read and ready, as a data set. */
import type { TrainingConfig } from "../../config/schema.ts";
import { shapeOf, type Dataset, type DataWarning } from "../dataset.ts";
import { counted, grouped } from "../wording.ts";
import { frameAnswers, type AskedOfFrames, type FrameAnswers } from "./frameAnswers.ts";
import { frameColumns } from "./frameColumns.ts";
import type { FrameFile } from "./frameSequence.ts";
import { createFrameSplit } from "./frameSplit.ts";

/** Throws `UserError` for labels that nothing can be learnt from. */
export function framesDataset(
  read: FrameFile,
  data: AskedOfFrames & { readonly standardize: boolean },
  training: TrainingConfig,
): Dataset {
  const { sequences } = read;
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
