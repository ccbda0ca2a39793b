/**
 * The text of an unroll.json → a validated `Config`, or every mistake in it at the right characters
 * with what to write instead.
 */
import { getNodeValue, type Node, type ParseError } from "jsonc-parser";
import { problemsOfMeaning } from "./meaning.ts";
import { deepest, parseText, tooDeepAt } from "./parseText.ts";
import { rangeOfKey, rangeOfValue, type ConfigPath, type TextRange } from "./positions.ts";
import type { Problem } from "./problem.ts";
import { configSchema, type Config } from "./schema.ts";
import { findSchemaProblems } from "./schemaProblems.ts";
import { syntaxProblem } from "./syntaxProblems.ts";

/** A problem before its path is turned into characters. */
export interface PathProblem {
  readonly severity: Problem["severity"];
  readonly message: string;
  readonly path: ConfigPath;
  /** `key` marks the key at the end of the path, `value` (the usual) what follows it. */
  readonly at?: "key" | "value";
  readonly suggestion?: string;
}

/** `config` is there when no problem is an error. Problems are in the order of the text. */
export function parseConfig(text: string): { config?: Config; problems: readonly Problem[] } {
  const errors: ParseError[] = [];
  const root = parseText(text, errors);
  const tooDeep = tooDeepAt(text);
  if (tooDeep !== undefined) return { problems: [tooDeepProblem(tooDeep)] };
  if (!root || errors.length > 0) {
    const problems = errors.map((error) => syntaxProblem(text, error));
    return { problems: problems.length > 0 ? problems : [emptyConfig] };
  }

  const written: unknown = getNodeValue(root);
  const problems = repeatedKeys(root);
  const locate = (source: "schema" | "meaning") => (problem: PathProblem) => {
    const { at = "value", ...rest } = problem;
    const range = at === "key" ? rangeOfKey(root, problem.path) : rangeOfValue(root, problem.path);
    problems.push({ ...rest, ...range, source });
  };

  const result = configSchema.safeParse(written);
  if (!result.success) findSchemaProblems(result.error.issues, written).forEach(locate("schema"));
  else problemsOfMeaning(result.data, written).forEach(locate("meaning"));

  problems.sort((a, b) => a.offset - b.offset);
  const failed = problems.some((problem) => problem.severity === "error");
  return { ...(result.success && !failed ? { config: result.data } : {}), problems };
}

const tooDeepProblem = (offset: number): Problem => ({
  severity: "error",
  message: `More than ${deepest} objects and lists inside each other: this cannot be a config.`,
  path: [],
  offset,
  length: 1,
  source: "schema",
});

const emptyConfig: Problem = {
  severity: "error",
  message: 'This config is empty. It needs "data" and "model"; Unroll: New Config… writes one.',
  path: [],
  offset: 0,
  length: 0,
  source: "syntax",
};

/** JSON allows a key twice and lets the last one win, silently; here it is most probably a mistake. */
function repeatedKeys(root: Node): Problem[] {
  const problems: Problem[] = [];
  const visit = (node: Node, path: ConfigPath): void => {
    const seen = new Set<string>();
    node.children?.forEach((child, index) => {
      if (node.type === "array") return visit(child, [...path, index]);
      const [key, value] = child.children ?? [];
      if (child.type !== "property" || !key) return;
      const name = String(key.value);
      if (seen.has(name)) {
        const range: TextRange = { offset: key.offset, length: key.length };
        const message = `"${name}" stands twice in the same object, and only the last one would count: remove one.`;
        problems.push({
          severity: "error",
          message,
          path: [...path, name],
          ...range,
          source: "syntax",
        });
      }
      seen.add(name);
      if (value) visit(value, [...path, name]);
    });
  };
  visit(root, []);
  return problems;
}
