/**
 * The config's schema as a plain tree (JSON Schema draft-07), and questions to it: what may stand at
 * a path, and how to say that to a person.
 */
import * as z from "zod";
import { configSchema } from "./schema.ts";

/** The part of JSON Schema that `configSchema` makes use of. */
export interface SchemaNode {
  $schema?: string;
  type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
  description?: string;
  default?: unknown;
  const?: string;
  enum?: string[];
  properties?: Record<string, SchemaNode>;
  required?: string[];
  additionalProperties?: boolean;
  items?: SchemaNode;
  minItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
}

/** A fresh copy, which the caller may decorate. */
export function createSchemaTree(): SchemaNode {
  return z.toJSONSchema(configSchema, { target: "draft-7", io: "input" }) as SchemaNode;
}

let cached: SchemaNode | undefined;
export const schemaTree = (): SchemaNode => (cached ??= createSchemaTree());

/** What an object or list holds at `key`; undefined for anything else. */
export const fieldOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;

/** The key that tells the branches of a union apart, such as `kind`; undefined for any other node. */
export function discriminatorOf(node: SchemaNode): string | undefined {
  const branches = node.oneOf ?? node.anyOf;
  if (!branches?.every((branch) => branch.properties)) return undefined;
  return Object.entries(branches[0].properties ?? {}).find(([, field]) => field.const)?.[0];
}

/** The branch of a union that `value` says it is; the node itself when it is no union of objects. */
export function branchFor(node: SchemaNode, value: unknown): SchemaNode | undefined {
  const discriminator = discriminatorOf(node);
  if (discriminator === undefined) return node;
  const chosen = fieldOf(value, discriminator);
  return (node.oneOf ?? node.anyOf)?.find(
    (branch) => branch.properties?.[discriminator].const === chosen,
  );
}

/** What may stand at `path`, following the branches that `root` chooses; undefined where nothing may. */
export function nodeAt(path: readonly PropertyKey[], root: unknown): SchemaNode | undefined {
  let node: SchemaNode | undefined = schemaTree();
  let value: unknown = root;
  for (const key of path) {
    const branch: SchemaNode | undefined = node && branchFor(node, value);
    if (!branch) return undefined;
    node = typeof key === "number" ? branch.items : branch.properties?.[String(key)];
    value = fieldOf(value, key);
  }
  return node;
}

/** The values that a node lists, or undefined when it does not. */
export function choicesOf(node: SchemaNode): readonly string[] | undefined {
  if (node.enum) return node.enum;
  if (node.const !== undefined) return [node.const];
  const discriminator = discriminatorOf(node);
  if (discriminator === undefined) return undefined;
  return (node.oneOf ?? node.anyOf)?.map(
    (branch) => branch.properties?.[discriminator].const ?? "",
  );
}

/** What a node allows, to follow "must be": `a whole number above 0`. */
export function inWords(node: SchemaNode): string {
  if (node.enum || node.const !== undefined) {
    return orList((choicesOf(node) ?? []).map((choice) => JSON.stringify(choice)));
  }
  const branches = node.anyOf ?? node.oneOf;
  if (branches) {
    return discriminatorOf(node) === undefined ? orList(branches.map(inWords)) : "an object { … }";
  }
  switch (node.type) {
    case "integer":
      return `a whole number${rangeInWords(node)}`;
    case "number":
      return `a number${rangeInWords(node)}`;
    case "string":
      return node.maxLength === undefined
        ? "a text"
        : `a text of 1 to ${node.maxLength} characters`;
    case "boolean":
      return "true or false";
    case "array":
      return `a list of ${node.items?.type === "string" ? "texts" : "objects"} with at least ${node.minItems ?? 0} in it`;
    default:
      return "an object { … }";
  }
}

function rangeInWords(node: SchemaNode): string {
  const { exclusiveMinimum, exclusiveMaximum, minimum, maximum } = node;
  const parts: string[] = [];
  if (exclusiveMinimum !== undefined) parts.push(`above ${exclusiveMinimum}`);
  else if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER)
    parts.push(`from ${minimum}`);
  if (exclusiveMaximum !== undefined) parts.push(`below ${exclusiveMaximum}`);
  else if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER)
    parts.push(`up to ${maximum}`);
  return parts.length === 0 ? "" : ` ${parts.join(" and ")}`;
}

export function orList(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} or ${items.at(-1)}`;
}

/** Every place where a key is valid, as dotted paths, to say where a misplaced key belongs. */
export function placesOf(key: string): readonly string[] {
  const found = new Set<string>();
  const visit = (node: SchemaNode, path: string): void => {
    for (const branch of node.oneOf ?? node.anyOf ?? []) visit(branch, path);
    if (node.items) visit(node.items, `${path}[…]`);
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      if (name === key) found.add(path);
      visit(child, path === "" ? name : `${path}.${name}`);
    }
  };
  visit(schemaTree(), "");
  return [...found];
}
