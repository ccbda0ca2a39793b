/** What a note, a bar and a tune are called. */
import type { Tune } from "./abc/tune.ts";

const names = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];

/** `F♯4`; 60 is C4. */
export const pitchName = (pitch: number): string =>
  `${names[((pitch % 12) + 12) % 12]}${Math.floor(pitch / 12) - 1}`;

/** `3/8`: of a whole note. */
export function lengthName(length: number): string {
  for (const below of [1, 2, 4, 8, 16, 32, 64, 12, 24, 48]) {
    const above = length * below;
    if (Math.abs(above - Math.round(above)) < 1e-6 && Math.round(above) > 0) {
      return below === 1 ? String(Math.round(above)) : `${Math.round(above)}/${below}`;
    }
  }
  return length.toFixed(3);
}

export function noteInWords({ notes, bars }: Tune, index: number): string {
  const { pitch, length, start } = notes[index];
  const bar = bars.findLastIndex((each) => each.start <= start + 1e-9);
  return `${pitchName(pitch)}, ${lengthName(length)}, bar ${bar + 1} of ${bars.length}; note ${index + 1} of ${notes.length}`;
}

export function tuneInWords({ kind, metre, key, bars, unread }: Tune): string {
  const off = bars.filter(({ isOff }) => isOff).length;
  const parts = [
    ...(kind ? [kind] : []),
    ...(metre ? [metre.text] : ["no metre"]),
    key,
    `${bars.length} bars${metre ? `, ${off === 0 ? "all" : bars.length - off} as long as the metre says` : ""}`,
    ...(unread.length > 0
      ? [`${unread.length} ${unread.length === 1 ? "place" : "places"} not understood`]
      : []),
  ];
  return parts.join(" · ");
}
