/** What can go wrong in a network, offered as exceptions to stop at. */
import { gatesOf } from "../../trace/names.ts";
import type { Environment } from "../expression/environment.ts";
import { partsIn } from "../expression/names/names.ts";
import { isGradient } from "./mentionsGradient.ts";

export type Pass = "forward" | "backward";

export interface ExceptionFilter {
  readonly filter: string;
  readonly title: string;
  readonly description: string;
  /** In which pass it is looked for. */
  readonly passes: readonly Pass[];
  /** Tested at every step for every layer; undefined where it has no meaning. A person's own condition replaces it. */
  readonly condition: (environment: Environment, pass: Pass) => string | undefined;
  /** In words, for the editor's input box. */
  readonly conditionHint: string;
}

export const exceptionFilters: readonly ExceptionFilter[] = [
  {
    filter: "nonFinite",
    title: "Non-finite value",
    description: "A state, a gate, the output, the loss or a gradient is NaN or infinite.",
    passes: ["forward", "backward"],
    conditionHint: "For example !isfinite(c)",
    condition(environment, pass) {
      const { tensors } = environment.program.trace;
      const isWanted = (name: string) => isGradient(name) === (pass === "backward");
      const parts = partsIn(environment).flatMap(({ name }) => (isWanted(name) ? [name] : []));
      // What the step says comes last: where it says nothing, the layer has been looked at already.
      const said = pass === "forward" ? ["output", "loss"] : ["doutput"];
      const known = said.filter((name) => tensors.has(name === "doutput" ? "grad.output" : name));
      const tested = [...parts.filter((part) => part !== "growth"), ...known];
      return tested.map((part) => `!isfinite(${part})`).join(" || ");
    },
  },
  {
    filter: "vanishing",
    title: "Vanishing gradient",
    description:
      "Going back through time, less than a thousandth is left of the largest gradient of the sequence.",
    passes: ["backward"],
    conditionHint: "norm(dh) < 1e-3 * max(norm(dh)) unless you write another condition",
    condition: (environment) =>
      hasGradients(environment) ? "norm(dh) < 1e-3 * max(norm(dh))" : undefined,
  },
  {
    filter: "exploding",
    title: "Exploding gradient",
    description:
      "Going back through time, the gradient has grown to a hundred times what any one step puts in.",
    passes: ["backward"],
    conditionHint: "norm(dh) > 100 * max(norm(dh_above)) unless you write another condition",
    condition: (environment) =>
      hasGradients(environment) ? "norm(dh) > 100 * max(norm(dh_above))" : undefined,
  },
  {
    filter: "saturated",
    title: "Saturated gate",
    description: "More than nine tenths of a gate's units are saturated, and hardly learn.",
    passes: ["forward"],
    conditionHint: "For example saturated(f) > 0.5",
    condition({ program, layer }) {
      const { cell, nonlinearity } = program.trace.model.layers[layer];
      const squashed = cell === "rnn" && nonlinearity !== "relu" ? ["h"] : gatesOf[cell];
      if (squashed.length === 0) return undefined;
      return squashed.map((gate) => `saturated(${gate}) > 0.9`).join(" || ");
    },
  },
  {
    filter: "wrong",
    title: "Wrong prediction",
    description: "The likeliest class is not the right one.",
    passes: ["forward"],
    conditionHint: "argmax(p) != target unless you write another condition",
    condition: ({ program }) =>
      program.classes && program.trace.model.loss === "cross-entropy"
        ? "argmax(p) != target"
        : undefined,
  },
];

const hasGradients = (environment: Environment): boolean =>
  partsIn(environment).some(({ name }) => name === "dh_above");
