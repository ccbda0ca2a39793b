/**
 * Many numbers → one. Of several (the units of a gate) over these; of a single number (a loss) over all steps at which
 * there is one, so that `loss > 2 * mean(loss)` reads as it is meant.
 */
import type { Compiled } from "../compiled.ts";
import { orAbsent } from "../orAbsent.ts";
import { countOf, isNumbers, listOf, normOf, numbersOf, type Value } from "../value.ts";
import { numbersAt, truthsAt, type Call, type FunctionDefinition } from "./definition.ts";

const reduction = (
  name: string,
  text: string,
  reduce: (numbers: Float64Array) => number,
): FunctionDefinition => ({
  name,
  signature: `${name}(x)`,
  text: `${text} Of a single number: over all steps.`,
  takes: [1, 1],
  compile(call) {
    const argument = numbersAt(call, 0);
    if (argument.type.shape.length > 0) {
      return {
        type: { kind: "number", shape: [] },
        isConstant: argument.isConstant,
        at: (t) => reduce(listOf(argument.at(t))),
      };
    }
    return overTime(call, reduce);
  },
});

/** Computed when it is first asked for, and once: it is the same at every step. */
function overTime(call: Call, reduce: (numbers: Float64Array) => number): Compiled {
  const { steps } = call.environment.program.trace;
  const argument = numbersAt(call, 0, { ...call.environment, isComputed: undefined });
  let known: number | undefined;
  return {
    type: { kind: "number", shape: [] },
    at() {
      known ??= reduce(
        Float64Array.from(
          Array.from({ length: steps }, (_, t) =>
            orAbsent(() => Number(argument.at(t)), undefined),
          ).filter((value) => value !== undefined),
        ),
      );
      return known;
    },
  };
}

function deviation(numbers: Float64Array): number {
  const mean = sum(numbers) / numbers.length;
  return Math.sqrt(sum(numbers.map((value) => (value - mean) ** 2)) / numbers.length);
}

const sum = (numbers: Float64Array): number => numbers.reduce((total, value) => total + value, 0);

/** NaN when any is, unlike a comparison that passes it over. */
const extreme =
  (pick: (a: number, b: number) => number) =>
  (numbers: Float64Array): number =>
    numbers.length === 0 ? NaN : numbers.reduce((a, b) => pick(a, b));

export const reductions: readonly FunctionDefinition[] = [
  reduction("norm", "The length of a vector, L2.", (numbers) => normOf(numbersOf(numbers))),
  reduction("mean", "The mean.", (numbers) => sum(numbers) / numbers.length),
  reduction("sum", "The sum.", sum),
  reduction("min", "The smallest.", extreme(Math.min)),
  reduction("max", "The largest.", extreme(Math.max)),
  reduction("std", "The standard deviation, of all of them.", deviation),
  place("argmax", "The index of the largest number; the first of equal ones.", (a, b) => a > b),
  place("argmin", "The index of the smallest number; the first of equal ones.", (a, b) => a < b),
  quantifier("any", "Whether it is true of at least one.", (count) => count > 0),
  quantifier("all", "Whether it is true of every one.", (count, of) => count === of),
  {
    name: "count",
    signature: "count(condition)",
    text: "Of how many it is true: count(f < 0.05).",
    takes: [1, 1],
    compile(call) {
      const argument = truthsAt(call, 0);
      return {
        type: { kind: "number", shape: [] },
        at: (t) => truths(argument.at(t)),
      };
    },
  },
];

function place(
  name: string,
  text: string,
  isBetter: (a: number, b: number) => boolean,
): FunctionDefinition {
  return {
    name,
    signature: `${name}(x)`,
    text,
    takes: [1, 1],
    compile(call) {
      const argument = numbersAt(call, 0);
      return {
        type: { kind: "number", shape: [] },
        at(t) {
          const numbers = listOf(argument.at(t));
          let best = 0;
          for (let k = 1; k < numbers.length; k++)
            if (isBetter(numbers[k], numbers[best])) best = k;
          return best;
        },
      };
    },
  };
}

function quantifier(
  name: string,
  text: string,
  decide: (count: number, of: number) => boolean,
): FunctionDefinition {
  return {
    name,
    signature: `${name}(condition)`,
    text: `${text.slice(0, -1)}: ${name}(f < 0.05).`,
    takes: [1, 1],
    compile(call) {
      const argument = truthsAt(call, 0);
      const of = countOf(argument.type.shape);
      return {
        type: { kind: "truth", shape: [] },
        at: (t) => decide(truths(argument.at(t)), of),
      };
    },
  };
}

const truths = (value: Value): number =>
  isNumbers(value)
    ? listOf(value).reduce((total, each) => total + (each === 0 ? 0 : 1), 0)
    : Number(value);
