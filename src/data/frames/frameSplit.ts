/** Sequences of frames as the network reads them, and as a person sees them. */
import { encodeNumber, type Column } from "../encoding.ts";
import { inWords } from "../files.ts";
import type { Split } from "../split.ts";
import type { FrameAnswers } from "./frameAnswers.ts";
import type { FrameSequence } from "./frameSequence.ts";

export function createFrameSplit(
  sequences: readonly FrameSequence[],
  columns: readonly Column[],
  answers: FrameAnswers,
  part: Int32Array,
): Split {
  const { at, kind, classes } = answers;
  const width = columns.length;
  // What is said is said in all of it.
  const stepsOf = (sequence: number, wanted = Infinity): number =>
    kind === "labels"
      ? sequences[sequence].steps
      : Math.max(1, Math.min(sequences[sequence].steps, wanted));
  return {
    layout: {
      input: { kind: "dense", size: width },
      output: { kind, size: classes.length, at },
    },
    sequenceCount: part.length,
    steps: part.reduce((longest, sequence) => Math.max(longest, stepsOf(sequence)), 0),
    read(index, wanted) {
      const sequence = part[index];
      const steps = stepsOf(sequence, wanted);
      const { values } = sequences[sequence];
      const input = new Float32Array(steps * width);
      for (let k = 0; k < input.length; k++) input[k] = encodeNumber(values[k], columns[k % width]);
      return {
        steps,
        input,
        target: answers.targets[sequence],
        weights: answers.weights[sequence],
      };
    },
    describe(index) {
      const { place } = sequences[part[index]];
      return { title: answers.titleOf(part[index]), detail: inWords(place) };
    },
    labels(index, wanted) {
      const sequence = part[index];
      const { values, nameOf, placeOf } = sequences[sequence];
      return Array.from({ length: stepsOf(sequence, wanted) }, (_, t) => {
        const target = answers.wantedAt(sequence, t);
        return {
          input: nameOf(t),
          inputValues: columns.map(({ name }, band) => ({ name, value: values[t * width + band] })),
          ...(target !== undefined && { target }),
          ...(placeOf && { place: placeOf(t) }),
        };
      });
    },
  };
}
