/** Which recordings there are, and what each is: out of folders that are named after classes, or out of an index. */
import type { Place } from "../../config/problem.ts";
import type { DataConfig } from "../../config/schema.ts";
import { cellPlace, columnIndex, parseCsv } from "../csv.ts";
import { errorAt, placeIn, readTextFile, type FileSource, type TextFile } from "../files.ts";
import { fieldOf, parseLine } from "../labelledFiles.ts";

export type SoundConfig = Extract<DataConfig, { kind: "labelled-sound" }>;

export interface Recording {
  /** Relative to the config. */
  readonly file: string;
  readonly label: string;
  readonly group?: string;
  /** Where it is named. */
  readonly place: Place;
}

export const isIndex = (path: string): boolean => /\.(?:csv|tsv|jsonl|ndjson)$/i.test(path);

/** Throws `UserError` where there are none, or an index has holes. */
export async function findRecordings(
  data: SoundConfig,
  files: FileSource,
): Promise<readonly Recording[]> {
  if (!isIndex(data.path)) return inFolders(data, files);
  const index = await readTextFile(files, data.path);
  const rows = /\.(?:jsonl|ndjson)$/i.test(data.path)
    ? readLines(index, data)
    : readTable(index, data);
  return rows.map((row) => {
    for (const key of ["file", "label"] as const) {
      if (row[key].trim() !== "") continue;
      throw errorAt(
        row.place,
        `${key}-missing`,
        `this recording has no "${data[key]}".`,
        "Fill it in, or remove the line.",
        ["data", key],
      );
    }
    return { ...row, file: besideIndex(data.path, row.file.trim(), row.place) };
  });
}

async function inFolders({ path }: SoundConfig, files: FileSource): Promise<readonly Recording[]> {
  const found = (await files.list(path)).filter((file) => /\.wav$/i.test(file)).toSorted();
  if (found.length === 0) {
    throw errorAt(
      { file: path },
      "no-sound",
      "there is no .wav file in it.",
      "Name a folder of them, or an index (.csv or .jsonl).",
    );
  }
  return found.map((file) => ({ file, label: file.split("/").at(-2) ?? "", place: { file } }));
}

function readTable(index: TextFile, data: SoundConfig): Recording[] {
  const table = parseCsv(index);
  const column = (key: "file" | "label" | "group"): number =>
    columnIndex(table, data[key] ?? "", ["data", key]);
  const [file, label] = [column("file"), column("label")];
  const group = data.group === undefined ? undefined : column("group");
  return table.rows.map((row, at) => ({
    file: row[file],
    label: row[label],
    ...(group !== undefined && { group: row[group].trim() }),
    place: cellPlace(table, at, file),
  }));
}

function readLines(index: TextFile, data: SoundConfig): Recording[] {
  return [...index.lineStarts].flatMap((offset, at) => {
    const line = index.text.slice(offset, (index.lineStarts[at + 1] ?? Infinity) - 1);
    if (line.trim() === "") return [];
    const place = placeIn(index, offset);
    const record = parseLine(line, place, `{"${data.file}": "1.wav", "${data.label}": "…"}`);
    const { group } = data;
    return {
      file: fieldOf(record, data.file, "file", place),
      label: fieldOf(record, data.label, "label", place),
      ...(group !== undefined && { group: fieldOf(record, group, "group", place) }),
      place,
    };
  });
}

/** As the config would name it. Whether it stays inside the workspace, who opens it says. */
function besideIndex(index: string, file: string, place: Place): string {
  const written = file.replaceAll("\\", "/");
  if (/^(?:\/|[a-z]:)/i.test(written)) {
    throw errorAt(
      place,
      "path",
      `"${file}" is a path of this machine only.`,
      "Write it relative to the index, so that the experiment runs on other machines too.",
      ["data", "file"],
    );
  }
  const parts = index.split("/").slice(0, -1);
  for (const part of written.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
