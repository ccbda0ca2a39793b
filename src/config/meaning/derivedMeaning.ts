/** Derived columns that cannot be worked out, or that nobody reads. */
import type { Config } from "../schema.ts";
import type { PathProblem } from "../validate.ts";
import { error, idle } from "./judgement.ts";

type TableConfig = Extract<Config["data"], { kind: "table" }>;

/** A column, the one that it is worked out from, and so on to the column of the file. */
export function chainOf({ derived = [] }: TableConfig, name: string): readonly string[] {
  const chain = [name];
  let below = derived.length;
  for (;;) {
    const last = chain[chain.length - 1];
    const index = derived.findIndex((column, at) => at < below && column.name === last);
    if (index < 0) return chain;
    chain.push(derived[index].of);
    below = index;
  }
}

/** The column of the file that a column comes from. */
export const originOf = (data: TableConfig, name: string): string | undefined =>
  chainOf(data, name).at(-1);

export function derivedProblems(data: TableConfig): PathProblem[] {
  const { derived = [] } = data;
  const problems: PathProblem[] = [];
  derived.forEach(({ name, of }, index) => {
    const first = derived.findIndex((column) => column.name === name);
    const source = derived.findIndex((column) => column.name === of);
    if (first < index) {
      problems.push(
        error(["data", "derived", index, "name"], `There is a derived column "${name}" already.`),
      );
    } else if (of === name) {
      problems.push(
        error(
          ["data", "derived", index, "of"],
          `"${name}" cannot be worked out from itself. Give it a name that the file does not have.`,
        ),
      );
    } else if (source > index) {
      problems.push(
        error(
          ["data", "derived", index, "of"],
          `"${of}" is derived further down; columns are worked out in their order. Move it above "${name}".`,
        ),
      );
    }
  });
  if (problems.length > 0) return problems;

  const used = new Set([...data.inputs, ...data.targets].flatMap((name) => chainOf(data, name)));
  derived.forEach(({ name }, index) => {
    if (used.has(name)) return;
    problems.push(
      idle(
        ["data", "derived", index, "name"],
        `Nothing reads "${name}": it stands neither in "inputs" nor in "targets".`,
      ),
    );
  });
  return problems;
}
