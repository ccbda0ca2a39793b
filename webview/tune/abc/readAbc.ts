/** Tunes out of a text in ABC notation, however broken: what a network wrote may stop in the middle of a bar. */
import { keySignature } from "./key.ts";
import { readBody, unitLength, type BarLine, type Sound } from "./readBody.ts";
import type { Bar, Metre, Note, Tune, Unread } from "./tune.ts";

/** Sums of thirds and halves are not exact. */
const rounding = 1e-6;

/** Every tune begins at an `X:`; what stands before the first is one too. Those without a note are left out. */
export function readAbc(text: string): readonly Tune[] {
  const starts = [...text.matchAll(/^X:/gm)].map(({ index }) => index);
  const from = starts[0] === 0 ? starts : [0, ...starts];
  return from
    .map((offset, index) => readTune(text, offset, from[index + 1] ?? text.length))
    .filter(({ notes }) => notes.length > 0);
}

function readTune(text: string, offset: number, to: number): Tune {
  const fields = new Map<string, string>();
  const unread: Unread[] = [];
  let at = offset;
  for (const line of text.slice(offset, to).split("\n")) {
    const isField = /^[A-Za-z]:(?![|:])/.test(line);
    const isRemark = line.trim() === "" || line.startsWith("%");
    if (!isField && !isRemark) break;
    const [letter] = line;
    if (isField && !fields.has(letter)) fields.set(letter, line.slice(2).trim());
    at += line.length + 1;
    // The key ends the head.
    if (line.startsWith("K:")) break;
  }
  const body = Math.min(at, to);
  const written = fields.get("K");
  const key = keySignature(written ?? "C");
  if (written === undefined || !key) {
    const why = written === undefined ? "there is no key" : `"${written}" is no key`;
    unread.push({ offset, length: Math.max(1, body - 1 - offset), why: `${why}: C is taken` });
  }
  const metre = metreOf(fields.get("M"));
  const start = {
    key: key ?? new Map<string, number>(),
    unit: unitLength(fields.get("L") ?? "") ?? ((metre?.length ?? 1) < 0.75 ? 1 / 16 : 1 / 8),
    isCompound: metre?.isCompound ?? false,
  };
  const { events, unread: inBody } = readBody(text, { from: body, to }, start);
  const kind = fields.get("R");
  return {
    offset,
    length: to - offset,
    title: fields.get("T") ?? "without a title",
    ...(kind !== undefined && { kind }),
    ...(metre && { metre }),
    key: key && written !== undefined ? written : "C",
    ...notesAndBars(events, metre),
    unread: [...unread, ...inBody],
  };
}

function metreOf(written: string | undefined): Metre | undefined {
  const text = { C: "4/4", "C|": "2/2" }[written ?? ""] ?? written ?? "";
  const [, above, below] = /^(\d{1,2})\/(\d{1,2})$/.exec(text) ?? [];
  const length = Number(above) / Number(below);
  if (!(length > 0 && length <= 4)) return undefined;
  return { text, length, isCompound: Number(below) === 8 && Number(above) % 3 === 0 };
}

type Times = Pick<Tune, "notes" | "bars">;

function notesAndBars(events: readonly (Sound | BarLine)[], metre: Metre | undefined): Times {
  const notes: Note[] = [];
  const bars: Bar[] = [];
  let time = 0;
  let begun = 0;
  let opening: { opens: boolean; ending?: number } = { opens: false };
  let held: readonly number[] = [];
  const end = (line: Pick<BarLine, "closes" | "isLast">): void => {
    const before = bars.at(-1);
    if (time - begun < rounding) {
      // Lines that stand together are one.
      if (before && (line.closes || line.isLast)) {
        bars[bars.length - 1] = {
          ...before,
          closes: before.closes || line.closes,
          isLast: before.isLast || line.isLast,
        };
      }
      return;
    }
    const { opens, ending } = opening;
    const { closes, isLast } = line;
    bars.push({
      start: begun,
      length: time - begun,
      opens,
      closes,
      isLast,
      isOff: false,
      ...(ending !== undefined && { ending }),
    });
    begun = time;
    opening = { opens: false };
  };
  for (const event of events) {
    if (event.kind === "line") {
      end(event);
      const { opens, ending } = event;
      opening = {
        opens: opening.opens || opens,
        ...((ending ?? opening.ending) !== undefined && { ending: ending ?? opening.ending }),
      };
      continue;
    }
    const { pitches, length, span, isHeld } = event;
    for (const pitch of pitches) {
      notes.push({ start: time, length, pitch, span, isTied: held.includes(pitch) });
    }
    held = isHeld ? pitches : [];
    time += length;
  }
  end({ closes: false, isLast: true });
  return { notes, bars: bars.map((bar, index) => ({ ...bar, isOff: isOff(bars, index, metre) })) };
}

/** A part may begin with less than a bar, and end with the rest of it. */
function isOff(bars: readonly Bar[], index: number, metre: Metre | undefined): boolean {
  if (!metre) return false;
  const { length, closes, isLast, opens } = bars[index];
  if (Math.abs(length - metre.length) < rounding) return false;
  if (length > metre.length) return true;
  const before = bars[index - 1];
  const begins = index === 0 || opens || before.closes || before.isLast;
  return !(begins || closes || isLast);
}
