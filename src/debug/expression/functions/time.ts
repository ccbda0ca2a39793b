/** Other steps than the one at hand, and what changed on the way here. */
import type { Compiled } from "../compiled.ts";
import type { Environment } from "../environment.ts";
import { stepsOfLayer } from "../../../trace/activeSteps.ts";
import { stepBefore } from "../names/meaning.ts";
import { compileBinary } from "../operators.ts";
import { orAbsent } from "../orAbsent.ts";
import { numberAt, numbersAt, type Call, type FunctionDefinition } from "./definition.ts";

/** Values of another step have been computed, whatever the sub-step. */
const everywhere = ({ environment }: Call): Environment => ({
  ...environment,
  isComputed: undefined,
});

/**
 * What the expression was one step earlier in the direction in which its layer reads. Before the first step a state is
 * the initial one, and everything else is absent.
 */
function before(call: Call, index = 0): Compiled {
  const within = everywhere(call);
  const argument = numbersAt(call, index, within);
  const { trace } = call.environment.program;
  const direction = argument.cell?.direction ?? call.environment.direction;
  const [from, to] = argument.cell ? stepsOfLayer(trace, argument.cell.layer) : [0, trace.steps];
  const first = direction === "forward" ? from : to - 1;
  const { type, cell, initial } = argument;
  return {
    type,
    cell,
    at: (t) => (t === first && initial ? initial() : argument.at(stepBefore(t, direction))),
  };
}

export const time: readonly FunctionDefinition[] = [
  {
    name: "before",
    signature: "before(x)",
    text: "What it was one step earlier in the layer's own direction: before(h) is the state that the cell read.",
    takes: [1, 1],
    compile: (call) => before(call),
  },
  {
    name: "after",
    signature: "after(x)",
    text: "What it is one step later in the layer's own direction: after(dc) is what came back from the future.",
    takes: [1, 1],
    compile(call) {
      const { type, cell, at } = numbersAt(call, 0, everywhere(call));
      const direction = cell?.direction ?? call.environment.direction;
      return { type, cell, at: (t) => at(direction === "forward" ? t + 1 : t - 1) };
    },
  },
  {
    name: "at",
    signature: "at(x, step)",
    text: "What it is at another step: at(h, 0), at(loss, t - 5).",
    takes: [2, 2],
    compile(call) {
      const argument = call.argument(0, everywhere(call));
      const step = numberAt(call, 1);
      const { type, cell } = argument;
      return { type, cell, at: (t) => argument.at(Number(step.at(t))) };
    },
  },
  {
    name: "change",
    signature: "change(x)",
    text: "x − before(x): what the step added.",
    takes: [1, 1],
    compile(call) {
      const [argument] = call.node.arguments;
      const subtraction = {
        ...call.node,
        kind: "binary",
        operator: "-",
        left: argument,
        right: argument,
      } as const;
      return compileBinary(subtraction, numbersAt(call, 0), before(call));
    },
  },
  {
    name: "crosses",
    signature: "crosses(x, level)",
    text: "Whether a number was on the other side of the level one step earlier: crosses(f[3], 0.5).",
    takes: [2, 2],
    compile(call) {
      const now = numberAt(call, 0);
      const earlier = before(call);
      const level = numberAt(call, 1);
      return {
        type: { kind: "truth", shape: [] },
        at(t) {
          const limit = Number(level.at(t));
          const value = Number(now.at(t));
          const previous = orAbsent(() => Number(earlier.at(t)), NaN);
          return (previous < limit && value >= limit) || (previous >= limit && value < limit);
        },
      };
    },
  },
  {
    name: "changes_sign",
    signature: "changes_sign(x)",
    text: "Whether a number was on the other side of 0 one step earlier: changes_sign(h[12]).",
    takes: [1, 1],
    compile(call) {
      const now = numberAt(call, 0);
      const earlier = before(call);
      return {
        type: { kind: "truth", shape: [] },
        at(t) {
          const previous = orAbsent(() => Number(earlier.at(t)), NaN);
          return Math.sign(previous) * Math.sign(Number(now.at(t))) < 0;
        },
      };
    },
  },
  {
    name: "original",
    signature: "original(x)",
    text: "What it was before anything was edited: h - original(h) is what an edit changed.",
    takes: [1, 1],
    compile(call) {
      const { program } = call.environment;
      const compiled = call.argument(0, {
        ...everywhere(call),
        program: program.original ?? program,
      });
      // The original cannot be edited.
      return { type: compiled.type, cell: compiled.cell, at: compiled.at };
    },
  },
];
