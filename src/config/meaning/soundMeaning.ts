/** Recordings of which the config asks what they cannot say. */
import type { Config } from "../schema.ts";
import type { PathProblem } from "../validate.ts";
import { error, idle, warning, type IsWritten } from "./judgement.ts";

export function soundProblems({ data }: Config, isWritten: IsWritten): PathProblem[] {
  if (data.kind !== "labelled-sound") return [];
  const problems: PathProblem[] = [];
  const { path, predict, features } = data;
  const isIndex = /\.(?:csv|tsv|jsonl|ndjson)$/i.test(path);
  if (/\.wav$/i.test(path)) {
    problems.push(
      error(
        ["data", "path"],
        "One recording is nothing to learn from: name the folder above those that are named after classes, or an index (.csv or .jsonl).",
      ),
    );
  }
  if (!isIndex && predict === "transcript") {
    problems.push(
      error(
        ["data", "predict"],
        "A folder's name says what a recording is, and not what is said in it: name an index (.csv or .jsonl) with a line for each file.",
      ),
    );
  }
  for (const key of ["file", "label", "group"] as const) {
    if (isIndex || !isWritten("data", key)) continue;
    problems.push(
      idle(
        ["data", key],
        `The folders that the files lie in are the classes: only an index (.csv or .jsonl) has a column for "${key}".`,
      ),
    );
  }
  if (predict !== "transcript" && isWritten("data", "level")) {
    problems.push(
      idle(
        ["data", "level"],
        'A class is one name: only a transcript is read by character or word ("predict": "transcript").',
      ),
    );
  }
  if (features.kind === "mfcc" && features.coefficients > features.bands) {
    problems.push(
      error(
        ["data", "features", "coefficients"],
        `Of ${features.bands} bands there are ${features.bands} coefficients: take no more, or more bands.`,
      ),
    );
  }
  if (features.highestHz !== undefined && features.lowestHz >= features.highestHz) {
    problems.push(
      error(
        ["data", "features", "highestHz"],
        `The bands begin at ${features.lowestHz} Hz: they have to end above that.`,
      ),
    );
  }
  if (features.hopMs > features.windowMs) {
    problems.push(
      warning(
        ["data", "features", "hopMs"],
        `Frames of ${features.windowMs} ms every ${features.hopMs} ms leave gaps, in which nothing is heard.`,
      ),
    );
  }
  return problems;
}
