/** From numbers of classes to what a person calls them. */
import { formatNumber } from "../../formatNumber.ts";
import { listOf } from "../value.ts";
import { absence } from "../names/meaning.ts";
import {
  numberAt,
  severalAt,
  wrongArgument,
  type Call,
  type FunctionDefinition,
} from "./definition.ts";

function labelsOf(call: Call): readonly string[] {
  const { classes } = call.environment.program;
  if (!classes) throw wrongArgument(call, 0, "needs classes, but this network predicts numbers");
  return classes;
}

export const classes: readonly FunctionDefinition[] = [
  {
    name: "label",
    signature: "label(class)",
    text: 'The text of a class: label(target) == "e", label(argmax(p)).',
    takes: [1, 1],
    compile(call) {
      const argument = numberAt(call, 0);
      const labels = labelsOf(call);
      return {
        type: { kind: "text", shape: [] },
        at(t) {
          const index = Number(argument.at(t));
          const label = labels[index];
          if (label === undefined) {
            throw absence(
              `There is no class ${index}: they go from 0 to ${labels.length - 1}.`,
              call.node,
            );
          }
          return label;
        },
      };
    },
  },
  {
    name: "top",
    signature: "top(p, n)",
    text: "The n largest, with their labels: top(p, 3) is what the network thinks likeliest.",
    takes: [1, 2],
    compile(call) {
      const argument = severalAt(call, 0);
      const count = call.node.arguments.length > 1 ? numberAt(call, 1) : undefined;
      const { classes: labels } = call.environment.program;
      const isOfClasses = argument.type.shape[0] === labels?.length;
      return {
        type: { kind: "text", shape: [] },
        at(t) {
          const numbers = listOf(argument.at(t));
          const most = Math.max(1, Math.min(100, count ? Math.trunc(Number(count.at(t))) || 1 : 3));
          return largest(numbers, most)
            .map((index) => {
              const name = isOfClasses && labels ? JSON.stringify(labels[index]) : `[${index}]`;
              return `${name} ${formatNumber(numbers[index])}`;
            })
            .join(", ");
        },
      };
    },
  },
  {
    name: "entropy",
    signature: "entropy(p)",
    text: "How undecided the network is, in nats: 0 when it is sure, log(classes) when it knows nothing.",
    takes: [1, 1],
    compile(call) {
      const argument = severalAt(call, 0);
      return {
        type: { kind: "number", shape: [] },
        at: (t) =>
          listOf(argument.at(t)).reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0),
      };
    },
  },
];

/** Indices of the `count` largest, largest first; of equal ones the first comes first, and NaN last. */
export function largest(numbers: ArrayLike<number>, count: number): readonly number[] {
  const rank = (index: number): number =>
    Number.isNaN(numbers[index]) ? -Infinity : numbers[index];
  return Array.from(numbers, (_, index) => index)
    .sort((a, b) => (rank(a) === rank(b) ? a - b : rank(b) - rank(a)))
    .slice(0, count);
}
