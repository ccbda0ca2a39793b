/** A recording that was not among the data, as a network that was trained on sound reads it. */
import { UserError } from "../../config/problem.ts";
import { FormatError } from "../../formats/formatError.ts";
import { decodeWav, type Sound } from "../../formats/wav.ts";
import { encodeNumber, type LabelledFramesEncoding } from "../encoding.ts";
import type { Sequence } from "../sequences.ts";
import { soundFrames } from "../sound/soundFrames.ts";
import { grouped } from "../wording.ts";
import { beginningOf, timeOf } from "./labelledSound.ts";

/** What it is, nobody knows: it has no target. Throws `UserError` for what is no sound, or of another sample rate. */
export function sequenceOfRecording(
  { inputs, sound }: LabelledFramesEncoding,
  file: string,
  bytes: Uint8Array,
): Sequence {
  if (!sound) throw new Error("The network reads no sound.");
  const { samples, sampleRate } = soundIn(bytes, file);
  if (sampleRate !== sound.sampleRate) {
    throw new UserError(
      "sample-rates",
      `${file} has ${grouped(sampleRate)} samples in each second, and the network was trained on ${grouped(sound.sampleRate)}.`,
      {
        place: { file },
        advice: `Convert it, for example with ffmpeg -i in.wav -ar ${sound.sampleRate} out.wav.`,
      },
    );
  }
  const frames = soundFrames(sound.features, sampleRate);
  const values = frames.framesOf(beginningOf(samples, sound));
  const width = inputs.length;
  const steps = values.length / width;
  const nameOf = timeOf(sound.features);
  return {
    title: file,
    batch: {
      steps,
      size: 1,
      lengths: Int32Array.of(steps),
      input: {
        kind: "dense",
        values: Float32Array.from(values, (value, k) => encodeNumber(value, inputs[k % width])),
      },
      carry: false,
    },
    steps: Array.from({ length: steps }, (_, t) => ({
      input: nameOf(t),
      inputValues: inputs.map(({ name }, band) => ({ name, value: values[t * width + band] })),
    })),
  };
}

function soundIn(bytes: Uint8Array, file: string): Sound {
  try {
    return decodeWav(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UserError("sound", `${file}: ${error.message}`, {
      place: { file },
      advice: "Choose a WAV file.",
      ...error.details,
    });
  }
}
