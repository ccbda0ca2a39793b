/** What goes wrong with numbers: they are none, or their unit has stopped learning. */
import { isSaturatedHigh, isSaturatedLow, saturationLimits } from "../../../trace/activation.ts";
import { listOf } from "../value.ts";
import { numbersAt, wrongArgument, type FunctionDefinition } from "./definition.ts";

const { sigmoid, tanh } = saturationLimits;

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
      return {
        type: { kind: "number", shape: [] },
        at(t) {
          const list = listOf(at(t));
          let count = 0;
          for (const value of list) {
            if (isSaturatedLow(value, activation) || isSaturatedHigh(value, activation)) count++;
          }
          return count / list.length;
        },
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
      return { type: { kind: "truth", shape: [] }, at: (t) => listOf(at(t)).some(Number.isNaN) };
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
        at: (t) => listOf(at(t)).every(Number.isFinite),
      };
    },
  },
];
