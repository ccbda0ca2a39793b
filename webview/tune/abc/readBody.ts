/**
 * The music of a tune in ABC notation (abcnotation.com, standard 2.1): notes with accidentals, octaves and lengths, bars, repeats with their endings, triplets and
 * their kin, broken rhythms, chords, ties and rests. Ornaments, chord symbols, slurs and grace notes are passed over. What is nothing of all that is
 * said to be unread, and reading goes on behind it.
 */
import { keySignature, type KeySignature } from "./key.ts";
import type { TextSpan, Unread } from "./tune.ts";

export interface Sound {
  readonly kind: "sound";
  /** None: a rest. */
  readonly pitches: readonly number[];
  /** In whole notes. */
  length: number;
  /** Goes on into the next. */
  isHeld: boolean;
  readonly span: TextSpan;
}

/** A line between bars, or the number of an ending. */
export interface BarLine {
  readonly kind: "line";
  readonly opens: boolean;
  readonly closes: boolean;
  readonly isLast: boolean;
  readonly ending?: number;
}

export interface Body {
  readonly events: readonly (Sound | BarLine)[];
  readonly unread: readonly Unread[];
}

const semitones: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const raisedBy: Readonly<Record<string, number>> = { "^^": 2, "^": 1, "=": 0, _: -1, __: -2 };
/** Longer than any bar that is meant. */
const longest = 8;

const patterns = {
  field: /[A-Za-z]:(?![|:])[^\n]*/y,
  quiet: /\s+|%[^\n]*|"[^"\n]*"|\{[^}\n]*\}|![^!\n]*!|\((?!\d)|[)~.`\\$HLMOPSTuv]/y,
  line: /(?::*\|+[\]:]*|\[\|:*|::+)\s*(?:\[?([1-9]))?/y,
  ending: /\[([1-9])/y,
  tuplet: /\(([2-9])(?::([1-9]?)(?::([1-9]?))?)?/y,
  note: /(\^{1,2}|_{1,2}|=)?([A-Ga-g])([,']*)(\d*)(\/*)(\d*)/y,
  rest: /([zx])(\d*)(\/*)(\d*)/y,
  chord: /\[((?:(?:\^{1,2}|_{1,2}|=)?[A-Ga-g][,']*\d*\/*\d*)+)\](\d*)(\/*)(\d*)/y,
  broken: /<{1,3}|>{1,3}/y,
  tie: /-/y,
} as const;

/** `from` is the first character of it; `unit` the length of a note without a number, in whole notes. */
export function readBody(
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
  start: { readonly key: KeySignature; readonly unit: number; readonly isCompound: boolean },
): Body {
  let { key, unit } = start;
  const events: (Sound | BarLine)[] = [];
  const unread: Unread[] = [];
  /** Of this bar; they hold for the letter in every octave. */
  let accidentals = new Map<string, number>();
  let tuplet = { left: 0, factor: 1 };
  /** What `>` makes of the next note. */
  let nextFactor = 1;
  let at = from;

  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    return found && found.index + found[0].length <= to ? found : undefined;
  };
  const cannot = (length: number, why: string): void => {
    const last = unread.at(-1);
    if (last && last.why === why && last.offset + last.length === at) {
      unread[unread.length - 1] = { ...last, length: last.length + length };
    } else unread.push({ offset: at, length, why });
  };
  const pitchOf = (accidental: string | undefined, letter: string, octaves: string): number => {
    const name = letter.toUpperCase();
    if (accidental !== undefined) accidentals.set(name, raisedBy[accidental]);
    const before = lastSound(events);
    const octave = (letter === name ? 60 : 72) + 12 * shiftOf(octaves);
    const plain = octave + semitones[name];
    // A tie keeps its accidental across the line.
    const held = before?.isHeld
      ? before.pitches.find((pitch) => Math.abs(pitch - plain) <= 1)
      : undefined;
    if (accidental === undefined && held !== undefined && !accidentals.has(name)) return held;
    return plain + (accidentals.get(name) ?? key.get(name) ?? 0);
  };
  const add = (pitches: readonly number[], written: number, size: number): void => {
    const length = written * unit;
    if (!(length > 0 && length <= longest)) {
      cannot(size, "no note lasts so long");
      return;
    }
    const factor = (tuplet.left > 0 ? tuplet.factor : 1) * nextFactor;
    if (tuplet.left > 0) tuplet.left--;
    nextFactor = 1;
    const span = { offset: at, length: size };
    events.push({ kind: "sound", pitches, length: length * factor, isHeld: false, span });
  };

  while (at < to) {
    const isLineStart = at === from || text[at - 1] === "\n";
    let found: RegExpExecArray | undefined;
    let size = 1;
    if (isLineStart && (found = match(patterns.field))) {
      size = found[0].length;
      const value = found[0].slice(2);
      if (found[0].startsWith("K:")) key = keySignature(value) ?? key;
      if (found[0].startsWith("L:")) unit = unitLength(value) ?? unit;
    } else if ((found = match(patterns.quiet))) {
      size = found[0].length;
    } else if ((found = match(patterns.line))) {
      size = found[0].trimEnd().length;
      const [written, ending] = found;
      const sign = written.replace(/[\s\d]+$/, "");
      events.push({
        kind: "line",
        opens: sign.endsWith(":"),
        closes: sign.startsWith(":"),
        isLast: /\|\||\]/.test(sign),
        ...(ending !== undefined && { ending: Number(ending) }),
      });
      accidentals = new Map();
    } else if ((found = match(patterns.chord))) {
      size = found[0].length;
      const inside = [...found[1].matchAll(new RegExp(patterns.note.source, "g"))];
      const pitches = inside.map(([, accidental, letter, octaves]) =>
        pitchOf(accidental, letter, octaves),
      );
      const [, , , , count, slashes, divisor] = inside[0];
      add(
        pitches,
        lengthOf(count, slashes, divisor) * lengthOf(found[2], found[3], found[4]),
        size,
      );
    } else if ((found = match(patterns.ending))) {
      size = found[0].length;
      const ending = Number(found[1]);
      events.push({ kind: "line", opens: false, closes: false, isLast: false, ending });
    } else if ((found = match(patterns.tuplet))) {
      size = found[0].length;
      const count = Number(found[1]);
      const usual = [0, 0, 3, 2, 3, start.isCompound ? 3 : 2, 2, start.isCompound ? 3 : 2, 3, 2];
      const inTimeOf = Number(found[2] || usual[count]);
      tuplet = { left: Number(found[3] || count), factor: inTimeOf / count };
    } else if ((found = match(patterns.note))) {
      size = found[0].length;
      const [, accidental, letter, octaves, count, slashes, divisor] = found;
      const pitch = pitchOf(accidental, letter, octaves);
      add([pitch], lengthOf(count, slashes, divisor), size);
    } else if ((found = match(patterns.rest))) {
      size = found[0].length;
      add([], lengthOf(found[2], found[3], found[4]), size);
    } else if ((found = match(patterns.broken))) {
      size = found[0].length;
      const before = lastSound(events);
      const short = 0.5 ** size;
      if (!before) cannot(size, "nothing stands before it");
      else {
        before.length *= found[0].startsWith(">") ? 2 - short : short;
        nextFactor = found[0].startsWith(">") ? short : 2 - short;
      }
    } else if ((found = match(patterns.tie))) {
      const before = lastSound(events);
      if (before && before.pitches.length > 0) before.isHeld = true;
      else cannot(size, "nothing stands before it");
    } else cannot(size, "it means nothing here");
    at += size;
  }
  return { events, unread };
}

function lastSound(events: readonly (Sound | BarLine)[]): Sound | undefined {
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index];
    if (event.kind === "sound") return event;
  }
  return undefined;
}

/** `2`, `/`, `//`, `3/2`, as a factor; NaN or Infinity for what is none. */
function lengthOf(count: string, slashes: string, divisor: string): number {
  const whole = Number(count || 1);
  if (slashes === "") return whole;
  return whole / (divisor === "" ? 2 ** slashes.length : Number(divisor));
}

function shiftOf(octaves: string): number {
  let shift = 0;
  for (const mark of octaves) shift += mark === "'" ? 1 : -1;
  return Math.max(-3, Math.min(3, shift));
}

/** `1/8` in whole notes. */
export function unitLength(written: string): number | undefined {
  const [, above, below] = /^\s*(\d{1,2})\/(\d{1,3})/.exec(written) ?? [];
  const length = Number(above) / Number(below);
  return length > 0 && length <= 1 ? length : undefined;
}
