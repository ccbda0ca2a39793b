/** Whether an expression is about gradients, so that it is tested on the way back and not on the way forward. */
import { parse } from "../expression/parse.ts";
import type { Node } from "../expression/syntax.ts";

/** All names of gradients begin with d, and no others do. Functions are no names. */
export const isGradient = (name: string): boolean => /^(d\w+|growth)$/.test(name);

export const mentionsGradient = (expression: string): boolean => mentions(parse(expression));

function mentions(node: Node): boolean {
  switch (node.kind) {
    case "number":
    case "truth":
    case "text":
      return false;
    case "name":
      return isGradient(node.name);
    case "member":
      return isGradient(node.property.name) || mentions(node.object);
    case "index":
      return (
        mentions(node.object) || node.index.some((part) => part.kind !== "slice" && mentions(part))
      );
    case "call":
      return node.arguments.some(mentions);
    case "unary":
      return mentions(node.operand);
    case "binary":
      return mentions(node.left) || mentions(node.right);
  }
}
