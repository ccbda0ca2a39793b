/** Sound as libsndfile writes it, and frames as librosa computes them (sound/make.py). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SoundFeatures } from "../../src/config/schema.ts";
import { soundFrames } from "../../src/data/sound/soundFrames.ts";
import { realsOf } from "../../src/formats/fileTensor.ts";
import { decodeNpy } from "../../src/formats/npy.ts";
import { decodeWav } from "../../src/formats/wav.ts";

const bytesOf = (name: string): Promise<Uint8Array> =>
  readFile(join(import.meta.dirname, "sound", name));

const numbersOf = async (name: string) => realsOf(decodeNpy(await bytesOf(`${name}.npy`)));

/** The largest difference, and where it is. */
function furthest(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  let most = 0;
  for (let k = 0; k < wanted.length; k++) most = Math.max(most, Math.abs(found[k] - wanted[k]));
  return most;
}

describe("a .wav file of libsndfile", () => {
  it.each([
    "pcm-u8",
    "pcm-16",
    "pcm-24",
    "pcm-32",
    "float",
    "double",
    "ulaw",
    "alaw",
    "stereo-extensible",
  ])("says the same here: %s", async (name) => {
    const { samples, sampleRate, channels } = decodeWav(await bytesOf(`${name}.wav`));
    expect(sampleRate).toBe(name.startsWith("stereo") ? 44_100 : 8000);
    expect(channels).toBe(name.startsWith("stereo") ? 2 : 1);
    // Samples are kept in 32 bits.
    expect(furthest(samples, Float32Array.from(await numbersOf(name)))).toBe(0);
  });
});

const common = { lowestHz: 20, meanNormalization: false } as const;
const slaney = { ...common, bands: 26, windowMs: 25, hopMs: 10, scale: "slaney" } as const;
const kinds: readonly (readonly [string, SoundFeatures])[] = [
  ["log-mel", { kind: "log-mel", ...slaney }],
  ["mfcc", { kind: "mfcc", coefficients: 13, ...slaney }],
  [
    "log-mel-htk",
    {
      kind: "log-mel",
      ...common,
      bands: 12,
      windowMs: 20,
      hopMs: 12.5,
      lowestHz: 100,
      highestHz: 3500,
      scale: "htk",
    },
  ],
];

describe("frames of sound", () => {
  for (const rate of [8000, 16_000]) {
    it.each(kinds)(`are librosa's at ${rate} Hz: %s`, async (name, features) => {
      const { samples } = decodeWav(await bytesOf(`tone-${rate}.wav`));
      const frames = soundFrames(features, rate).framesOf(samples);
      // In dB; what is loudest is about 20, silence −100.
      expect(furthest(frames, await numbersOf(`${name}-${rate}`))).toBeLessThan(1e-9);
    });
  }
});
