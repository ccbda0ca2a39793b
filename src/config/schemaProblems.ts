/**
 * zod's issues in words that help: which key is meant, which values are allowed, what to add.
 * The words are made from the schema itself (schemaTree.ts), so that they cannot disagree with it.
 */
import type { z } from "zod";
import { nearest } from "./nearest.ts";
import type { ConfigPath } from "./positions.ts";
import {
  branchFor,
  fieldOf,
  choicesOf,
  discriminatorOf,
  inWords,
  nodeAt,
  orList,
  placesOf,
} from "./schemaTree.ts";
import type { PathProblem } from "./validate.ts";

type Issue = z.core.$ZodIssue;

export function findSchemaProblems(issues: readonly Issue[], written: unknown): PathProblem[] {
  const unknown: PathProblem[] = [];
  const others: PathProblem[] = [];
  const misspelt = new Set<string>();
  for (const issue of issues) {
    const path = issue.path as ConfigPath;
    if (issue.code !== "unrecognized_keys") {
      others.push(isWritten(written, path) ? wrongValue(path, written) : missingKey(path, written));
      continue;
    }
    for (const key of issue.keys) {
      const problem = unknownKey(path, key, written);
      unknown.push(problem);
      if (problem.suggestion) misspelt.add(`${JSON.stringify(path)} ${problem.suggestion}`);
    }
  }
  // A key that was misspelt is also missing, but one message is enough.
  const isMisspelt = ({ path }: PathProblem): boolean =>
    misspelt.has(`${JSON.stringify(path.slice(0, -1))} ${JSON.stringify(path.at(-1))}`);
  return [...unknown, ...others.filter((problem) => !isMisspelt(problem))];
}

const valueAt = (root: unknown, path: ConfigPath): unknown =>
  path.reduce((value: unknown, key) => fieldOf(value, key), root);

const isWritten = (root: unknown, path: ConfigPath): boolean => valueAt(root, path) !== undefined;

function unknownKey(parent: ConfigPath, key: string, written: unknown): PathProblem {
  const object = valueAt(written, parent);
  const node = nodeAt(parent, written);
  const allowed = Object.keys((node && branchFor(node, object)?.properties) ?? {});
  const free = allowed.filter((name) => !Object.hasOwn(object as object, name));
  const meant = nearest(key, free);
  const base = { severity: "error", path: [...parent, key], at: "key" } as const;
  if (meant !== undefined) {
    const message = `Unknown key "${key}". Did you mean "${meant}"?`;
    return { ...base, message, suggestion: JSON.stringify(meant) };
  }
  const elsewhere = placesOf(key).map((place) => (place === "" ? "the top level" : place));
  const hint =
    elsewhere.length > 0
      ? `It belongs in ${orList(elsewhere)}.`
      : `Known here: ${allowed.map((name) => `"${name}"`).join(", ")}.`;
  return { ...base, message: `Unknown key "${key}". ${hint}` };
}

function missingKey(path: ConfigPath, written: unknown): PathProblem {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const union = nodeAt(parent, written);
  const choices = union && discriminatorOf(union) === key ? choicesOf(union) : undefined;
  const node = nodeAt(path, written);
  const what = choices
    ? `one of ${orList(choices.map((choice) => JSON.stringify(choice)))}`
    : ((node && inWords(node)) ?? "a value");
  const meaning = node?.description ? ` ${node.description.split("\n")[0]}` : "";
  const message = `"${key}" is missing. Add "${key}": ${what}.${meaning}`;
  // Marked at the object that lacks it; the path still names the key.
  return { severity: "error", message, path, at: "key" };
}

function wrongValue(path: ConfigPath, written: unknown): PathProblem {
  const value = valueAt(written, path);
  const key = path.at(-1);
  const parent = nodeAt(path.slice(0, -1), written);
  const node = nodeAt(path, written) ?? {};
  const kinds = parent && discriminatorOf(parent) === key ? choicesOf(parent) : undefined;
  const allowed = kinds ? orList(kinds.map((kind) => JSON.stringify(kind))) : inWords(node);
  const texts = kinds ?? node.enum ?? (node.anyOf ?? []).flatMap((branch) => branch.const ?? []);
  const meant = typeof value === "string" ? nearest(value, texts) : undefined;
  const hint = meant === undefined ? "" : ` Did you mean ${JSON.stringify(meant)}?`;
  return {
    severity: "error",
    message: `${subjectOf(path)} must be ${allowed}, not ${shown(value)}.${hint}`,
    path,
    ...(meant === undefined ? {} : { suggestion: JSON.stringify(meant) }),
  };
}

function subjectOf(path: ConfigPath): string {
  const key = path.at(-1);
  if (key === undefined) return "The config";
  return typeof key === "number" ? `Item ${key + 1} of "${path.at(-2)}"` : `"${key}"`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (value === "") return "an empty text";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
