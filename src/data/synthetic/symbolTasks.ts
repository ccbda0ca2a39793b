/** Synthetic tasks over symbols: copying after a delay, the order of events, parity. */
import type { Baseline } from "../dataset.ts";
import { integerBelow } from "../randomness.ts";
import type { Layout } from "../split.ts";
import { spell, type Task } from "./task.ts";

const symbolLayout = (vocabulary: number, classes: number, at: Layout["output"]["at"]): Layout => ({
  input: { kind: "tokens", vocabulary },
  output: { kind: "classes", size: classes, at },
});

const chance = (classes: number): readonly Baseline[] => [
  { name: "guessing", loss: Math.log(classes), unit: "nats", accuracy: 1 / classes },
];

const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
const [blank, recall] = [letters.length, letters.length + 1];
const copied = 10;

/**
 * Copying (Hochreiter & Schmidhuber 1997; set up as Arjovsky et al. 2016, arXiv:1511.06464): ten letters of eight,
 * `delay` blanks of which the last is a sign to recall, then ten blanks during which the letters are to be repeated. T = delay + 20.
 * The loss is taken while recalling only, and not also over the blanks before, which are trivial: so chance is
 * ln 8 per letter whatever the delay.
 */
export function copyTask(delay: number): Task {
  const steps = delay + 2 * copied;
  const symbols = [...letters, "·", "▸"];
  return {
    encoding: { kind: "synthetic", task: "copy", symbols, classes: letters },
    layout: symbolLayout(symbols.length, letters.length, "each-step"),
    steps,
    generate(uniform) {
      const input = new Int32Array(steps).fill(blank);
      const target = new Int32Array(steps);
      const weights = new Float32Array(steps);
      for (let at = 0; at < copied; at++) {
        input[at] = integerBelow(uniform, letters.length);
        target[copied + delay + at] = input[at];
        weights[copied + delay + at] = 1;
      }
      input[copied + delay - 1] = recall;
      return { steps, input, target, weights };
    },
    describe: ({ input }) => `${spell(input.slice(0, copied), symbols)} after a delay of ${delay}`,
    baselines: () => chance(letters.length),
  };
}

/**
 * Temporal order, two events (Hochreiter & Schmidhuber 1997, experiment 6a): E, then distractors a–d among which
 * X or Y stands twice, at a tenth to a fifth of the way and at a half to three fifths, then B. The class is which came when:
 * Q for X,X, R for X,Y, S for Y,X, U for Y,Y. In the paper T is 100 to 110.
 */
export function temporalOrderTask(length: number): Task {
  const symbols = ["E", "B", "a", "b", "c", "d", "X", "Y"];
  const classes = ["Q", "R", "S", "U"];
  const between = (uniform: () => number, from: number, to: number): number => {
    const first = Math.max(1, Math.floor(length * from));
    return first + integerBelow(uniform, Math.max(1, Math.floor(length * to) - first));
  };
  return {
    encoding: { kind: "synthetic", task: "temporal-order", symbols, classes },
    layout: symbolLayout(symbols.length, classes.length, "last-step"),
    steps: length,
    generate(uniform) {
      const input = Int32Array.from({ length }, () => 2 + integerBelow(uniform, 4));
      const [first, second] = [integerBelow(uniform, 2), integerBelow(uniform, 2)];
      input[0] = 0;
      input[length - 1] = 1;
      input[between(uniform, 0.1, 0.2)] = 6 + first;
      input[between(uniform, 0.5, 0.6)] = 6 + second;
      return {
        steps: length,
        input,
        target: Int32Array.of(2 * first + second),
        weights: new Float32Array([1]),
      };
    },
    describe({ input, target }) {
      const events = Array.from(input, (token, t) =>
        token >= 6 ? `${symbols[token]} at step ${t}` : "",
      ).filter(Boolean);
      return `${events.join(", ")}: ${classes[target[0]]}`;
    },
    baselines: () => chance(classes.length),
  };
}

/** Parity of the bits so far, at every step: one flip anywhere changes all that follows. Chance is ln 2. */
export function parityTask(length: number): Task {
  const symbols = ["0", "1"];
  const classes = ["even", "odd"];
  return {
    encoding: { kind: "synthetic", task: "parity", symbols, classes },
    layout: symbolLayout(symbols.length, classes.length, "each-step"),
    steps: length,
    generate(uniform) {
      const input = Int32Array.from({ length }, () => integerBelow(uniform, 2));
      let odd = 0;
      const target = input.map((bit) => (odd ^= bit));
      return { steps: length, input, target, weights: new Float32Array(length).fill(1) };
    },
    describe: ({ input, target }) =>
      `${spell(input.slice(0, 40), symbols)}${length > 40 ? "…" : ""}: ${classes[target[length - 1]]} in the end`,
    baselines: () => chance(classes.length),
  };
}
