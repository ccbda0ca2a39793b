/** What is heard, in its order: repeats played twice with their endings, ties as one note. */
import type { Tune } from "./abc/tune.ts";

export interface PlayedNote {
  /** Index in the tune's notes. */
  readonly note: number;
  /** In whole notes from the beginning of the performance. */
  readonly at: number;
  readonly length: number;
  readonly pitch: number;
}

/** Beats a minute, of quarters, or of dotted quarters where three eighths make a beat. */
const quartersAMinute = 160;
const dottedQuartersAMinute = 112;

/** Seconds that a whole note lasts. */
export const secondsOfWhole = ({ metre }: Tune): number =>
  metre?.isCompound === true ? (60 / dottedQuartersAMinute) * (8 / 3) : (60 / quartersAMinute) * 4;

export function performanceOf(tune: Tune): readonly PlayedNote[] {
  const played: PlayedNote[] = [];
  let at = 0;
  for (const index of barsInOrder(tune)) {
    const bar = tune.bars[index];
    tune.notes.forEach(({ start, length, pitch, isTied }, note) => {
      if (start < bar.start - 1e-9 || start >= bar.start + bar.length - 1e-9) return;
      const before = played.findLast((each) => each.pitch === pitch);
      const when = at + start - bar.start;
      if (isTied && before && Math.abs(before.at + before.length - when) < 1e-6) {
        played[played.lastIndexOf(before)] = { ...before, length: before.length + length };
      } else played.push({ note, at: when, length, pitch });
    });
    at += bar.length;
  }
  return played;
}

/** Indices of bars. Every part is played twice at most, whatever a network wrote. */
export function barsInOrder({ bars }: Pick<Tune, "bars">): readonly number[] {
  const order: number[] = [];
  let first = 0;
  let isAgain = false;
  /** In an ending after the first, which is not played again. */
  let isOver = false;
  for (let index = 0; index < bars.length;) {
    const { opens, closes, isLast, ending } = bars[index];
    if (opens && !isAgain) first = index;
    if (isAgain && ending === 1) {
      // The second time its first ending is left out.
      const next = bars.findIndex((bar, at) => at >= index && (bar.closes || bar.isLast));
      index = (next < 0 ? index : next) + 1;
      isAgain = false;
      first = index;
      continue;
    }
    order.push(index);
    isOver ||= (ending ?? 1) > 1;
    if (closes && !isAgain && !isOver) {
      isAgain = true;
      index = first;
      continue;
    }
    if (closes || isLast) {
      isAgain = false;
      isOver = false;
      first = index + 1;
    }
    index++;
  }
  return order;
}
