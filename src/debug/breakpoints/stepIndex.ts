/** Which steps stand where in the sources: from a line to its steps. */
import type { Program, StepPlace } from "../debuggee.ts";

export interface StepIndex {
  /** Steps of a line, in the order in which they are read. */
  on(source: number, line: number): readonly number[];
  /** The first line from `line` on with a step, or undefined. */
  lineFrom(source: number, line: number): number | undefined;
}

const cache = new WeakMap<Program["reading"], StepIndex>();

export function stepIndexOf(program: Program): StepIndex {
  const known = cache.get(program.reading);
  if (known) return known;
  const made = createStepIndex(program);
  cache.set(program.reading, made);
  return made;
}

function createStepIndex({ reading, trace, sources }: Program): StepIndex {
  const lines = sources.map(() => new Map<number, number[]>());
  for (let t = 0; t < trace.steps; t++) {
    const { source, line } = reading(t).place;
    const steps = lines[source].get(line);
    if (steps) steps.push(t);
    else lines[source].set(line, [t]);
  }
  const sorted = lines.map((byLine) => [...byLine.keys()].sort((a, b) => a - b));
  return {
    on: (source, line) => lines[source]?.get(line) ?? [],
    lineFrom: (source, line) => sorted[source]?.find((each) => each >= line),
  };
}

/** Of the steps of a line, the one whose token covers a column, or else the first one after it. */
export function stepAtColumn(
  program: Program,
  steps: readonly number[],
  column: number,
): number | undefined {
  const placeOf = (t: number): StepPlace => program.reading(t).place;
  const isAfter = (t: number): boolean => {
    const { line, endLine, endColumn } = placeOf(t);
    return endLine > line || endColumn > column;
  };
  const after = steps.filter(isAfter);
  return after.toSorted((a, b) => placeOf(a).column - placeOf(b).column || a - b)[0];
}
