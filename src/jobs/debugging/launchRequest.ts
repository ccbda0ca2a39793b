/**
 * What a launch configuration asks for. It comes from a person's launch.json, so that nothing in it is taken for granted;
 * the editor has already replaced variables and found the run.
 */
import { isAbsolute } from "node:path";
import { UserError } from "../../config/problem.ts";
import type { SequenceChoice, TextPosition, WeightsChoice } from "../../protocol/sequenceChoice.ts";

export interface LaunchRequest {
  /** Absolute. */
  readonly runFolder: string;
  readonly checkpoint: WeightsChoice;
  readonly sequence: SequenceChoice;
}

export type Json = Readonly<Record<string, unknown>>;

/** Throws `UserError` naming the key. */
export function readLaunchRequest(configuration: Json): LaunchRequest {
  const { checkpoint = "best", sequence } = configuration;
  if (checkpoint !== "best" && checkpoint !== "last" && !isWhole(checkpoint, 0)) {
    throw launchRefused(
      "checkpoint",
      `there is no checkpoint ${JSON.stringify(checkpoint)}`,
      'It is "best", "last", or a number of updates of which the run keeps a snapshot.',
    );
  }
  return { runFolder: readRunFolder(configuration), checkpoint, sequence: sequenceOf(sequence) };
}

/** Throws `UserError`. */
export function readRunFolder({ run }: Json): string {
  if (typeof run === "string" && isAbsolute(run)) return run;
  throw launchRefused("run", "it has to name a run's folder", "Leave it out to be asked for one.");
}

function sequenceOf(value: unknown): SequenceChoice {
  if (!isRecord(value)) throw unclear();
  if (value.broken === true) return { kind: "broken" };
  if ("text" in value) {
    if (typeof value.text !== "string") throw launchRefused("sequence.text", "it has to be a text");
    return { kind: "typed", text: value.text };
  }
  if ("file" in value) return fileOf(value);
  if ("rows" in value) {
    const rows: readonly unknown[] = Array.isArray(value.rows) ? value.rows : [];
    const [first, last] = rows;
    if (rows.length !== 2 || typeof first !== "number" || typeof last !== "number") {
      throw launchRefused(
        "sequence.rows",
        "it has to be two numbers",
        "Write the first and the last row, such as [1, 100].",
      );
    }
    return { kind: "rows", first, last };
  }
  if ("split" in value || "index" in value) return exampleOf(value);
  throw unclear();
}

function fileOf(value: Json): SequenceChoice {
  const { file, from = { line: 1 }, to } = value;
  if (typeof file !== "string" || file === "")
    throw launchRefused("sequence.file", "it has to be a path");
  return {
    kind: "file",
    file,
    from: positionOf(from, "sequence.from"),
    ...(to === undefined ? {} : { to: positionOf(to, "sequence.to") }),
    ...stepsOf(value),
  };
}

function exampleOf(value: Json): SequenceChoice {
  const { split = "validation", index = 0 } = value;
  if (split !== "training" && split !== "validation") {
    throw launchRefused(
      "sequence.split",
      `there is no part ${JSON.stringify(split)}`,
      'It is "training" or "validation".',
    );
  }
  if (!isWhole(index, 0)) {
    throw launchRefused("sequence.index", "it has to be a whole number", "The first example is 0.");
  }
  return { kind: "example", split, index, ...stepsOf(value) };
}

function stepsOf({ steps }: Json): { readonly steps?: number } {
  if (steps === undefined) return {};
  if (!isWhole(steps, 1))
    throw launchRefused("sequence.steps", "it has to be a whole number of at least 1");
  return { steps };
}

function positionOf(value: unknown, key: string): TextPosition {
  if (!isRecord(value) || !isWhole(value.line, 1)) {
    throw launchRefused(
      key,
      "it has no line",
      'Write { "line": 3 } or { "line": 3, "column": 5 }, counted from 1.',
    );
  }
  const { line, column } = value;
  if (column === undefined) return { line };
  if (!isWhole(column, 1)) throw launchRefused(`${key}.column`, "columns are whole numbers from 1");
  return { line, column };
}

export const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isWhole = (value: unknown, least: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= least;

const unclear = (): UserError =>
  launchRefused(
    "sequence",
    "it does not say which sequence to debug",
    'Write { "text": … }, { "file": …, "from": …, "to": … }, { "rows": [1, 100] } or { "split": "validation", "index": 0 }, or leave it out to be asked.',
  );

export const launchRefused = (key: string, why: string, advice?: string): UserError =>
  new UserError("launch", `"${key}" of this launch configuration cannot be used: ${why}.`, {
    advice,
  });
