/**
 * A tree → something that can be worked out at any step: finds names, checks types and shapes, so that a mistake is
 * told where it stands and before anything runs.
 */
import type { Compiled } from "./compiled.ts";
import type { Environment } from "./environment.ts";
import { ExpressionError } from "./expressionError.ts";
import { functionNamed, functionNames } from "./functions/functions.ts";
import { compileIndex } from "./indexing.ts";
import { compileLayer } from "./layerSelection.ts";
import { compileName, namesIn } from "./names/names.ts";
import { nearest } from "./nearest.ts";
import { compileBinary, compileUnary } from "./operators.ts";
import { orAbsent } from "./orAbsent.ts";
import { parse } from "./parse.ts";
import type { CallNode, MemberNode, NameNode, Node } from "./syntax.ts";
import { describeType } from "./value.ts";

export function compile(text: string, environment: Environment): Compiled {
  return compileNode(parse(text), environment);
}

/** A condition: true or false, and false where something in it has no value. */
export function compileCondition(text: string, environment: Environment): (t: number) => boolean {
  const { type, at } = compile(text, environment);
  const range = { from: 0, to: text.length };
  if (type.kind !== "truth") {
    throw new ExpressionError(
      `A condition is true or false, but this is ${describeType(type)}. Compare it with something: norm(h) > 1.`,
      range,
    );
  }
  if (type.shape.length > 0) {
    throw new ExpressionError(
      `A condition is true or false, but this is ${describeType(type)}. Write any(…) or all(…) around it.`,
      range,
    );
  }
  return (t) => orAbsent(() => at(t) === true, false);
}

export function compileNode(node: Node, environment: Environment): Compiled {
  switch (node.kind) {
    case "number":
      return constant({ kind: "number", shape: [] }, node.value);
    case "truth":
      return constant({ kind: "truth", shape: [] }, node.value);
    case "text":
      return constant({ kind: "text", shape: [] }, node.value);
    case "name":
      return compileName(node.name, environment, node) ?? unknownName(node, environment);
    case "member":
      return compileMember(node, environment);
    case "index":
      return (
        compileLayer(node, environment)?.value ??
        compileIndex(node, compileNode(node.object, environment), (part) =>
          compileNode(part, environment),
        )
      );
    case "call":
      return compileCall(node, environment);
    case "unary":
      return compileUnary(node, compileNode(node.operand, environment));
    case "binary":
      return compileBinary(
        node,
        compileNode(node.left, environment),
        compileNode(node.right, environment),
      );
  }
}

const constant = (type: Compiled["type"], value: number | boolean | string): Compiled => ({
  type,
  at: () => value,
  isConstant: true,
});

/** `layers[1].h`, or a parameter with a dot in its name: `output.weight`. */
function compileMember(node: MemberNode, environment: Environment): Compiled {
  const selected = compileLayer(node, environment);
  if (selected?.value) return selected.value;
  const dotted = dottedName(node);
  const parameter = dotted === undefined ? undefined : compileName(dotted, environment, node);
  if (parameter) return parameter;
  throw new ExpressionError(
    `Only layers and parameters have parts: layers[0].h, output.weight.`,
    node.property,
  );
}

function dottedName(node: Node): string | undefined {
  if (node.kind === "name") return node.name;
  if (node.kind !== "member") return undefined;
  const object = dottedName(node.object);
  return object === undefined ? undefined : `${object}.${node.property.name}`;
}

function unknownName(node: NameNode, environment: Environment): never {
  if (functionNamed(node.name)) {
    throw new ExpressionError(`${node.name} is a function: ${node.name}(…).`, node);
  }
  if (node.name === "layers") {
    throw new ExpressionError("Say which layer and what of it: layers[0].h.", node);
  }
  const names = namesIn(environment).map(({ name }) => name);
  throw new ExpressionError(
    `There is no "${node.name}" here.${suggestion(node.name, names)}`,
    node,
  );
}

function suggestion(name: string, names: readonly string[]): string {
  const close = nearest(name, names);
  return close === undefined ? "" : ` Did you mean "${close}"?`;
}

function compileCall(node: CallNode, environment: Environment): Compiled {
  const { callee, arguments: values } = node;
  const definition = functionNamed(callee.name);
  if (!definition) {
    throw new ExpressionError(
      `There is no function "${callee.name}".${suggestion(callee.name, functionNames)}`,
      callee,
    );
  }
  const [least, most] = definition.takes;
  if (values.length < least || values.length > most) {
    throw new ExpressionError(
      `${definition.signature} takes ${least === most ? least : `${least} or ${most}`} ${most === 1 ? "value" : "values"}, not ${values.length}.`,
      node,
    );
  }
  return definition.compile({
    node,
    environment,
    argument: (index, within = environment) => compileNode(values[index], within),
  });
}
