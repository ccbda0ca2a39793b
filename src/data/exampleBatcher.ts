/** Examples, B at a time in shuffled order; longer ones than `bptt` in several windows, one after the other. */
import type { Batch } from "../trace/batch.ts";
import type { Batcher, BatcherOptions, JsonValue } from "./batcher.ts";
import { assemble, lossWithin } from "./assemble.ts";
import { reusedArrays } from "./batchArrays.ts";
import { createUniform, shuffle } from "./randomness.ts";
import type { Example, Split } from "./split.ts";
import { carriedStepsOf, isIndex } from "./streamBatcher.ts";
import { windowAt, windowsFor, type Windows } from "./windows.ts";

type Examples = Pick<
  Split,
  "layout" | "sequenceCount" | "steps" | "decoderSteps" | "read" | "expect"
>;

export function createExampleBatcher(split: Examples, options: BatcherOptions): Batcher {
  const { sequenceCount, layout } = split;
  const batch = Math.min(options.batch, sequenceCount);
  const groups = batch === 0 ? 0 : Math.ceil(sequenceCount / batch);
  const windows = windowsFor(split.steps, options);
  const arrays = reusedArrays();

  const inOrder = Int32Array.from({ length: sequenceCount }, (_, index) => index);
  let order: Int32Array | undefined;
  /** What the order was shuffled from: all that a position needs to bring it back. */
  let shuffleSeed: number | null = null;
  let group = 0;
  /** The windows of the group at hand that are still to come. */
  let pending: { examples: readonly Example[]; lossFrom: number } | undefined;

  const arrange = (seed: number | null): void => {
    shuffleSeed = seed;
    order = seed === null ? inOrder : shuffle(inOrder.slice(), createUniform(seed));
  };
  const membersOf = (members: Int32Array, index: number): Int32Array =>
    members.subarray(index * batch, (index + 1) * batch);
  /** Longest first, so that the engine need not compute the padding. */
  const examplesOf = (members: Int32Array, index: number): Example[] =>
    Array.from(membersOf(members, index), (member) => split.read(member)).sort(
      (a, b) => b.steps - a.steps,
    );

  const next = (): Batch | undefined => {
    if (!order) throw new Error("startEpoch() comes before next().");
    for (;;) {
      if (!pending) {
        if (group === groups) return undefined;
        pending = { examples: examplesOf(order, group), lossFrom: 0 };
        if (split.expect) {
          for (const member of membersOf(order, group + 1)) split.expect(member);
        }
      }
      const { examples, lossFrom } = pending;
      // They come longest first.
      const longest = Math.max(1, examples[0].steps);
      const window = windowAt(windows, lossFrom, longest);
      const { from, to } = window;
      if (to < longest) pending = { examples, lossFrom: to };
      else {
        pending = undefined;
        group++;
      }
      const hasLoss = lossWithin(examples, lossFrom, to, layout);
      // Without a state to carry, a window without a loss leads nowhere.
      if (hasLoss || options.carryState) {
        const carry = from > 0 && options.carryState;
        const batch = assemble({ ...window, examples, layout, carry, hasLoss }, arrays);
        return { ...batch, ...carriedStepsOf(windows, window, longest) };
      }
    }
  };

  return {
    get updatesPerEpoch() {
      return countUpdates(split, groups, windows, (index) => examplesOf(inOrder, index));
    },
    largest: {
      steps: Math.min(windows.length, split.steps),
      batch,
      ...(split.decoderSteps !== undefined && { decoderSteps: split.decoderSteps }),
    },
    next,
    startEpoch() {
      arrange(options.uniform ? Math.floor(options.uniform() * 0x1_0000_0000) : null);
      group = 0;
      pending = undefined;
    },
    position: () => (order ? { shuffleSeed, group, from: pending?.lossFrom ?? 0 } : null),
    seek(position) {
      if (position === null) {
        order = undefined;
        return;
      }
      const place = placeOf(position, groups);
      arrange(place.shuffleSeed);
      group = place.group;
      const isInside = place.from > 0 && order !== undefined;
      pending =
        isInside && order
          ? { examples: examplesOf(order, group), lossFrom: place.from }
          : undefined;
    },
  };
}

function placeOf(
  position: JsonValue,
  groups: number,
): { shuffleSeed: number | null; group: number; from: number } {
  const { shuffleSeed, group, from } = (position ?? {}) as Record<string, unknown>;
  const seedFits = shuffleSeed === null || isIndex(shuffleSeed, 0xffff_ffff);
  if (seedFits && isIndex(group, groups) && isIndex(from, Number.MAX_SAFE_INTEGER)) {
    return { shuffleSeed, group, from };
  }
  throw new Error(`${JSON.stringify(position)} is no position among ${groups} batches.`);
}

/** Every group has one window, unless `bptt` cuts; then those without a loss do not count. */
function countUpdates(
  split: Examples,
  groups: number,
  { stride }: Windows,
  examplesOf: (group: number) => Example[],
): number {
  if (stride >= split.steps) return groups;
  let updates = 0;
  for (let group = 0; group < groups; group++) {
    const examples = examplesOf(group);
    const longest = longestOf(examples);
    for (let from = 0; from < longest; from += stride) {
      if (lossWithin(examples, from, from + stride, split.layout)) updates++;
    }
  }
  return updates;
}

const longestOf = (examples: readonly Example[]): number =>
  examples.reduce((most, { steps }) => Math.max(most, steps), 0);
