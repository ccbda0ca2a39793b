/** Sequences of frames out of a JSON Lines file, one in each line. */
import type { Place } from "../../config/problem.ts";
import { errorAt, placeIn, readTextFile, type FileSource } from "../files.ts";
import { fieldOf, parseLine } from "../labelledFiles.ts";
import { counted } from "../wording.ts";
import { frameNumber, type FrameFile, type FrameSequence } from "./frameSequence.ts";
import type { FramesConfig } from "./framesConfig.ts";

/** Throws `UserError` with the line of what cannot be used. */
export async function readJsonFrames(data: FramesConfig, files: FileSource): Promise<FrameFile> {
  const file = await readTextFile(files, data.path);
  const sequences: FrameSequence[] = [];
  let width = data.inputs?.length;
  for (const [index, offset] of file.lineStarts.entries()) {
    const end = file.lineStarts[index + 1] ?? file.text.length + 1;
    const line = file.text.slice(offset, end - 1);
    if (line.trim() === "") continue;
    const place = placeIn(file, offset);
    const record = parseLine(line, place, shapeOf(data));
    const frames = framesOf(record[data.frames], data, width, place);
    width = frames[0].length;
    sequences.push({
      steps: frames.length,
      values: Float64Array.from(frames.flat()),
      labels:
        data.predict === "each-frame"
          ? labelsOf(record, data, frames.length, place)
          : [fieldOf(record, data.label, "label", place)],
      ...(data.group !== undefined && { group: groupOf(record, data.group, place) }),
      place,
      nameOf: frameNumber,
    });
  }
  const names = Array.from(
    { length: width ?? 0 },
    (_, at) => data.inputs?.[at] ?? `feature ${at + 1}`,
  );
  return { names, sequences };
}

/** What a line looks like, for advice. */
const shapeOf = ({ frames, label, predict }: FramesConfig): string =>
  `{"${frames}": [[0.1, 0.2], …], "${label}": ${predict === "each-frame" ? '["…", …]' : '"…"'}}`;

function framesOf(
  value: unknown,
  { frames: key, inputs }: FramesConfig,
  width: number | undefined,
  place: Required<Place>,
): readonly (readonly number[])[] {
  const wrong = (what: string): Error =>
    errorAt(
      place,
      "frames",
      `"${key}" ${what}.`,
      "Write a list of frames, each a list of the same number of numbers: [[0.1, 0.2], [0.3, 0.4]].",
      ["data", "frames"],
    );
  if (value === undefined) throw wrong("is missing");
  if (!Array.isArray(value) || value.length === 0) throw wrong("is not a list of frames");
  return value.map((frame: unknown, t) => {
    if (!Array.isArray(frame) || frame.length === 0)
      throw wrong(`has a frame ${t} that is no list`);
    const wanted = width ?? (value as unknown[][])[0].length;
    if (frame.length !== wanted)
      throw wrong(
        `has ${counted(frame.length, "number")} in frame ${t}, and ${inputs ? `data.inputs names ${wanted}` : `${wanted} elsewhere`}`,
      );
    return frame.map((number: unknown) => {
      if (typeof number === "number" && Number.isFinite(number)) return number;
      throw wrong(`has ${JSON.stringify(number)} in frame ${t}, which is not a number`);
    });
  });
}

/** One for each frame; `null` and an empty text stand for none. */
function labelsOf(
  record: Record<string, unknown>,
  { label: key }: FramesConfig,
  steps: number,
  place: Required<Place>,
): readonly string[] {
  const value = record[key];
  const wrong = (what: string): Error =>
    errorAt(
      place,
      "frame-labels",
      `"${key}" ${what}.`,
      'With "predict": "each-frame" it is a list of one label for each frame: ["still", "still", "walk"]. For one label of the whole sequence take "label".',
      ["data", "label"],
    );
  if (!Array.isArray(value)) throw wrong(value === undefined ? "is missing" : "is not a list");
  if (value.length !== steps)
    throw wrong(`has ${counted(value.length, "label")} for ${counted(steps, "frame")}`);
  return value.map((label: unknown, t) => {
    if (label === null) return "";
    if (typeof label === "string") return label.trim();
    if (typeof label === "number" || typeof label === "boolean") return String(label);
    throw wrong(`has ${JSON.stringify(label)} for frame ${t}, which is no label`);
  });
}

function groupOf(record: Record<string, unknown>, key: string, place: Required<Place>): string {
  const value = record[key];
  if (typeof value === "number") return String(value);
  return fieldOf(record, key, "group", place);
}
