/** JSON text → its tree, the same for everybody in this folder. */
import { createScanner, parseTree, type Node, type ParseError } from "jsonc-parser";

/** Comments and trailing commas are allowed, as in VS Code's own settings. */
const options = { allowTrailingComma: true, disallowComments: false } as const;

/** Ten times what any config needs, and far from what would exhaust the parser's stack. */
export const deepest = 64;

/** Undefined for a text without any value in it, and for one that `tooDeepAt` finds too deep. */
export function parseText(text: string, errors: ParseError[] = []): Node | undefined {
  return tooDeepAt(text) === undefined ? parseTree(text, errors, options) : undefined;
}

/** Where objects and lists are nested too deeply to be a config; undefined where they are not. */
export function tooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  // Zero units at the end of the text, for which there is a token too.
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const first = text[offset];
    if (first === "{" || first === "[") depth++;
    if (first === "}" || first === "]") depth--;
    if (depth > deepest) return offset;
  }
  return undefined;
}
