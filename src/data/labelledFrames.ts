/**
 * Frames with labels whose places are not known, such as recorded speech with what was said: from a JSON Lines file, one
 * sequence in each line.
 */
import type { Place } from "../config/problem.ts";
import type { DataConfig, TrainingConfig } from "../config/schema.ts";
import { shapeOf, type Dataset } from "./dataset.ts";
import { encodeNumber, type Column } from "./encoding.ts";
import { errorAt, inWords, placeIn, readTextFile, type FileSource } from "./files.ts";
import { alignmentBaseline } from "./labelBaselines.ts";
import { fieldOf, parseLine } from "./labelledFiles.ts";
import { blankIndex, stepsNeeded, withBlank } from "./labels.ts";
import { createUniform, shuffle } from "./randomness.ts";
import type { Layout, Split } from "./split.ts";
import { forEachToken, visible } from "./tokens.ts";
import { counted, grouped } from "./wording.ts";

type FramesConfig = Extract<DataConfig, { kind: "labelled-frames" }>;

interface Utterance {
  /** (T,I) as written. */
  readonly frames: readonly (readonly number[])[];
  readonly labels: readonly string[];
  readonly place: Required<Place>;
}

/** Throws `UserError` with the line of what cannot be used, also of a label that is longer than its frames. */
export async function loadLabelledFrames(
  data: FramesConfig,
  training: TrainingConfig,
  files: FileSource,
): Promise<Dataset> {
  const utterances = await readUtterances(data, files);
  const labels = [...new Set(utterances.flatMap((each) => each.labels))].toSorted();
  const blank = blankIndex(training, labels.length);
  const classes = withBlank(labels.map(visible), blank);
  const numberOf = new Map(labels.map((label, at) => [label, at >= blank ? at + 1 : at]));
  const { trained, held } = split(utterances.length, training);
  const columns = columnsOf(
    trained.map((index) => utterances[index]),
    data.standardize,
  );

  const part = (members: readonly number[]): Split =>
    createSplit(
      members.map((index) => utterances[index]),
      columns,
      classes,
      numberOf,
    );
  const trainingSplit = part(trained);
  const validation = part(held);
  const measured = held.map((_, index) => validation.read(index));
  return {
    encoding: { kind: "labelled-frames", inputs: columns, classes, blank },
    ...shapeOf(trainingSplit),
    training: trainingSplit,
    validation,
    summary: `${counted(utterances.length, "sequence")} of frames of ${counted(columns.length, "number")}, ${counted(labels.length, "label")}${held.length === 0 ? "" : `, ${grouped(held.length)} held back`}`,
    baselines: held.length === 0 ? [] : [alignmentBaseline(measured, classes.length)],
    warnings: [],
  };
}

async function readUtterances(
  data: FramesConfig,
  files: FileSource,
): Promise<readonly Utterance[]> {
  const file = await readTextFile(files, data.path);
  const utterances: Utterance[] = [];
  for (const [index, offset] of file.lineStarts.entries()) {
    const end = file.lineStarts[index + 1] ?? file.text.length + 1;
    const line = file.text.slice(offset, end - 1);
    if (line.trim() === "") continue;
    const place = placeIn(file, offset);
    const record = parseLine(
      line,
      place,
      `{"${data.frames}": [[0.1, 0.2], …], "${data.label}": "…"}`,
    );
    const frames = framesOf(record[data.frames], data.frames, utterances[0], place);
    const labels: string[] = [];
    forEachToken(fieldOf(record, data.label, "label", place), data.level, (label) =>
      labels.push(label),
    );
    refuseTooLong(labels, frames.length, place);
    utterances.push({ frames, labels, place });
  }
  if (utterances.length > 1) return utterances;
  throw errorAt(
    { file: file.path },
    "too-few-sequences",
    utterances.length === 0 ? "there are no sequences in it." : "there is only one sequence in it.",
    "Write at least two, one in each line.",
  );
}

function framesOf(
  value: unknown,
  key: string,
  first: Utterance | undefined,
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
  const width = first?.frames[0].length;
  return value.map((frame: unknown, t) => {
    if (!Array.isArray(frame) || frame.length === 0)
      throw wrong(`has a frame ${t} that is no list`);
    const wanted = width ?? (value as unknown[][])[0].length;
    if (frame.length !== wanted)
      throw wrong(`has ${counted(frame.length, "number")} in frame ${t}, and ${wanted} elsewhere`);
    return frame.map((number: unknown) => {
      if (typeof number === "number" && Number.isFinite(number)) return number;
      throw wrong(`has ${JSON.stringify(number)} in frame ${t}, which is not a number`);
    });
  });
}

/** No alignment fits: its loss would be infinite. */
function refuseTooLong(labels: readonly string[], steps: number, place: Required<Place>): void {
  const numbers = new Map(labels.map((label, at) => [label, at]));
  const needed = stepsNeeded(labels.map((label) => numbers.get(label) ?? 0));
  if (needed <= steps) return;
  const blanks =
    needed > labels.length ? ` (${needed} with the blanks between equal neighbours)` : "";
  throw errorAt(
    place,
    "label-too-long",
    `its ${counted(labels.length, "label")}${blanks} cannot be aligned with ${counted(steps, "frame")}.`,
    "Each label takes a frame of its own: give it more frames, or shorten it.",
    ["data", "label"],
  );
}

function split(count: number, { seed, validation: { share } }: TrainingConfig) {
  const order = shuffle(
    Int32Array.from({ length: count }, (_, index) => index),
    createUniform(seed, 0xf4a),
  );
  const held = share === 0 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * share)));
  // In the order of the file, so that lists read like it; training shuffles anyway.
  const part = (from: number, to: number): number[] => [...order.subarray(from, to).sort()];
  return { held: part(0, held), trained: part(held, count) };
}

/** Means and deviations over all frames that are trained on. */
function columnsOf(utterances: readonly Utterance[], standardize: boolean): readonly Column[] {
  return utterances[0].frames[0].map((_, band) => {
    const name = `feature ${band + 1}`;
    if (!standardize) return { name, mean: 0, deviation: 1 };
    const values = utterances.flatMap(({ frames }) => frames.map((frame) => frame[band]));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { name, mean, deviation: Math.sqrt(variance) || 1 };
  });
}

function createSplit(
  utterances: readonly Utterance[],
  columns: readonly Column[],
  classes: readonly string[],
  numberOf: ReadonlyMap<string, number>,
): Split {
  const layout: Layout = {
    input: { kind: "dense", size: columns.length },
    output: { kind: "labels", size: classes.length, at: "each-step" },
  };
  return {
    layout,
    sequenceCount: utterances.length,
    steps: utterances.reduce((longest, { frames }) => Math.max(longest, frames.length), 0),
    read(index) {
      const { frames, labels } = utterances[index];
      const steps = frames.length;
      const input = new Float32Array(steps * columns.length);
      frames.forEach((frame, t) =>
        input.set(
          frame.map((value, band) => encodeNumber(value, columns[band])),
          t * columns.length,
        ),
      );
      const weights = new Float32Array(steps);
      weights[steps - 1] = 1;
      const target = Int32Array.from(labels, (label) => numberOf.get(label) ?? 0);
      return { steps, input, target, weights };
    },
    describe(index) {
      const { labels, frames, place } = utterances[index];
      return {
        title: `${labels.map(visible).join(" ")} in ${counted(frames.length, "frame")}`,
        detail: inWords(place),
      };
    },
    labels(index) {
      const { frames, labels } = utterances[index];
      return frames.map((frame, t) => ({
        input: `frame ${t + 1}`,
        inputValues: frame.map((value, band) => ({ name: columns[band].name, value })),
        ...(t === frames.length - 1 && { target: labels.map(visible).join(" ") }),
      }));
    },
  };
}
