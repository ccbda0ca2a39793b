/** What the unrolled timeline shows of each step: what was read, what the cells did, what came out. */
import { cellsAt, normAt } from "../analysis/cellSummary.ts";
import { describeOutput } from "../data/describeOutput.ts";
import type { StepLabel } from "../data/split.ts";
import { predictedDeviations, predictedNumbers } from "../engine/sampling.ts";
import type { TimelineColumn } from "../protocol/timelineColumn.ts";
import type { LabelDecoding } from "../protocol/traceSummary.ts";
import { clampRange } from "../trace/buckets.ts";
import { changeNormAt } from "../trace/change.ts";
import {
  attentionWeights,
  decoderInput,
  gradientOf,
  inputTensor,
  layerTensor,
} from "../trace/names.ts";
import { planeOf } from "../trace/plane.ts";
import { tensorOf, type Trace } from "../trace/trace.ts";
import type { TracedSequence } from "./tracedSequence.ts";

/** Steps `[from, to)`, cut to those that there are. */
export function timelineColumns(
  traced: TracedSequence,
  steps: readonly [from: number, to: number],
): readonly TimelineColumn[] {
  const [from, to] = clampRange(steps, traced.trace.steps);
  return Array.from({ length: to - from }, (_, i) => columnAt(traced, from + i));
}

function columnAt(traced: TracedSequence, t: number): TimelineColumn {
  const { loaded, sequence, trace, decoding, branch } = traced;
  const label = sequence.steps[t];
  return {
    ...(branch && { original: originalAt(branch.original, trace, t) }),
    t,
    input: label.input,
    inputValues: label.inputValues,
    cells: cellsAt(trace, t),
    ...outputAt(trace, t, label, loaded.encoding),
    // Labels without places are no step's target.
    ...(decoding ? { begins: beginsAt(decoding, t) } : { targetLabel: label.target }),
    loss: lossAt(trace, t),
    ...attentionAt(trace, t),
    inputGradientNorm: normAt(trace, gradientOf(inputAt(trace, t)), t),
  };
}

const beginsAt = ({ labels, starts }: LabelDecoding, t: number): string | undefined =>
  labels[starts.indexOf(t)];

function originalAt({ loaded, sequence, trace }: TracedSequence, branch: Trace, t: number) {
  return {
    ...outputAt(trace, t, sequence.steps[t], loaded.encoding),
    loss: lossAt(trace, t),
    hChangeNorms: trace.model.layers.flatMap(({ directions }, layer) =>
      directions.map((direction) =>
        changeNormAt(branch, trace, layerTensor(layer, direction, "h"), t),
      ),
    ),
  };
}

/** A decoder looks at every step, what pools a sequence at its last. */
function attentionAt(trace: Trace, t: number): Pick<TimelineColumn, "attention"> {
  const weights = trace.tensors.get(attentionWeights);
  const row = outputRow(trace, t);
  if (!weights || row === undefined) return {};
  const { units, data } = planeOf(weights);
  const step = row - (trace.sourceSteps ?? 0);
  return { attention: [...data.subarray(step * units, (step + 1) * units)] };
}

/** What a step's token becomes: a decoder has an input of its own. */
const inputAt = ({ sourceSteps }: Trace, t: number): string =>
  sourceSteps !== undefined && t >= sourceSteps ? decoderInput : inputTensor;

/** Nothing before the last step of a network that answers there only. */
function outputAt(
  trace: Trace,
  t: number,
  { targetValues }: StepLabel,
  encoding: TracedSequence["loaded"]["encoding"],
): Pick<TimelineColumn, "predictions" | "forecast"> {
  const row = outputRow(trace, t);
  if (row === undefined) return {};
  const { data, units } = planeOf(tensorOf(trace, "output"));
  const output = data.subarray(row * units, (row + 1) * units);
  const { predictions, forecast } = describeOutput(
    encoding,
    predictedNumbers(trace.model.loss, output),
    predictedDeviations(trace.model.loss, output),
  );
  const truths = new Map(targetValues?.map(({ name, value }) => [name, value]));
  return {
    predictions,
    forecast: forecast?.map((each) => ({ ...each, truth: truths.get(each.name) })),
  };
}

/** Where no loss is taken there is none, even when the tensor holds a zero there. */
export function lossAt(trace: Trace, t: number): number | undefined {
  const row = outputRow(trace, t);
  const shares = trace.tensors.get(gradientOf("loss"));
  if (row === undefined || !shares || shares.data[row] === 0) return undefined;
  return tensorOf(trace, "loss").data[row];
}

export function outputRow({ model, steps, sourceSteps }: Trace, t: number): number | undefined {
  // While it reads the source, an encoder-decoder says nothing.
  if (sourceSteps !== undefined && t < sourceSteps) return undefined;
  if (model.output.at === "each-step") return t;
  return t === steps - 1 ? 0 : undefined;
}
