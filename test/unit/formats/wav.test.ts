/** Files that are cut off, hostile or something else; those of libsndfile are in test/golden/sound.test.ts. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeWav } from "../../../src/formats/wav.ts";
import { FormatError } from "../../../src/formats/formatError.ts";
import { readsOrRefuses } from "../models/damage.ts";
import { wavFile } from "./wavFile.ts";

function refusal(bytes: Uint8Array): string {
  try {
    decodeWav(bytes);
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
  throw new Error("It was read.");
}

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];

describe("a .wav file", () => {
  it("may have other chunks before its samples, of odd length too", () => {
    const bytes = wavFile([0, 16384, -32768], {
      before: [...ascii("LIST"), 3, 0, 0, 0, 1, 2, 3, 0],
    });
    expect([...decodeWav(bytes).samples]).toEqual([0, 0.5, -1]);
  });

  it("that was written into a pipe ends where its bytes end", () => {
    const bytes = wavFile([16384, 8192], { dataLength: 0xffff_ffff });
    expect([...decodeWav(bytes).samples]).toEqual([0.5, 0.25]);
  });

  it("becomes one channel, the mean of all", () => {
    const { samples, channels } = decodeWav(wavFile([16384, 0, -16384, 16384], { channels: 2 }));
    expect(channels).toBe(2);
    expect([...samples]).toEqual([0.25, 0]);
  });

  it.each([
    ["nothing", new Uint8Array(0), "it is empty."],
    ["FLAC", Uint8Array.from(ascii("fLaC0000WAVE")), "it is FLAC."],
    ["MP3", Uint8Array.from(ascii("ID3\u0004000000000")), "it is MP3."],
    ["text", Uint8Array.from(ascii("file,label\n1.wav,a")), "it does not begin as one."],
    ["one that is cut off", wavFile([1, 2, 3]).subarray(0, -2), "only 4 are there."],
    ["no samples", wavFile([]), "it has no samples."],
    ["no fmt", wavFile([1], { name: "fmx " }), 'its samples come before "fmt "'],
    ["a header alone", wavFile([1]).subarray(0, 36), "it has no samples."],
    ["ADPCM", wavFile([1], { code: 2, bits: 4 }), "its samples are Microsoft ADPCM of 4 bits"],
    ["no channel", wavFile([1], { channels: 0 }), "it says that it has 0 channels"],
    ["60,000 channels", wavFile([1], { channels: 60_000 }), "it says that it has 60000 channels"],
    ["no sample rate", wavFile([1], { sampleRate: 0 }), "0 samples in each second"],
    ["a size that does not fit", wavFile([1], { frameBytes: 7 }), "do not take 7 bytes"],
  ])("is refused by name when it is %s", (_, bytes, message) => {
    expect(refusal(bytes)).toContain(message);
  });

  it("of floats has to be of numbers", () => {
    const bytes = wavFile([0, 0x7fc0], { code: 3, bits: 32 });
    expect(refusal(bytes)).toContain("its sample 0 is not a finite number.");
  });

  it.each(["pcm-24", "float", "ulaw", "stereo-extensible"])(
    "is read or refused soon, however it is damaged: %s",
    async (name) => {
      const file = join(import.meta.dirname, "../../golden/sound", `${name}.wav`);
      readsOrRefuses(await readFile(file), decodeWav);
    },
  );
});
