/**
 * A text as B streams that are read side by side: stream b reads its own part of the text from beginning to end, window after
 * window, with the state carried along. Every token but the first is predicted exactly once in an epoch.
 */
import type { Batch } from "../trace/batch.ts";
import { reusedArrays } from "./batchArrays.ts";
import type { Batcher, JsonValue } from "./batcher.ts";
import type { Layout, Split } from "./split.ts";
import type { TokenRow } from "./tokenRow.ts";
import { stepsToNext, windowAt, type Window, type Windows } from "./windows.ts";

export function createStreamBatcher(stream: TokenRow, windows: Windows, wanted: number): Batcher {
  const predictions = Math.max(0, stream.length - 1);
  const batch = streamCount(predictions, windows.length, wanted);
  // Parts differ by one token at most.
  const starts = Array.from({ length: batch + 1 }, (_, b) =>
    Math.floor((b * predictions) / Math.max(1, batch)),
  );
  const longest = starts.slice(1).reduce((most, end, b) => Math.max(most, end - starts[b]), 0);
  const count = Math.ceil(longest / windows.stride);
  const arrays = reusedArrays();
  let index: number | undefined;
  /** The tokens of one stream's window, and the one that follows. */
  const numbers = new Int32Array(windows.length + 1);

  const read = (window: Window): Batch => {
    const { from: first, lossFrom, to } = window;
    const steps = to - first;
    const lengths = arrays.integers("lengths", batch);
    const tokens = arrays.integers("tokens", steps * batch);
    const classes = arrays.integers("classes", steps * batch);
    const weights = arrays.numbers("weights", steps * batch);
    for (let b = 0; b < batch; b++) {
      lengths[b] = Math.max(0, Math.min(steps, starts[b + 1] - starts[b] - first));
      if (lengths[b] === 0) continue;
      const from = starts[b] + first;
      stream.read(from, lengths[b] + 1, numbers);
      for (let t = 0; t < lengths[b]; t++) {
        tokens[t * batch + b] = numbers[t];
        classes[t * batch + b] = numbers[t + 1];
        weights[t * batch + b] = first + t < lossFrom ? 0 : 1;
      }
      stream.follow(from);
    }
    return {
      steps,
      size: batch,
      lengths,
      input: { kind: "tokens", tokens },
      target: { kind: "classes", classes },
      weights,
      carry: first > 0,
      ...carriedStepsOf(windows, window, longest),
    };
  };

  return {
    updatesPerEpoch: count,
    largest: { steps: Math.min(windows.length, longest), batch },
    startEpoch() {
      index = 0;
    },
    next() {
      if (index === undefined) throw new Error("startEpoch() comes before next().");
      return index < count ? read(windowAt(windows, index++ * windows.stride, longest)) : undefined;
    },
    position: () => index ?? null,
    seek(position: JsonValue) {
      if (position === null) index = undefined;
      else if (isIndex(position, count)) index = position;
      else throw new Error(`${JSON.stringify(position)} is no position among ${count} windows.`);
    },
  };
}

/** As many streams as wanted, but no more than have a whole window to read, and at least one. */
export function streamCount(predictions: number, window: number, wanted: number): number {
  if (predictions === 0) return 0;
  return Math.max(1, Math.min(wanted, Math.floor(predictions / window)));
}

export const isIndex = (value: unknown, limit: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= limit;

/** Only where windows overlap, since a batch keeps the state after its last step anyway. */
export const carriedStepsOf = (
  windows: Windows,
  window: Window,
  longest: number,
): Pick<Batch, "carriedSteps"> =>
  windows.stride === windows.length ? {} : { carriedSteps: stepsToNext(windows, window, longest) };

/** The windows of a text as examples on their own. */
export function windowsOf(
  stream: TokenRow,
  windows: Windows,
  layout: Layout,
): Pick<Split, "layout" | "sequenceCount" | "steps" | "read" | "expect"> {
  const predictions = Math.max(0, stream.length - 1);
  const { stride } = windows;
  return {
    layout,
    steps: Math.min(windows.length, predictions),
    sequenceCount: Math.ceil(predictions / stride),
    read(index) {
      const window = windowAt(windows, index * stride, predictions);
      const { from: start, lossFrom, to: end } = window;
      const numbers = new Int32Array(end - start + 1);
      stream.read(start, numbers.length, numbers);
      return {
        steps: end - start,
        input: numbers.subarray(0, end - start),
        target: numbers.subarray(1),
        weights: new Float32Array(end - start).fill(1, lossFrom - start),
      };
    },
    expect(index) {
      const { from, to } = windowAt(windows, index * stride, predictions);
      stream.expect(from, to - from + 1);
    },
  };
}
