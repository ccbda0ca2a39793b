/** Everything that a schema lets a person choose in kind, so that what is added to the schema is tested without being asked. */
import { branchFor, discriminatorOf, type SchemaNode } from "../../src/config/schemaTree.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The values that a key takes where the schema only says what type it has: numbers, texts, lists. `undefined` leaves the
 * key out. Given for another key, these are the ones that it takes.
 */
export type Samples = Readonly<Record<string, readonly unknown[]>>;

/**
 * Every object that a node allows in kind: each branch of a union, each listed value, each switch off and on, in every
 * combination. Throws an Error that names a key for which nobody said what to give it.
 */
export function choicesIn(node: SchemaNode, samples: Samples, place: string): JsonObject[] {
  if (discriminatorOf(node) !== undefined) {
    return (node.oneOf ?? node.anyOf ?? []).flatMap((branch) => choicesIn(branch, samples, place));
  }
  let chosen: JsonObject[] = [{}];
  for (const [key, field] of Object.entries(node.properties ?? {})) {
    const isRequired = node.required?.includes(key) ?? false;
    const values = valuesOf(key, field, isRequired, samples, place);
    chosen = chosen.flatMap((one) =>
      values.map((value) => (value === undefined ? one : { ...one, [key]: value })),
    );
  }
  return chosen;
}

function valuesOf(
  key: string,
  field: SchemaNode,
  isRequired: boolean,
  samples: Samples,
  place: string,
): readonly unknown[] {
  if (Object.hasOwn(samples, key)) return samples[key];
  if (field.const !== undefined) return [field.const];
  const absent = isRequired || field.default !== undefined ? [] : [undefined];
  if (field.enum) return [...absent, ...field.enum];
  if (field.type === "boolean") return [undefined, true];
  if (field.properties ?? discriminatorOf(field)) {
    return [...absent, ...choicesIn(field, samples, `${place}.${key}`)];
  }
  throw new Error(
    `The config has "${place}.${key}", and no test says which values of it to check the gradients with.`,
  );
}

/** The schema's node at a path of keys; a list's items have no key of their own. */
export function nodeIn(root: SchemaNode, ...keys: readonly string[]): SchemaNode {
  return keys.reduce((node, key) => {
    const found = node.properties?.[key];
    if (!found) throw new Error(`The schema has no "${keys.join(".")}".`);
    return found.items && !found.properties ? found.items : found;
  }, root);
}

/** The keys of an object of the schema, of all branches where it is a union. */
export const keysIn = (node: SchemaNode): readonly string[] =>
  discriminatorOf(node) === undefined
    ? Object.keys(node.properties ?? {})
    : [...new Set((node.oneOf ?? node.anyOf ?? []).flatMap(keysIn))];

/** One branch of a union. */
export function branchIn(node: SchemaNode, value: JsonObject): SchemaNode {
  const found = branchFor(node, value);
  if (!found) throw new Error(`The schema has no branch for ${JSON.stringify(value)}.`);
  return found;
}

/** As short as a test's title should be: `lstm, peepholes, projection 2`. */
export function titleOf(choice: JsonObject): string {
  const parts = Object.entries(choice).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (value === true) return key;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return `${key} ${titleOf(value as JsonObject)}`;
    const shown = typeof value === "string" || typeof value === "number" ? value : "…";
    return ["kind", "cell", "score"].includes(key) ? `${shown}` : `${key} ${shown}`;
  });
  return parts.join(", ");
}
