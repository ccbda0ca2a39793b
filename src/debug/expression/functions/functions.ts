/** All functions of the expression language, by name. Their texts are its documentation. */
import { classes } from "./classes.ts";
import type { FunctionDefinition } from "./definition.ts";
import { elementwise } from "./elementwise.ts";
import { health } from "./health.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { time } from "./time.ts";

export const functions: readonly FunctionDefinition[] = [
  ...reductions,
  ...health,
  ...time,
  ...classes,
  ...products,
  ...elementwise,
];

const byName: ReadonlyMap<string, FunctionDefinition> = new Map(
  functions.map((definition) => [definition.name, definition]),
);

export const functionNamed = (name: string): FunctionDefinition | undefined => byName.get(name);

export const functionNames: readonly string[] = [...byName.keys()];
