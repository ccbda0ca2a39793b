/** `layers[1].h`, `layers[1].reverse.h`: parts of layers other than the one that the session stopped in. */
import type { Compiled } from "./compiled.ts";
import type { Environment } from "./environment.ts";
import { ExpressionError } from "./expressionError.ts";
import { compilePart, partsIn } from "./names/names.ts";
import type { IndexNode, MemberNode, Node } from "./syntax.ts";

interface Selection {
  /** Where names after the next dot are looked up; absent once a value is reached. */
  readonly within?: Environment;
  readonly value?: Compiled;
}

/** Undefined when the node does not begin with `layers`. */
export function compileLayer(
  node: MemberNode | IndexNode,
  environment: Environment,
): Selection | undefined {
  if (node.kind === "index") {
    const isLayers = node.object.kind === "name" && node.object.name === "layers";
    return isLayers ? { within: { ...environment, ...layerAt(node, environment) } } : undefined;
  }
  const { object, property } = node;
  if (object.kind !== "member" && object.kind !== "index") return undefined;
  const selection = compileLayer(object, environment);
  const within = selection?.within;
  if (!within) return undefined;
  const { layers } = within.program.trace.model;
  if (property.name === "forward" || property.name === "reverse") {
    if (!layers[within.layer].directions.includes(property.name)) {
      throw new ExpressionError(`Layer ${within.layer} reads in one direction only.`, property);
    }
    return { within: { ...within, direction: property.name } };
  }
  const value = compilePart(property.name, within, property);
  if (value) return { value };
  const parts = partsIn(within).map(({ name }) => name);
  throw new ExpressionError(
    `Layer ${within.layer} has no "${property.name}". It has ${parts.join(", ")}.`,
    property,
  );
}

function layerAt(
  { index, object, to }: IndexNode,
  { program, direction }: Environment,
): Pick<Environment, "layer" | "direction"> {
  const { layers } = program.trace.model;
  const range = { from: object.from, to };
  const number = index.length === 1 ? literal(index[0]) : undefined;
  if (number === undefined || !Number.isInteger(number) || !layers[number]) {
    throw new ExpressionError(
      layers.length === 1
        ? "There is one layer: layers[0]."
        : `Layers go from layers[0] to layers[${layers.length - 1}].`,
      range,
    );
  }
  const has = layers[number].directions.includes(direction);
  return { layer: number, direction: has ? direction : "forward" };
}

const literal = (node: Node | { readonly kind: "slice" }): number | undefined =>
  node.kind === "number" ? node.value : undefined;
