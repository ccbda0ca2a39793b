/** Where bars and notes stand: lines of bars below each other, time to the right, pitch upwards. Pure; in CSS pixels. */
import type { Bar, Note, Tune } from "./abc/tune.ts";

export interface Line {
  readonly top: number;
  readonly height: number;
  /** Indices of bars `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** In whole notes. */
  readonly start: number;
}

export interface TuneLayout {
  readonly lines: readonly Line[];
  readonly height: number;
  /** Pixels of a whole note, and of a semitone. */
  readonly timeScale: number;
  readonly pitchScale: number;
  readonly lowest: number;
  readonly highest: number;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Room for the names of pitches. */
export const left = 34;
const right = 12;
const pitchScale = 5;
/** Above the pitches of a line: numbers of bars. */
export const head = 18;
const gap = 14;
const narrowestBar = 80;
const mostBars = 8;

export function layoutOf(tune: Tune, width: number): TuneLayout {
  const { notes, bars, metre } = tune;
  const pitches = notes.map(({ pitch }) => pitch);
  const lowest = pitches.reduce((least, pitch) => Math.min(least, pitch), Infinity) - 1;
  const highest = pitches.reduce((most, pitch) => Math.max(most, pitch), -Infinity) + 1;
  const room = Math.max(narrowestBar, width - left - right);
  const barsInLine = Math.max(1, Math.min(mostBars, Math.floor(room / narrowestBar)));
  const spans = linesOf(bars, barsInLine * (metre?.length ?? 1));
  const longest = spans.reduce((most, { length }) => Math.max(most, length), 0);
  const height = head + (highest - lowest + 1) * pitchScale;
  return {
    lines: spans.map(({ from, to, start }, index) => ({
      top: index * (height + gap),
      height,
      from,
      to,
      start,
    })),
    height: Math.max(0, spans.length * (height + gap) - gap),
    timeScale: longest === 0 ? room : room / longest,
    pitchScale,
    lowest,
    highest,
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly length: number;
}

/** As many bars as fit into `room`; at least one, and a pickup or another ending besides. A part begins a line. */
function linesOf(bars: readonly Bar[], room: number): readonly Span[] {
  const spans: Span[] = [];
  for (const [index, { start, length, opens, ending }] of bars.entries()) {
    const line = spans.at(-1);
    const before = bars[index - 1];
    const isOther = (ending ?? 1) > 1;
    const isNewPart = opens || ((before?.closes || before?.isLast) && !isOther);
    const stretch = isOther ? 1.35 : 1.13;
    if (line && !isNewPart && line.length + length <= room * stretch) {
      spans[spans.length - 1] = { ...line, to: index + 1, length: line.length + length };
    } else spans.push({ from: index, to: index + 1, start, length });
  }
  return spans;
}

export const timeToX = (layout: TuneLayout, line: Line, time: number): number =>
  left + (time - line.start) * layout.timeScale;

export function rectangleOf(layout: TuneLayout, tune: Tune, note: Note): Rectangle | undefined {
  const line = lineAt(layout, tune, note.start);
  if (!line) return undefined;
  return {
    x: timeToX(layout, line, note.start),
    y: line.top + head + (layout.highest - note.pitch) * layout.pitchScale,
    // A hair's breadth, so that two notes of one pitch are two.
    width: Math.max(2, note.length * layout.timeScale - 1.5),
    height: layout.pitchScale,
  };
}

const lineAt = ({ lines }: TuneLayout, { bars }: Tune, time: number): Line | undefined =>
  lines.find(({ from, to }) => {
    const last = bars[to - 1];
    return time >= bars[from].start - 1e-9 && time < last.start + last.length - 1e-9;
  });

/** The note at a point or nearest to it in its line; undefined between lines. */
export function noteAt(layout: TuneLayout, tune: Tune, x: number, y: number): number | undefined {
  const line = layout.lines.find(({ top, height }) => y >= top && y < top + height);
  if (!line) return undefined;
  let nearest: number | undefined;
  let distance = Infinity;
  for (const [index, note] of tune.notes.entries()) {
    if (lineAt(layout, tune, note.start) !== line) continue;
    const at = timeToX(layout, line, note.start);
    const away = Math.max(0, at - x, x - at - note.length * layout.timeScale);
    if (away < distance) [nearest, distance] = [index, away];
  }
  return nearest;
}
