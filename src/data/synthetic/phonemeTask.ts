/**
 * Unsegmented labels, as in speech: frames of noisy features, and the phonemes that were spoken, without their places
 * (the kind of task that CTC is for: Graves et al. 2006, on TIMIT).
 */
import { alignmentBaseline } from "../labelBaselines.ts";
import { withBlank } from "../labels.ts";
import { createUniform, integerBelow } from "../randomness.ts";
import type { Example } from "../split.ts";
import type { Task } from "./task.ts";

export const phonemes = ["p", "t", "k", "s", "m", "a", "i", "u"] as const;
const bands = 6;
/** Frames that a phoneme and a silence last. */
const [shortest, longest] = [3, 7];
const longestSilence = 3;
/** Deviation of what is added to every feature; features are between −1 and 1. */
const noise = 0.3;
/** Frames for each phoneme, silence included, when there are as many as fit. */
const framesEach = longest + longestSilence;

/** What each phoneme sounds like: the same in every run. */
const sounds: readonly (readonly number[])[] = phonemes.map((_, number) => {
  const uniform = createUniform(0x70686f6e, number);
  return Array.from({ length: bands }, () => 2 * uniform() - 1);
});

/**
 * One to ⌊length / 10⌋ phonemes of eight, each of 3 to 7 frames, which swell and fade, speaker and frame adding noise of their own;
 * between them up to 3 frames of silence, and at least one between two that are the same.
 * @param length frames of the longest sequence
 */
export function phonemeTask(length: number, blank: number): Task {
  const most = Math.max(1, Math.floor(length / framesEach));
  const classes = withBlank(phonemes, blank);
  return {
    encoding: {
      kind: "synthetic",
      task: "phonemes",
      inputNames: Array.from({ length: bands }, (_, band) => `band ${band + 1}`),
      classes,
      blank,
    },
    layout: {
      input: { kind: "dense", size: bands },
      output: { kind: "labels", size: classes.length, at: "each-step" },
    },
    steps: length,
    generate(uniform) {
      const spoken = Array.from({ length: 1 + integerBelow(uniform, most) }, () =>
        integerBelow(uniform, phonemes.length),
      );
      const frames = speak(spoken, uniform);
      const steps = frames.length;
      const weights = new Float32Array(steps);
      weights[steps - 1] = 1;
      const target = Int32Array.from(spoken, (number) => (number >= blank ? number + 1 : number));
      return { steps, input: Float32Array.from(frames.flat()), target, weights };
    },
    describe: ({ target, steps }: Example) =>
      `${Array.from(target, (label) => classes[label]).join(" ")} in ${steps} frames`,
    baselines: (examples) => [alignmentBaseline(examples, classes.length)],
  };
}

/** (T,bands) */
function speak(spoken: readonly number[], uniform: () => number): number[][] {
  const speaker = Array.from({ length: bands }, () => 0.3 * normal(uniform));
  const frame = (sound: readonly number[] | undefined, loudness: number): number[] =>
    speaker.map((own, band) => loudness * ((sound?.[band] ?? 0) + own) + noise * normal(uniform));
  const frames: number[][] = [];
  spoken.forEach((number, at) => {
    const least = number === spoken[at - 1] ? 1 : 0;
    const silence = least + integerBelow(uniform, longestSilence + 1 - least);
    for (let t = 0; t < silence; t++) frames.push(frame(undefined, 0));
    const duration = shortest + integerBelow(uniform, longest - shortest + 1);
    for (let t = 0; t < duration; t++)
      frames.push(frame(sounds[number], Math.sin((Math.PI * (t + 1)) / (duration + 1)) ** 0.5));
  });
  return frames;
}

/** Box & Muller 1958. */
const normal = (uniform: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
