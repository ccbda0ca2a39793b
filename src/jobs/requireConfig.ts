/** A config's text, for jobs that cannot do anything with a wrong one. */
import { UserError, type Place, type Problem } from "../config/problem.ts";
import type { Config } from "../config/schema.ts";
import { parseConfig } from "../config/validate.ts";

/** Throws `UserError` with the first mistake and its place. */
export function requireConfig(file: string, text: string): Config {
  const { config, problems } = parseConfig(text);
  if (config) return config;
  const errors = problems.filter((problem) => problem.severity === "error");
  const [first] = errors;
  if (!first) throw new Error("A config without errors was not accepted.");
  const others = errors.length === 1 ? "" : ` (and ${errors.length - 1} more)`;
  throw new UserError("config", `${first.message}${others}`, {
    place: placeOf(file, text, first),
    path: first.path,
  });
}

/** Where a problem begins, counted from 1 as editors and compilers do. */
export function placeOf(
  file: string,
  text: string,
  problem: Pick<Problem, "offset">,
): Required<Place> {
  const before = text.slice(0, problem.offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { file, line: before.split("\n").length, column: problem.offset - lineStart + 1 };
}
