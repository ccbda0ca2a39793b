/** Sequences of frames whose file does not hold what the config asks of it. */
import type { Config } from "../schema.ts";
import type { PathProblem } from "../validate.ts";
import { error, idle, type IsWritten } from "./judgement.ts";

/** Keys that only one kind of file has a use for. */
const ofTables = ["sequence", "time"] as const;

export function framesProblems({ data }: Config, isWritten: IsWritten): PathProblem[] {
  if (data.kind !== "labelled-frames") return [];
  const problems: PathProblem[] = [];
  if (/\.wav$/i.test(data.path)) {
    problems.push(
      error(
        ["data", "path"],
        'Sound is read with "kind": "labelled-sound", which makes frames of it.',
      ),
    );
    return problems;
  }
  const isTable = !/\.(?:jsonl|ndjson)$/i.test(data.path);
  if (isTable && !isWritten("data", "predict")) {
    problems.push(
      error(
        ["data", "path"],
        'A table of frames can be learnt from in several ways: say "predict": "label" for one class of each sequence, "each-frame", or "transcript".',
      ),
    );
  }
  if (isTable && isWritten("data", "frames")) {
    problems.push(
      idle(["data", "frames"], 'In a table every row is a frame; its columns are "inputs".'),
    );
  }
  for (const key of ofTables) {
    if (isTable || !isWritten("data", key)) continue;
    problems.push(
      idle(
        ["data", key],
        `In JSON Lines every line is a sequence: only a table has a column for "${key}".`,
      ),
    );
  }
  if (data.predict !== "transcript" && isWritten("data", "level")) {
    problems.push(
      idle(
        ["data", "level"],
        'A class is one name: only a transcript is read by character or word ("predict": "transcript").',
      ),
    );
  }
  data.inputs?.forEach((name, index) => {
    const place = ["data", "inputs", index];
    if (data.inputs?.indexOf(name) !== index) {
      problems.push(error(place, `"${name}" is listed twice.`));
    } else if (isTable && name === data.label) {
      problems.push(
        error(
          place,
          `"${name}" is the label that is to be found out: as an input it gives the answer away.`,
        ),
      );
    } else if (isTable && (name === data.sequence || name === data.group || name === data.time)) {
      problems.push(error(place, `"${name}" only names things; nothing can be learnt from it.`));
    }
  });
  return problems;
}
