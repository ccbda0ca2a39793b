/** The data that a config names, read and ready: sequences to train on, sequences to validate with. */
import type { DataConfig, TrainingConfig } from "../config/schema.ts";
import type { Encoding } from "./encoding.ts";
import type { FileSource } from "./files.ts";
import { loadLabelledFrames } from "./frames/labelledFrames.ts";
import { loadLabelledSound } from "./frames/labelledSound.ts";
import { loadLabelledText } from "./labelledText.ts";
import { loadTextsOfClasses } from "./textsOfClasses.ts";
import { loadPairs, loadPairTask } from "./pairs.ts";
import type { Split } from "./split.ts";
import { isPairTask } from "./synthetic/pairTasks.ts";
import { loadSynthetic } from "./synthetic/synthetic.ts";
import { loadTable } from "./table.ts";
import { loadText } from "./text.ts";

export interface Dataset {
  readonly encoding: Encoding;
  readonly input:
    | { readonly kind: "tokens"; readonly vocabulary: number; readonly condition?: "initial-state" }
    | { readonly kind: "dense"; readonly size: number; readonly condition?: "initial-state" };
  readonly output: { readonly size: number; readonly at: "each-step" | "last-step" };
  /** What a decoder has to write. */
  readonly decoder?: { readonly vocabulary: number };
  readonly loss: "cross-entropy" | "mean-squared-error" | "ctc";
  readonly training: Split;
  /** Has no sequences when nothing is held back. */
  readonly validation: Split;
  /** One line: how much there is, of what. */
  readonly summary: string;
  readonly baselines: readonly Baseline[];
  readonly warnings: readonly DataWarning[];
}

/** What something much simpler than a network reaches on the validation part: the loss to beat. */
export interface Baseline {
  readonly name: string;
  /** The same quantity as the validation loss, but for weights of classes and smoothed labels. */
  readonly loss: number;
  readonly unit: string;
  /** Share of right answers, where a baseline gives answers. */
  readonly accuracy?: number;
}

/** Data that can be used, though perhaps not as meant. */
export interface DataWarning {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Throws `UserError` for what a person can mend: with the file, line and column, and what to do. */
export async function loadDataset(
  data: DataConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  switch (data.kind) {
    case "text":
      return loadText(data, training, files);
    case "labelled-frames":
      return loadLabelledFrames(data, training, files);
    case "labelled-sound":
      return loadLabelledSound(data, training, files);
    case "labelled-text":
      return data.predict === "text"
        ? loadTextsOfClasses(data, training, files)
        : loadLabelledText(data, training, files);
    case "pairs":
      return loadPairs(data, training, files);
    case "table":
      return loadTable(data, training, files);
    case "synthetic":
      return isPairTask(data.task) ? loadPairTask(data, training) : loadSynthetic(data, training);
  }
}

const usualLoss = {
  classes: "cross-entropy",
  values: "mean-squared-error",
  labels: "ctc",
} as const;

/** The part of a data set that follows from what its sequences look like. */
export function shapeOf({ layout }: Split): Pick<Dataset, "input" | "output" | "loss"> {
  const { input, output } = layout;
  return {
    input,
    output: { size: output.size, at: output.at },
    loss: usualLoss[output.kind],
  };
}
