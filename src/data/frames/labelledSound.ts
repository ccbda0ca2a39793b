/** Recordings with who or what they are, or with what is said in them. */
import { UserError } from "../../config/problem.ts";
import type { TrainingConfig } from "../../config/schema.ts";
import { FormatError } from "../../formats/formatError.ts";
import { decodeWav, type Sound } from "../../formats/wav.ts";
import type { Dataset } from "../dataset.ts";
import type { SoundEncoding } from "../encoding.ts";
import { errorAt, inWords, type FileSource } from "../files.ts";
import { soundFrames, type SoundFrames } from "../sound/soundFrames.ts";
import { grouped } from "../wording.ts";
import type { FrameSequence } from "./frameSequence.ts";
import { framesDataset } from "./framesDataset.ts";
import { findRecordings, isIndex, type Recording, type SoundConfig } from "./soundIndex.ts";

/** Throws `UserError` with the file that cannot be used, and the line that names it. */
export async function loadLabelledSound(
  data: SoundConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  const recordings = await findRecordings(data, files);
  if (recordings.length < 2) {
    throw errorAt(
      { file: data.path },
      "too-few-sequences",
      "there is only one recording in it.",
      "At least two are needed.",
    );
  }
  const first = await soundOf(recordings[0], files);
  const { features, maximumSeconds } = data;
  const sound: SoundEncoding = { sampleRate: first.sampleRate, features, maximumSeconds };
  const frames = soundFrames(features, first.sampleRate);
  const sequences: FrameSequence[] = [];
  let seconds = 0;
  for (const recording of recordings) {
    const { samples, sampleRate } =
      recording === recordings[0] ? first : await soundOf(recording, files);
    if (sampleRate !== first.sampleRate) {
      throw errorAt(
        recording.place,
        "sample-rates",
        `${nameOf(recording)}${grouped(sampleRate)} samples in each second, where ${recordings[0].file} has ${grouped(first.sampleRate)}.`,
        "Convert all of them to one sample rate, for example with ffmpeg -i in.wav -ar 16000 out.wav.",
      );
    }
    const heard = beginningOf(samples, sound);
    seconds += heard.length / sampleRate;
    sequences.push(sequenceOf(recording, frames, heard, data));
  }
  const dataset = framesDataset({ names: frames.names, sequences }, data, training);
  const { encoding, summary } = dataset;
  return {
    ...dataset,
    encoding: encoding.kind === "labelled-frames" ? { ...encoding, sound } : encoding,
    summary: `${summary}; ${Math.round(seconds)} s of sound at ${grouped(first.sampleRate)} Hz`,
  };
}

/** The samples that are read of a recording. */
export const beginningOf = (
  samples: Float32Array,
  { sampleRate, maximumSeconds = Infinity }: SoundEncoding,
): Float32Array => samples.subarray(0, Math.max(1, Math.round(maximumSeconds * sampleRate)));

function sequenceOf(
  { file, label, group, place }: Recording,
  frames: SoundFrames,
  samples: Float32Array,
  { path, features }: SoundConfig,
): FrameSequence {
  const values = frames.framesOf(samples);
  return {
    steps: values.length / frames.names.length,
    values,
    labels: [label],
    ...(group !== undefined && { group }),
    name: isIndex(path) ? file : file.split("/").slice(-2).join("/"),
    place,
    nameOf: timeOf(features),
  };
}

/** The file, where its place is another one that names it. */
const nameOf = ({ file, place }: Recording): string => (place.file === file ? "" : `${file}: `);

/** When a frame begins. */
export const timeOf =
  ({ hopMs }: { readonly hopMs: number }) =>
  (t: number): string =>
    `${grouped(Math.round(t * hopMs))} ms`;

/** Throws `UserError` that names the file, and where an index names it. */
async function soundOf(recording: Recording, files: FileSource): Promise<Sound> {
  const { file, place } = recording;
  try {
    return decodeWav(await files.read(file));
  } catch (error) {
    if (error instanceof FormatError) {
      const { advice = "Record it again, or leave it out." } = error.details;
      throw errorAt(place, "sound", `${nameOf(recording)}${error.message}`, advice);
    }
    if (!(error instanceof UserError) || place.file === file) throw error;
    throw new UserError(error.details.code, `${inWords(place)}: ${error.message}`, {
      advice: "Mend the path, which is relative to the index, or remove the line.",
      ...error.details,
      place,
    });
  }
}
