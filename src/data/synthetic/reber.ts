/**
 * The embedded Reber grammar (Fahlman 1991 after Cleeremans, Servan-Schreiber & McClelland 1989; Hochreiter & Schmidhuber
 * 1997, experiment 1): B, then T or P, then a word of the Reber grammar, then the same T or P again, then E. Each symbol
 * predicts the next one. All but the last T or P can be told from the symbols shortly before; that one has to be remembered.
 */
import { integerBelow } from "../randomness.ts";
import { meanLoss, spell, type Task } from "./task.ts";

const symbols = ["B", "T", "P", "S", "X", "V", "E"] as const;
type Symbol = (typeof symbols)[number];
const numberOf = (symbol: Symbol): number => symbols.indexOf(symbol);

/** Where each state leads, with equal chances. State 6 is the end. */
const arrows: readonly (readonly (readonly [Symbol, number])[])[] = [
  [
    ["T", 1],
    ["P", 2],
  ],
  [
    ["S", 1],
    ["X", 3],
  ],
  [
    ["T", 2],
    ["V", 4],
  ],
  [
    ["X", 2],
    ["S", 5],
  ],
  [
    ["P", 3],
    ["V", 5],
  ],
  [["E", 6]],
];

/** @param steps of the longest sequence; the last of its symbols is only predicted */
export function reberTask(steps: number): Task {
  return {
    encoding: { kind: "synthetic", task: "reber", symbols, classes: symbols },
    layout: {
      input: { kind: "tokens", vocabulary: symbols.length },
      output: { kind: "classes", size: symbols.length, at: "each-step" },
    },
    steps,
    generate(uniform) {
      let sequence = embeddedWord(uniform);
      // A quarter of all words have the least length, so that this ends soon.
      while (sequence.length > steps + 1) sequence = embeddedWord(uniform);
      const tokens = Int32Array.from(sequence, numberOf);
      const length = tokens.length - 1;
      return {
        steps: length,
        input: tokens.subarray(0, length),
        target: tokens.subarray(1),
        weights: new Float32Array(length).fill(1),
      };
    },
    describe: ({ input, target, steps }) => spell([...input, target[steps - 1]], symbols),
    baselines: (examples) => {
      const choices = examples.map(({ input }) => choicesAfter(input));
      const perfect = meanLoss(examples, (_, t, index) => Math.log(choices[index][t]));
      const forgetful = meanLoss(examples, ({ steps }, t, index) =>
        t === steps - 2 ? Math.LN2 : Math.log(choices[index][t]),
      );
      return [
        {
          name: "the grammar without the T or P to remember",
          loss: forgetful,
          unit: "nats per symbol",
        },
        { name: "the whole grammar", loss: perfect, unit: "nats per symbol" },
      ];
    },
  };
}

function embeddedWord(uniform: () => number): Symbol[] {
  const frame: Symbol = uniform() < 0.5 ? "T" : "P";
  return ["B", frame, ...reberWord(uniform), frame, "E"];
}

function reberWord(uniform: () => number): Symbol[] {
  const word: Symbol[] = ["B"];
  for (let state = 0; state < arrows.length;) {
    const choices = arrows[state];
    const [symbol, next] = choices[integerBelow(uniform, choices.length)];
    word.push(symbol);
    state = next;
  }
  return word;
}

/** How many symbols may follow each of those that were read. */
function choicesAfter(input: ArrayLike<number>): number[] {
  const counts = [2, 1, 2];
  let state = 0;
  for (let t = 3; t < input.length; t++) {
    const arrow = arrows[state]?.find(([symbol]) => numberOf(symbol) === input[t]);
    state = arrow ? arrow[1] : arrows.length;
    counts.push(arrows[state]?.length ?? 1);
  }
  return counts;
}
