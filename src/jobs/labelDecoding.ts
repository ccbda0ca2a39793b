/** What a network that was trained with CTC says of a whole sequence: labels, decoded from its outputs. */
import { blankOf, classesOf, type Encoding } from "../data/encoding.ts";
import { bestPath, prefixBeamSearch } from "../engine/ctcDecoding.ts";
import { editDistance } from "../engine/editDistance.ts";
import type { LabelDecoding } from "../protocol/traceSummary.ts";
import type { Batch } from "../trace/batch.ts";
import { tensorOf, type Trace } from "../trace/trace.ts";

const beamWidth = 16;
const shownBeams = 3;
/** A search through more outputs than these would keep the panels waiting. */
const mostSearched = 200_000;

/** Undefined where labels have places. `trace` is of one sequence. */
export function decodeLabels(
  trace: Trace,
  encoding: Encoding,
  target: Batch["target"],
): LabelDecoding | undefined {
  const blank = blankOf(encoding);
  const classes = classesOf(encoding);
  if (trace.model.loss !== "ctc" || blank === undefined || !classes) return undefined;
  const { data, shape } = tensorOf(trace, "output");
  const outputs = { values: data, size: shape[shape.length - 1], batch: 1 };
  const spell = (labels: ArrayLike<number>): string[] =>
    Array.from(labels, (label) => classes[label]);
  const path = bestPath(outputs, 0, trace.steps, blank);
  const beams =
    data.length > mostSearched
      ? []
      : prefixBeamSearch(outputs, 0, trace.steps, blank, beamWidth).slice(0, shownBeams);
  const wanted =
    target?.kind === "labels" ? target.labels.slice(0, target.labelLengths[0]) : undefined;
  return {
    labels: spell(path.labels),
    starts: path.starts,
    beams: beams.map(({ labels, logProbability }) => ({ labels: spell(labels), logProbability })),
    ...(wanted && { target: spell(wanted), edits: editDistance(path.labels, wanted) }),
  };
}
