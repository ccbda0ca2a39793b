/** Synthetic tasks over numbers: the adding problem, and a wave from its frequency. */
import type { Condition } from "../../config/schema.ts";
import { integerBelow } from "../randomness.ts";
import type { Example } from "../split.ts";
import { constantBaseline, type Task } from "./task.ts";

/**
 * The adding problem (Hochreiter & Schmidhuber 1997, experiment 4; in the form of Le et al. 2015): T pairs of a
 * number from U[0,1) and a mark, which is 1 at two steps, one in each half, and 0 elsewhere. The target after the last step is the
 * sum of the two marked numbers. Who always answers 1 has a mean squared error of 1/6.
 */
export function addingTask(length: number): Task {
  const half = Math.floor(length / 2);
  const marks = ({ input }: Example): number[] =>
    Array.from({ length }, (_, t) => t).filter((t) => input[2 * t + 1] === 1);
  return {
    encoding: {
      kind: "synthetic",
      task: "adding",
      inputNames: ["number", "mark"],
      outputNames: ["sum"],
    },
    layout: {
      input: { kind: "dense", size: 2 },
      output: { kind: "values", size: 1, at: "last-step" },
    },
    steps: length,
    generate(uniform) {
      const input = new Float32Array(2 * length);
      for (let t = 0; t < length; t++) input[2 * t] = uniform();
      const first = integerBelow(uniform, half);
      const second = half + integerBelow(uniform, length - half);
      input[2 * first + 1] = 1;
      input[2 * second + 1] = 1;
      const target = new Float32Array([input[2 * first] + input[2 * second]]);
      return { steps: length, input, target, weights: new Float32Array([1]) };
    },
    describe(example) {
      const [first, second] = marks(example);
      const number = (t: number): string => example.input[2 * t].toFixed(3);
      return `${number(first)} + ${number(second)} = ${example.target[0].toFixed(3)}, marked at steps ${first} and ${second}`;
    },
    baselines: (examples, loss) => constantBaseline(examples, 1, loss),
  };
}

const [slowest, fastest] = [1, 4];

const wavesOf = ({ input }: Pick<Example, "input">): number =>
  slowest + input[0] * (fastest - slowest);

/**
 * One number becomes a wave: a frequency between 0 and 1, which stands for 1 to 4 waves in T steps, is read at the first step, at
 * every step, or becomes the initial state, and the network has to go on drawing sin(2π·waves·t/T) from it. Always answering 0 has a mean squared error
 * of about 1/2.
 */
export function waveformTask(length: number, condition: Condition): Task {
  return {
    encoding: {
      kind: "synthetic",
      task: "waveform",
      inputNames: ["frequency"],
      outputNames: ["wave"],
    },
    layout: {
      input: { kind: "dense", size: 1, ...(condition === "initial-state" && { condition }) },
      output: { kind: "values", size: 1, at: "each-step" },
    },
    steps: length,
    generate(uniform) {
      const input = new Float32Array(length);
      input.fill(uniform(), 0, condition === "every-step" ? length : 1);
      const waves = wavesOf({ input });
      const target = Float32Array.from({ length }, (_, t) =>
        Math.sin((2 * Math.PI * waves * t) / length),
      );
      return { steps: length, input, target, weights: new Float32Array(length).fill(1) };
    },
    describe: (example) => `${wavesOf(example).toFixed(2)} waves in ${length} steps`,
    baselines: (examples, loss) => constantBaseline(examples, 0, loss),
  };
}
