import { describe, expect, it } from "vitest";
import { globMatcher } from "../../../src/jobs/glob.ts";

describe("glob patterns", () => {
  it.each<[pattern: string, matching: string[], other: string[]]>([
    ["*.txt", ["a.txt", ".txt.txt".slice(1)], ["a/b.txt", ".a.txt", "a.txt2", "txt"]],
    ["a*b*c", ["abc", "axbbxc", "abcbc"], ["ab", "acb", "abcd"]],
    ["?.txt", ["a.txt", "é.txt", "😀.txt"], ["ab.txt", ".txt"]],
    ["**/*.txt", ["a.txt", "x/a.txt", "x/y/a.txt"], ["a.csv", ".x/a.txt", "x/.y/a.txt"]],
    ["x/**", ["x/a", "x/y/z"], ["a", "x/.y/z"]],
    ["x/**/y/*.t", ["x/y/a.t", "x/q/y/a.t", "x/y/y/a.t"], ["x/a.t", "x/y/q/a.t"]],
    ["a.{csv,{t,x}sv}", ["a.csv", "a.tsv", "a.xsv"], ["a.sv", "a.{csv"]],
    ["{a", ["{a"], ["a"]],
    ["(1)+[a].txt", ["(1)+[a].txt"], ["1a.txt"]],
    ["../d/*.t", ["../d/a.t"], ["d/a.t"]],
  ])("%s", (pattern, matching, other) => {
    const matches = globMatcher(pattern);
    expect([...matching, ...other].filter(matches)).toEqual(matching);
  });

  it("is quick with patterns that are made to be slow", () => {
    expect(globMatcher(`${"*a".repeat(500)}b`)("a".repeat(5000))).toBe(false);
    expect(globMatcher(`${"**/a/".repeat(200)}b`)("a/".repeat(1000))).toBe(false);
    expect(() => globMatcher("{a,b}".repeat(40))).toThrow(/alternatives/);
  });
});
