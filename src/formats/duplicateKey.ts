/**
 * `JSON.parse` keeps the last of two equal keys without a word, so that two readers of one file may
 * see different tensors. This finds the first key that an object holds twice.
 */

/** `json` must have been parsed successfully before. Keys are compared after their escapes. */
export function firstDuplicateKey(json: string): string | undefined {
  // One entry for each open object or array; arrays have no keys.
  const open: (Set<string> | undefined)[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (const [text, colon] of json.matchAll(token)) {
    if (text === "{") open.push(new Set());
    else if (text === "[") open.push(undefined);
    else if (text === "}" || text === "]") open.pop();
    else if (colon !== undefined) {
      const key = String(JSON.parse(text.slice(0, -colon.length)));
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
