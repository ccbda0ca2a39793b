/**
 * Glob patterns of configs: `*`, `?`, `**` and `{a,b}`, over paths with forward slashes. Matching
 * goes back to the last star only, so that no pattern can make it slow, as a regular expression may.
 */
import { UserError } from "../config/problem.ts";

/** A test for paths. As in shells, a wildcard does not match a leading dot. Throws `UserError`. */
export function globMatcher(pattern: string): (path: string) => boolean {
  const alternatives = expandBraces(pattern).map((one) => one.split("/"));
  return (path) => {
    const parts = path.split("/");
    return alternatives.some((one) => matchSequence(one, parts, "**", matchPart, isVisible));
  };
}

/** Characters that make a path a pattern. */
export const isPattern = (path: string): boolean => /[*?{]/.test(path);

/** The leading folders of a pattern that hold no wildcard: where the search begins. */
export function fixedPrefix(pattern: string): string {
  const parts = pattern.split("/");
  const first = parts.findIndex(isPattern);
  return parts.slice(0, first === -1 ? -1 : first).join("/");
}

const isVisible = (name: string): boolean => !name.startsWith(".");

function matchPart(pattern: string, name: string): boolean {
  if (!isVisible(name) && !pattern.startsWith(".")) return false;
  return matchSequence(Array.from(pattern), Array.from(name), "*", matchCharacter, () => true);
}

const matchCharacter = (one: string, character: string): boolean =>
  one === "?" || one === character;

/** `star` stands for any number of items that `mayPass`; a later star makes an earlier one final. */
function matchSequence(
  pattern: readonly string[],
  items: readonly string[],
  star: string,
  matches: (pattern: string, item: string) => boolean,
  mayPass: (item: string) => boolean,
): boolean {
  let p = 0;
  let i = 0;
  let lastStar = -1;
  let afterStar = 0;
  while (i < items.length) {
    if (pattern[p] === star) {
      lastStar = p++;
      afterStar = i;
    } else if (p < pattern.length && matches(pattern[p], items[i])) {
      p++;
      i++;
    } else if (lastStar >= 0 && mayPass(items[afterStar])) {
      p = lastStar + 1;
      i = ++afterStar;
    } else return false;
  }
  while (pattern[p] === star) p++;
  return p === pattern.length;
}

const maximumAlternatives = 1000;

/** `a.{csv,{t,x}sv}` becomes a.csv, a.tsv, a.xsv. Braces without a partner are characters. */
function expandBraces(pattern: string): readonly string[] {
  const open = pattern.lastIndexOf("{");
  const close = pattern.indexOf("}", open);
  if (open === -1 || close === -1) return [pattern];
  const before = pattern.slice(0, open);
  const after = pattern.slice(close + 1);
  const choices = pattern.slice(open + 1, close).split(",");
  const found: string[] = [];
  for (const choice of choices) {
    found.push(...expandBraces(before + choice + after));
    if (found.length > maximumAlternatives) {
      throw new UserError(
        "data",
        `"${pattern}" has more than ${maximumAlternatives} alternatives.`,
      );
    }
  }
  return found;
}
