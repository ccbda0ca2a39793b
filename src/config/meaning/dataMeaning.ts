/** Data that cannot be what it says. */
import type { Config, SyntheticTask } from "../schema.ts";
import type { PathProblem } from "../validate.ts";
import { chainOf, derivedProblems } from "./derivedMeaning.ts";
import { error, idle, warning, type IsWritten } from "./judgement.ts";

/** Fewest steps in which a synthetic task makes sense. */
const shortestLength: Readonly<Record<SyntheticTask, number>> = {
  adding: 2,
  copy: 1,
  "temporal-order": 10,
  parity: 1,
  reber: 8,
  waveform: 1,
  phonemes: 10,
  dates: 1,
  reversal: 2,
};

export function dataProblems({ data }: Config, isWritten: IsWritten): PathProblem[] {
  const problems: PathProblem[] = [];
  const paths = data.kind === "synthetic" ? [] : [data.path].flat();
  paths.forEach((path, index) => {
    if (!/^([/\\]|[a-z]:)/i.test(path)) return;
    const place =
      data.kind === "text" && Array.isArray(data.path) ? ["data", "path", index] : ["data", "path"];
    problems.push(
      error(
        place,
        "A path is relative to this config and stays inside the workspace folder, so that the experiment runs on other machines too.",
      ),
    );
  });

  if (data.kind === "synthetic" && data.length < shortestLength[data.task]) {
    problems.push(
      error(
        ["data", "length"],
        `The task "${data.task}" needs at least ${shortestLength[data.task]} steps.`,
      ),
    );
  }
  const isOneToMany =
    (data.kind === "table" && data.shape === "one-to-many") ||
    (data.kind === "synthetic" && data.task === "waveform");
  const writes = data.kind === "labelled-text" && data.predict === "text";
  if (data.kind === "labelled-text" && isWritten("data", "condition") && !writes) {
    problems.push(
      idle(
        ["data", "condition"],
        'The class is what is to be found out: only with "predict": "text" does it condition anything.',
      ),
    );
  } else if (isWritten("data", "condition") && !isOneToMany && !writes) {
    problems.push(
      idle(
        ["data", "condition"],
        'Only where one step becomes many is there a vector to begin from: the task "waveform", a table with "shape": "one-to-many", or labelled texts with "predict": "text".',
      ),
    );
  }
  if (data.kind === "synthetic" && data.task === "dates" && isWritten("data", "length")) {
    problems.push(
      idle(["data", "length"], 'A date is as long as it is written: "length" has no effect.'),
    );
  }
  if (data.kind === "text" && data.notation === "abc" && data.lowercase) {
    problems.push(
      error(
        ["data", "lowercase"],
        "In ABC notation a small c is an octave above a C: folded to lower case, the tunes are others.",
      ),
    );
  }
  if (data.kind === "text" && data.notation === "abc" && data.level === "word") {
    problems.push(
      warning(
        ["data", "level"],
        'ABC notation has no words: a whole bar would be one token, most of them never seen before. Take "character".',
      ),
    );
  }
  if (data.kind === "pairs" && data.source === data.target) {
    problems.push(
      warning(
        ["data", "target"],
        `Source and target are the same column, "${data.source}": the network will learn to copy.`,
      ),
    );
  }
  if (data.kind !== "table") return problems;

  problems.push(...derivedProblems(data));
  for (const key of ["inputs", "targets"] as const) {
    data[key].forEach((name, index) => {
      if (data[key].indexOf(name) === index) return;
      problems.push(error(["data", key, index], `"${name}" is listed twice.`));
    });
  }
  data.targets.forEach((name, index) => {
    const read = chainOf(data, name).find((column) => data.inputs.includes(column));
    if (data.horizon > 0 || read === undefined) return;
    const it = read === name ? "it" : `"${read}"`;
    problems.push(
      warning(
        ["data", "targets", index],
        `With "horizon": 0 the network predicts "${name}" of the row in which it already reads ${it}: the answer leaks. Use a horizon of 1 or more, or take it out of "inputs".`,
      ),
    );
  });
  data.inputs.forEach((name, index) => {
    if (name !== data.time) return;
    problems.push(
      warning(
        ["data", "inputs", index],
        `"${name}" only names the rows; as an input it has to be a number.`,
      ),
    );
  });
  if (data.shape === "one-to-one") {
    if (isWritten("data", "window"))
      problems.push(
        idle(
          ["data", "window"],
          'With "shape": "one-to-one" every row is a sequence of one step, so "window" has no effect.',
        ),
      );
  } else if (data.window < 2) {
    problems.push(
      warning(
        ["data", "window"],
        "A window of one step gives a recurrent network nothing to remember.",
      ),
    );
  }
  return problems;
}
