/** A file as the sequence to look at: a range of a text, rows of the table that a run was trained on, or a recording. */
import { dirname, isAbsolute, relative, sep } from "node:path";
import { UserError } from "../config/problem.ts";
import { parseCsv } from "../data/csv.ts";
import { readTextFile, type FileSource } from "../data/files.ts";
import { sequenceOfRecording } from "../data/frames/recordingSequence.ts";
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
  if (encoding.kind === "labelled-frames" && encoding.sound) {
    refuseLines(choice);
    const path = fromConfig(run, choice.file);
    return sequenceOfRecording(encoding, path, await files.read(path));
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

/** A recording is read from its beginning to its end. */
function refuseLines({ file, from, to }: Extract<FileChoice, { kind: "file" }>): void {
  if (to === undefined && from.line === 1 && from.column === undefined) return;
  throw new UserError("sequence", `${file} is to be read as a recording, which has no lines.`, {
    advice: 'Leave "from" and "to" out.',
  });
}

/** As a config would name it, for the guard that keeps paths inside the workspace. */
function fromConfig(run: RunDescription["run"], file: string): string {
  if (!isAbsolute(file)) return file;
  return relative(dirname(configFileOf(run)), file)
    .split(sep)
    .join("/");
}
