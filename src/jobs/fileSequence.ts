/** A part of a file as the sequence to look at: a range of a text, or rows of the table that a run was trained on. */
import { dirname, isAbsolute, relative, sep } from "node:path";
import { UserError } from "../config/problem.ts";
import { parseCsv } from "../data/csv.ts";
import { readTextFile, type FileSource } from "../data/files.ts";
import { sequenceOfRows, sequenceOfText } from "../data/fileRange.ts";
import type { Sequence } from "../data/sequences.ts";
import type { SequenceChoice } from "../protocol/sequenceChoice.ts";
import { configFileOf } from "../runs/runFolder.ts";
import type { RunDescription } from "./loadedRun.ts";

type FileChoice = Extract<SequenceChoice, { kind: "file" | "rows" }>;

/** Throws `UserError` when the file is no part of the workspace, or not something that the network reads. */
export async function fileSequence(
  description: RunDescription,
  choice: FileChoice,
  files: FileSource,
  usualSteps: number,
): Promise<Sequence> {
  const { config, encoding, run } = description;
  const { name } = run.record;
  if (choice.kind === "rows") {
    if (encoding.kind !== "table" || config.data.kind !== "table") {
      throw new UserError("sequence", `"${name}" was not trained on a table: it has no rows.`, {
        advice: "Name a file and a range, an example of the data, or a text.",
      });
    }
    const table = parseCsv(await readTextFile(files, config.data.path));
    return sequenceOfRows(encoding, table, [choice.first, choice.last], config.data);
  }
  if (encoding.kind !== "text" && encoding.kind !== "labelled-text") {
    throw new UserError("sequence", `"${name}" does not read texts.`, {
      advice:
        encoding.kind === "table" ? "Name rows of its table instead." : "Name an example instead.",
    });
  }
  const file = await readTextFile(files, fromConfig(run, choice.file));
  const { from, to, steps } = choice;
  return sequenceOfText(encoding, file, {
    from,
    to,
    steps: steps ?? (to ? undefined : usualSteps),
  });
}

/** As a config would name it, for the guard that keeps paths inside the workspace. */
function fromConfig(run: RunDescription["run"], file: string): string {
  if (!isAbsolute(file)) return file;
  return relative(dirname(configFileOf(run)), file)
    .split(sep)
    .join("/");
}
