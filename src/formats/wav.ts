/**
 * .wav, recorded sound: chunks of a RIFF file (IBM & Microsoft 1991, "Multimedia Programming Interface and Data
 * Specifications 1.0"), of which `fmt ` says how the samples of `data` are written.
 *
 * Read are linear samples of 8, 16, 24 and 32 bits, floats of 32 and 64 bits, and the two telephone codes of ITU-T G.711; several
 * channels become one, their mean. Compressed sound is refused by name.
 */
import { FormatError } from "./formatError.ts";
import { fromALaw, fromMuLaw } from "./telephoneCodes.ts";

export interface Sound {
  /** Hz */
  readonly sampleRate: number;
  /** Channels of the file, of which `samples` is the mean. */
  readonly channels: number;
  /** Between −1 and 1, but for floats, which may say anything finite. */
  readonly samples: Float32Array;
}

/** One sample of a channel at a byte. */
type ReadSample = (view: DataView, at: number) => number;

interface Layout {
  readonly sampleRate: number;
  readonly channels: number;
  readonly bytesPerSample: number;
  readonly readSample: ReadSample;
}

const mostChannels = 64;
/** A program that writes into a pipe does not know the length in advance, and says one that no file has. */
const isUnknown = (length: number): boolean => length >= 0x7fff_0000;

export const isWav = (bytes: Uint8Array): boolean =>
  bytes.length >= 12 && nameAt(bytes, 0) === "RIFF" && nameAt(bytes, 8) === "WAVE";

/** Throws `FormatError`. Takes no more memory than four bytes for each byte of the file. */
export function decodeWav(bytes: Uint8Array): Sound {
  if (!isWav(bytes)) fail(notWav(bytes), "Save the recording as WAV, for example 16-bit PCM.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let layout: Layout | undefined;
  let at = 12;
  while (at + 8 <= bytes.length) {
    const name = nameAt(bytes, at);
    const length = view.getUint32(at + 4, true);
    const start = at + 8;
    const left = bytes.length - start;
    if (name === "fmt ") layout = readLayout(view, start, Math.min(length, left));
    if (name === "data") {
      if (!layout) return fail('its samples come before "fmt ", which says how they are written.');
      if (length > left && !isUnknown(length))
        fail(
          `its samples should take ${length} bytes, and only ${left} are there.`,
          "The file is cut off: copy or record it again.",
        );
      return readSamples(view, start, Math.min(length, left), layout);
    }
    // Chunks begin at even bytes.
    at = start + length + (length % 2);
  }
  return fail(`it has no ${layout ? "samples" : '"fmt " that says how samples are written'}.`);
}

function readLayout(view: DataView, start: number, length: number): Layout {
  if (length < 16) return fail(`"fmt " has ${length} bytes, and 16 are the least.`);
  const channels = view.getUint16(start + 2, true);
  const sampleRate = view.getUint32(start + 4, true);
  const bytesPerFrame = view.getUint16(start + 12, true);
  const bits = view.getUint16(start + 14, true);
  let code = view.getUint16(start, true);
  // "Extensible": the code stands at the beginning of a GUID.
  if (code === 0xfffe && length >= 26) code = view.getUint16(start + 24, true);
  if (channels === 0 || channels > mostChannels)
    fail(`it says that it has ${channels} channels; 1 to ${mostChannels} are read.`);
  if (sampleRate === 0) fail("it says that it has 0 samples in each second.");
  const bytesPerSample = Math.ceil(bits / 8);
  const readSample = readers[`${code} ${bits}`];
  if (!readSample) {
    return fail(
      `its samples are ${nameOfCode(code)} of ${bits} bits, which is not read.`,
      "Convert it to 16-bit PCM, for example with ffmpeg -i in.wav -c:a pcm_s16le out.wav.",
    );
  }
  if (bytesPerFrame !== channels * bytesPerSample)
    fail(`${channels} × ${bits} bits do not take ${bytesPerFrame} bytes, as it says that they do.`);
  return { sampleRate, channels, bytesPerSample, readSample };
}

/** By format code and bits. */
const readers: Readonly<Record<string, ReadSample>> = {
  "1 8": (view, at) => (view.getUint8(at) - 128) / 128,
  "1 16": (view, at) => view.getInt16(at, true) / 2 ** 15,
  "1 24": (view, at) =>
    (view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getInt8(at + 2) << 16)) / 2 ** 23,
  "1 32": (view, at) => view.getInt32(at, true) / 2 ** 31,
  "3 32": (view, at) => view.getFloat32(at, true),
  "3 64": (view, at) => view.getFloat64(at, true),
  "6 8": (view, at) => fromALaw(view.getUint8(at)) / 2 ** 15,
  "7 8": (view, at) => fromMuLaw(view.getUint8(at)) / 2 ** 15,
};

const codes: Readonly<Record<number, string>> = {
  1: "linear PCM",
  2: "Microsoft ADPCM",
  3: "floats",
  6: "A-law",
  7: "µ-law",
  17: "IMA ADPCM",
  49: "GSM 6.10",
  80: "MPEG",
  85: "MP3",
};
const nameOfCode = (code: number): string => codes[code] ?? `format ${code}`;

function readSamples(view: DataView, start: number, length: number, layout: Layout): Sound {
  const { sampleRate, channels, bytesPerSample, readSample } = layout;
  const bytesPerFrame = channels * bytesPerSample;
  // What is left of a frame at the end is no sample.
  const samples = new Float32Array(Math.floor(length / bytesPerFrame));
  for (let n = 0; n < samples.length; n++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++)
      sum += readSample(view, start + n * bytesPerFrame + channel * bytesPerSample);
    if (!Number.isFinite(sum)) fail(`its sample ${n} is not a finite number.`);
    samples[n] = sum / channels;
  }
  if (samples.length === 0) fail("it has no samples.");
  return { sampleRate, channels, samples };
}

/** What begins otherwise, by the first bytes of what people name .wav. */
function notWav(bytes: Uint8Array): string {
  const name = bytes.length >= 4 ? nameAt(bytes, 0) : "";
  if (bytes.length === 0) return "it is empty.";
  if (name === "RIFX") return "its numbers are big-endian (RIFX), which is not read.";
  if (name === "RF64") return "it is made for more than 4 GB (RF64), which is not read.";
  if (name === "fLaC") return "it is FLAC.";
  if (name === "OggS") return "it is Ogg.";
  if (name.startsWith("ID3")) return "it is MP3.";
  return "it does not begin as one.";
}

const nameAt = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + 4));

function fail(message: string, advice?: string): never {
  throw new FormatError("WAV", message, advice);
}
