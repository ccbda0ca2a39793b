/** Why a condition holds at a step: which of its alternatives, and what number was compared. */
import { compileNode } from "../expression/compile.ts";
import type { Environment } from "../expression/environment.ts";
import { orAbsent } from "../expression/orAbsent.ts";
import { parse } from "../expression/parse.ts";
import type { Node } from "../expression/syntax.ts";
import { isNumbers } from "../expression/value.ts";
import { valueText } from "../variables/valueText.ts";

/** `saturated(f) > 0.9 (it is 0.953)`, `!isfinite(c), !isfinite(h)`. */
export function explain(condition: string, environment: Environment, t: number): string {
  return alternatives(parse(condition))
    .filter((node) => orAbsent(() => compileNode(node, environment).at(t) === true, false))
    .map((node) => {
      const text = condition.slice(node.from, node.to);
      const value = comparedValue(node, environment, t);
      return value === undefined ? text : `${text} (it is ${value})`;
    })
    .join(", ");
}

const alternatives = (node: Node): readonly Node[] =>
  node.kind === "binary" && node.operator === "||"
    ? [...alternatives(node.left), ...alternatives(node.right)]
    : [node];

function comparedValue(node: Node, environment: Environment, t: number): string | undefined {
  if (node.kind !== "binary" || node.operator === "&&") return undefined;
  const value = compileNode(node.left, environment).at(t);
  return isNumbers(value) ? undefined : valueText(value);
}
