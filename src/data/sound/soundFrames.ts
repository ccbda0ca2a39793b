/**
 * Recorded sound as frames of numbers: a window of W samples every H samples, its power spectrum, and what the ear hears of that.
 */
import { UserError } from "../../config/problem.ts";
import type { SoundFeatures } from "../../config/schema.ts";
import { grouped } from "../wording.ts";
import { createFourier, powerOfTwoFrom } from "./fourier.ts";
import { melBands } from "./melScale.ts";

export interface SoundFrames {
  /** Of the I numbers of a frame: `517 Hz`, or `cepstrum 3`. */
  readonly names: readonly string[];
  /** (T,I). A sound that is shorter than a window is followed by silence. */
  framesOf(samples: Float32Array): Float64Array;
}

/** Quieter than −100 dB is silence; 0 dB is a power of 1. */
const leastPower = 1e-10;

/**
 * For sound of one sample rate, in Hz:
 *   P_t[k] = |Σ_n w[n] x[tH + n] e^(−2πikn/N)|²   k ≤ N/2   Hann's w[n] = (1 − cos(2πn/W)) / 2   N ≥ W a power of two
 *   L_t[b] = 10 log₁₀ Σ_k triangle_b[k] P_t[k]              in dB: what `log-mel` reads
 *   C_t[j] = √((j = 0 ? 1 : 2) / B) Σ_b L_t[b] cos(πj(b + ½)/B)   what `mfcc` reads (Davis & Mermelstein 1980)
 * T = 1 + ⌊(samples − W) / H⌋. With the scale `slaney` the numbers are librosa's.
 */
export function soundFrames(features: SoundFeatures, sampleRate: number): SoundFrames {
  const window = samplesIn(features.windowMs, sampleRate);
  const hop = samplesIn(features.hopMs, sampleRate);
  const fourier = createFourier(powerOfTwoFrom(window));
  const { size } = fourier;
  const { centres, filters } = bandsOf(features, sampleRate, size);
  const hann = Float64Array.from(
    { length: window },
    (_, n) => (1 - Math.cos((2 * Math.PI * n) / window)) / 2,
  );
  const bands = features.bands;
  const transform = features.kind === "mfcc" ? cosines(features.coefficients, bands) : undefined;
  const width = transform ? transform.length / bands : bands;
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
  const loudness = new Float64Array(bands);

  const hear = (samples: Float32Array, from: number): void => {
    imaginary.fill(0);
    real.fill(0);
    const length = Math.min(window, samples.length - from);
    for (let n = 0; n < length; n++) real[n] = hann[n] * samples[from + n];
    fourier.transform(real, imaginary);
    filters.forEach((filter, band) => {
      let power = 0;
      filter.weights.forEach((weight, k) => {
        const bin = filter.from + k;
        power += weight * (real[bin] ** 2 + imaginary[bin] ** 2);
      });
      loudness[band] = 10 * Math.log10(Math.max(power, leastPower));
    });
  };

  return {
    names:
      features.kind === "mfcc"
        ? Array.from({ length: width }, (_, j) => `cepstrum ${j}`)
        : Array.from(centres, (hz) => `${grouped(Math.round(hz))} Hz`),
    framesOf(samples) {
      const steps = 1 + Math.max(0, Math.floor((samples.length - window) / hop));
      const frames = new Float64Array(steps * width);
      for (let t = 0; t < steps; t++) {
        hear(samples, t * hop);
        const frame = frames.subarray(t * width, (t + 1) * width);
        if (transform) multiply(transform, loudness, frame);
        else frame.set(loudness);
      }
      if (features.meanNormalization) subtractMeans(frames, width);
      return frames;
    },
  };
}

const samplesIn = (ms: number, sampleRate: number): number =>
  Math.max(1, Math.round((ms / 1000) * sampleRate));

function bandsOf(features: SoundFeatures, sampleRate: number, size: number) {
  const { bands, scale, lowestHz, highestHz = sampleRate / 2 } = features;
  if (highestHz > sampleRate / 2) {
    throw refuse(
      "highestHz",
      `Sound of ${grouped(sampleRate)} samples in each second has nothing above ${grouped(sampleRate / 2)} Hz, and the bands are to reach up to ${grouped(highestHz)} Hz.`,
      `Take at most ${sampleRate / 2}, or leave it out.`,
    );
  }
  if (lowestHz >= highestHz) {
    throw refuse(
      "lowestHz",
      `The bands are to begin at ${grouped(lowestHz)} Hz, and end at ${grouped(highestHz)} Hz.`,
      "Begin lower.",
    );
  }
  const found = melBands(bands, scale, [lowestHz, highestHz], { size, sampleRate });
  const deaf = found.filters.findIndex(({ weights }) => weights.length === 0);
  if (deaf < 0) return found;
  throw refuse(
    "bands",
    `Band ${deaf + 1} of ${bands} hears nothing: a window of ${features.windowMs} ms tells frequencies apart that are ${Math.round(sampleRate / size)} Hz from each other, and this band is narrower.`,
    "Take fewer bands, or a longer window.",
  );
}

const refuse = (key: string, message: string, advice: string): UserError =>
  new UserError("sound-bands", message, { advice, path: ["data", "features", key] });

/** (J,B), orthonormal: the cosine transform (Ahmed et al. 1974, IEEE Transactions on Computers C-23). */
function cosines(count: number, bands: number): Float64Array {
  const rows = Math.min(count, bands);
  return Float64Array.from({ length: rows * bands }, (_, at) => {
    const [j, b] = [Math.floor(at / bands), at % bands];
    return Math.sqrt((j === 0 ? 1 : 2) / bands) * Math.cos((Math.PI * j * (b + 0.5)) / bands);
  });
}

/** y (J) = matrix (J,B) x (B) */
function multiply(matrix: Float64Array, x: Float64Array, y: Float64Array): void {
  for (let j = 0; j < y.length; j++) {
    let sum = 0;
    for (let b = 0; b < x.length; b++) sum += matrix[j * x.length + b] * x[b];
    y[j] = sum;
  }
}

function subtractMeans(frames: Float64Array, width: number): void {
  const means = new Float64Array(width);
  const steps = frames.length / width;
  for (let k = 0; k < frames.length; k++) means[k % width] += frames[k] / steps;
  for (let k = 0; k < frames.length; k++) frames[k] -= means[k % width];
}
