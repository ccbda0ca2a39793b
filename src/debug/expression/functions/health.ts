/** What goes wrong with numbers: they are none, or their unit has stopped learning. */
import { saturationLimits } from "../../../trace/activation.ts";
import { countOf, countWhere } from "../value.ts";
import { numbersAt, wrongArgument, type FunctionDefinition } from "./definition.ts";

const { sigmoid, tanh } = saturationLimits;

/** Quicker than asking whether it is finite: only what is not differs from itself when taken away. */
const isNotFinite = (value: number): boolean => value - value !== 0;

export const health: readonly FunctionDefinition[] = [
  {
    name: "saturated",
    signature: "saturated(gate)",
    text: `The share of units that are saturated: a sigmoid below ${sigmoid.low} or above ${sigmoid.high}, a tanh beyond ±${tanh.high}.`,
    takes: [1, 1],
    compile(call) {
      const { type, at } = numbersAt(call, 0);
      const { activation = "unbounded" } = type;
      if (activation === "unbounded") {
        throw wrongArgument(
          call,
          0,
          "takes a gate, or the h of a tanh cell: nothing squashes this",
        );
      }
      const { low, high } = saturationLimits[activation];
      const isSaturated = (value: number): boolean => value < low || value > high;
      return {
        type: { kind: "number", shape: [] },
        at: (t) => countWhere(at(t), isSaturated) / countOf(type.shape),
      };
    },
  },
  {
    name: "isnan",
    signature: "isnan(x)",
    text: "Whether any of them is not a number.",
    takes: [1, 1],
    compile(call) {
      const { at } = numbersAt(call, 0);
      return { type: { kind: "truth", shape: [] }, at: (t) => countWhere(at(t), Number.isNaN) > 0 };
    },
  },
  {
    name: "isfinite",
    signature: "isfinite(x)",
    text: "Whether every one is a number, and not infinite.",
    takes: [1, 1],
    compile(call) {
      const { at } = numbersAt(call, 0);
      return {
        type: { kind: "truth", shape: [] },
        at: (t) => countWhere(at(t), isNotFinite) === 0,
      };
    },
  },
];
