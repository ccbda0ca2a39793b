/** What a function of the expression language is, and how its values are checked. */
import type { Compiled } from "../compiled.ts";
import type { Environment } from "../environment.ts";
import { ExpressionError } from "../expressionError.ts";
import type { CallNode } from "../syntax.ts";
import { describeType } from "../value.ts";

export interface Call {
  readonly node: CallNode;
  readonly environment: Environment;
  /** Compiled anew for each environment. */
  readonly argument: (index: number, within?: Environment) => Compiled;
}

export interface FunctionDefinition {
  readonly name: string;
  /** `norm(x)`. */
  readonly signature: string;
  /** One or two sentences, for completions and the documentation. */
  readonly text: string;
  /** Fewest and most values. */
  readonly takes: readonly [least: number, most: number];
  readonly compile: (call: Call) => Compiled;
}

/** An argument that is numbers of any shape. */
export function numbersAt(call: Call, index: number, within?: Environment): Compiled {
  const argument = call.argument(index, within);
  if (argument.type.kind === "number") return argument;
  throw wrongArgument(call, index, `takes numbers, but this is ${describeType(argument.type)}`);
}

export function numberAt(call: Call, index: number): Compiled {
  const argument = numbersAt(call, index);
  if (argument.type.shape.length === 0) return argument;
  throw wrongArgument(call, index, `takes one number here, not ${describeType(argument.type)}`);
}

export function severalAt(call: Call, index: number): Compiled {
  const argument = numbersAt(call, index);
  if (argument.type.shape.length > 0) return argument;
  throw wrongArgument(call, index, "takes several numbers, but this is one");
}

export function truthsAt(call: Call, index: number): Compiled {
  const argument = call.argument(index);
  if (argument.type.kind === "truth") return argument;
  const type = describeType(argument.type);
  throw wrongArgument(call, index, `takes a condition, such as f < 0.05, but this is ${type}`);
}

export function wrongArgument({ node }: Call, index: number, what: string): ExpressionError {
  return new ExpressionError(`${node.callee.name} ${what}.`, node.arguments[index] ?? node);
}
