/** Errors as a terminal shows them: `file:line:column: error: message`, which editors make clickable. */
import { relative, resolve } from "node:path";
import { UserError, type Place, type Problem } from "../config/problem.ts";
import { FormatError } from "../formats/formatError.ts";
import { placeOf } from "../jobs/requireConfig.ts";

/** Paths are shown relative to `folder` where they lie in it. */
export function describeFailure(error: unknown, folder: string): string {
  if (error instanceof UserError || error instanceof FormatError) {
    const { advice } = error.details;
    const place = error instanceof UserError ? error.details.place : undefined;
    return `${inFront(place, folder)}error: ${error.message}\n${advice === undefined ? "" : `${advice}\n`}`;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `unroll: this is a bug of Unroll, not of yours.\n${trace}\n`;
}

/** One line per problem, in the order of the text. */
export function describeProblems(
  problems: readonly Problem[],
  file: string,
  text: string,
  folder: string,
): string {
  return problems
    .map((problem) => {
      const suggestion =
        problem.suggestion === undefined || problem.message.includes(problem.suggestion)
          ? ""
          : ` Did you mean "${problem.suggestion}"?`;
      const place = inFront(placeOf(file, text, problem), folder);
      return `${place}${problem.severity}: ${problem.message}${suggestion}\n`;
    })
    .join("");
}

function inFront(place: Place | undefined, folder: string): string {
  if (place?.file === undefined) return "";
  const { file, line, column } = place;
  const shown = relative(folder, resolve(folder, file));
  return `${[shown.startsWith("..") ? file : shown, line, column].filter((part) => part !== undefined).join(":")}: `;
}

/** A key of the config is wrong, rather than a row of the data that it names. */
export function isAboutConfig(error: unknown): boolean {
  if (!(error instanceof UserError)) return false;
  const { code, path, place } = error.details;
  return (
    code === "config" || code === "override" || (path !== undefined && place?.line === undefined)
  );
}
