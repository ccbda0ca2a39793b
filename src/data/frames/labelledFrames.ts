/** Sequences of frames of numbers out of a file, with what they are: movements, sensors, recorded speech. */
import type { TrainingConfig } from "../../config/schema.ts";
import type { Dataset } from "../dataset.ts";
import { errorAt, type FileSource } from "../files.ts";
import type { FramesConfig } from "./framesConfig.ts";
import { framesDataset } from "./framesDataset.ts";
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
  return framesDataset(read, data, training);
}
