/** Synthetic tasks for an encoder-decoder: dates as people write them, and rows of symbols to be turned around. */
import type { DataConfig } from "../../config/schema.ts";
import { createUniform, integerBelow } from "../randomness.ts";
import type { TextPair } from "../pairCorpus.ts";

type SyntheticConfig = Extract<DataConfig, { kind: "synthetic" }>;
type PairTask = "dates" | "reversal";

export const isPairTask = (task: SyntheticConfig["task"]): task is PairTask =>
  task === "dates" || task === "reversal";

/** `count` pairs; the same seed gives the same ones, and more of them begin with fewer of them. */
export function pairsOf(
  task: PairTask,
  length: number,
  count: number,
  seed: number,
): readonly TextPair[] {
  return Array.from({ length: count }, (_, index) => {
    const uniform = createUniform(seed, 3, index);
    return task === "dates" ? datePair(uniform) : reversalPair(length, uniform);
  });
}

const months = [
  ["January", "Jan"],
  ["February", "Feb"],
  ["March", "Mar"],
  ["April", "Apr"],
  ["May", "May"],
  ["June", "Jun"],
  ["July", "Jul"],
  ["August", "Aug"],
  ["September", "Sep"],
  ["October", "Oct"],
  ["November", "Nov"],
  ["December", "Dec"],
] as const;
const weekdays = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
] as const;

/** Days of 1930 to 2029, so that two digits of a year tell which. */
const firstDay = Date.UTC(1930, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;
const days = (Date.UTC(2030, 0, 1) - firstDay) / dayMs;

interface Day {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

const two = (number: number): string => String(number).padStart(2, "0");
const ordinal = (day: number): string => {
  const teen = day >= 11 && day <= 13;
  return `${day}${teen ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th")}`;
};
const full = ({ month }: Day): string => months[month - 1][0];
const short = ({ month }: Day): string => months[month - 1][1];

/** With a point a date counts days first, with a stroke months first. */
const formats: readonly ((date: Day) => string)[] = [
  (date) => `${date.day} ${full(date)} ${date.year}`,
  (date) => `${full(date)} ${date.day}, ${date.year}`,
  (date) => `${short(date)} ${two(date.day)} ${date.year}`,
  (date) => `${ordinal(date.day)} of ${full(date)} ${date.year}`,
  (date) => `${weekdays[date.weekday]}, ${full(date)} ${ordinal(date.day)}, ${date.year}`,
  (date) => `${date.day}-${short(date)}-${two(date.year % 100)}`,
  (date) => `${two(date.day)}.${two(date.month)}.${date.year}`,
  (date) => `${date.month}/${date.day}/${date.year}`,
  (date) =>
    `${weekdays[date.weekday].slice(0, 3)} ${date.day} ${short(date)} ${two(date.year % 100)}`,
];

/**
 * A date as people write it, and as ISO 8601 has it. The task that attention became known with among beginners; here
 * nine formats, some of which name the day of the week, which tells nothing, and some of which leave out the century.
 */
function datePair(uniform: () => number): TextPair {
  const date = new Date(firstDay + integerBelow(uniform, days) * dayMs);
  const day: Day = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
  const source = formats[integerBelow(uniform, formats.length)](day);
  return { source, target: `${day.year}-${two(day.month)}-${two(day.day)}` };
}

const symbols = "abcdefghijklmnop";

/** Half as many symbols to as many as allowed, and the same from the last to the first. */
function reversalPair(longest: number, uniform: () => number): TextPair {
  const shortest = Math.max(1, Math.ceil(longest / 2));
  const length = shortest + integerBelow(uniform, longest - shortest + 1);
  const row = Array.from({ length }, () => symbols[integerBelow(uniform, symbols.length)]);
  return { source: row.join(""), target: row.toReversed().join("") };
}
