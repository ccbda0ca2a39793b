/** One number → one number, unit by unit where there are several. */
import { isNumbers, listOf, numbersOf } from "../value.ts";
import { numbersAt, type FunctionDefinition } from "./definition.ts";

const each = (name: string, text: string, apply: (x: number) => number): FunctionDefinition => ({
  name,
  signature: `${name}(x)`,
  text,
  takes: [1, 1],
  compile(call) {
    const { type, at, isConstant } = numbersAt(call, 0);
    return {
      type: { kind: "number", shape: type.shape },
      isConstant,
      at(t) {
        const value = at(t);
        return isNumbers(value)
          ? numbersOf(listOf(value).map(apply), value.shape)
          : apply(Number(value));
      },
    };
  },
});

export const elementwise: readonly FunctionDefinition[] = [
  each("abs", "Without its sign.", Math.abs),
  each("sign", "−1, 0 or 1.", Math.sign),
  each("sqrt", "The square root.", Math.sqrt),
  each("exp", "e to the power of it.", Math.exp),
  each("log", "The natural logarithm.", Math.log),
  each("log10", "The decimal logarithm: the order of magnitude.", Math.log10),
  each("tanh", "The hyperbolic tangent.", Math.tanh),
  each("sigmoid", "1 / (1 + exp(−x)).", (x) => 1 / (1 + Math.exp(-x))),
];
