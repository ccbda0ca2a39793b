/** From a path of keys to the characters of a config's text. */
import { findNodeAtLocation, type Node } from "jsonc-parser";
import { parseText } from "./parseText.ts";

export interface TextRange {
  readonly offset: number;
  readonly length: number;
}

export type ConfigPath = readonly (string | number)[];

/** Where the value at `path` stands. When it is not written, where its nearest written parent is named. */
export function rangeOfValue(root: Node | undefined, path: ConfigPath): TextRange {
  if (!root) return { offset: 0, length: 0 };
  const node = findNodeAtLocation(root, [...path]);
  if (node) return brace(node);
  return rangeOfKey(root, path.slice(0, -1));
}

/** Where the key at the end of `path` stands: the place that says what a whole object is. */
export function rangeOfKey(root: Node | undefined, path: ConfigPath): TextRange {
  if (!root) return { offset: 0, length: 0 };
  const node = findNodeAtLocation(root, [...path]);
  if (!node) return path.length === 0 ? brace(root) : rangeOfKey(root, path.slice(0, -1));
  const key = node.parent?.type === "property" ? node.parent.children?.[0] : undefined;
  return key ? { offset: key.offset, length: key.length } : brace(node);
}

/** An object is marked at its opening brace: a squiggle under all of it would say nothing. */
const brace = (node: Node): TextRange => ({
  offset: node.offset,
  length: node.type === "object" || node.type === "array" ? 1 : node.length,
});

/**
 * The range of `path` in a config's text, for problems that were found in the data: a scalar's value,
 * an object's key, and for a key that is not written its nearest written parent's.
 */
export function rangeOfPath(text: string, path: ConfigPath): TextRange {
  const root = parseText(text);
  const node = root && findNodeAtLocation(root, [...path]);
  const isScalar = node && node.type !== "object" && node.type !== "array";
  return isScalar ? rangeOfValue(root, path) : rangeOfKey(root, path);
}
