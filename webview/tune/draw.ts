/** A tune as a piano roll: bars side by side, each note as long as it lasts and as high as it sounds. */
import type { Frame } from "../lib/canvas.ts";
import { css } from "../lib/color.ts";
import type { Theme } from "../lib/theme.ts";
import type { Tune } from "./abc/tune.ts";
import { head, rectangleOf, timeToX, type Line, type TuneLayout } from "./layout.ts";
import { lengthName, pitchName } from "./words.ts";

export interface TunePicture {
  readonly tune: Tune;
  readonly layout: TuneLayout;
  /** The note under the cursor, which is also the one that sounds. */
  readonly note: number | undefined;
  readonly theme: Theme;
}

const fontSize = 11;

export function drawTune({ context }: Frame, picture: TunePicture): void {
  const { layout, tune, note, theme } = picture;
  context.font = `${fontSize}px ${theme.font.family}`;
  for (const line of layout.lines) drawLine(context, picture, line);
  for (const [index, each] of tune.notes.entries()) {
    const box = rectangleOf(layout, tune, each);
    if (!box) continue;
    const isChosen = index === note;
    context.fillStyle = css(isChosen ? theme.charts.orange : theme.charts.blue);
    context.beginPath();
    context.roundRect(box.x, box.y, box.width, box.height, 2);
    context.fill();
    if (!isChosen) continue;
    context.strokeStyle = css(theme.foreground);
    context.lineWidth = 1.5;
    context.strokeRect(box.x - 2, box.y - 2, box.width + 4, box.height + 4);
  }
}

function drawLine(
  context: CanvasRenderingContext2D,
  { layout, tune, theme }: TunePicture,
  line: Line,
): void {
  const { lowest, highest, pitchScale } = layout;
  const top = line.top + head;
  const bottom = line.top + line.height;
  const bars = tune.bars.slice(line.from, line.to);
  const last = bars[bars.length - 1];
  const [begin, end] = [line.start, last.start + last.length].map((time) =>
    timeToX(layout, line, time),
  );
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let pitch = lowest + 1; pitch < highest; pitch++) {
    // Every C and G has a line of its own.
    if (pitch % 12 !== 0 && pitch % 12 !== 7) continue;
    const y = top + (highest - pitch + 0.5) * pitchScale;
    context.fillStyle = css(theme.grid);
    context.fillRect(begin, y, end - begin, 1);
    context.fillStyle = css(theme.muted);
    context.fillText(pitchName(pitch), begin - 6, y);
  }
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  for (const [at, bar] of bars.entries()) {
    const x = timeToX(layout, line, bar.start);
    const width = bar.length * layout.timeScale;
    if (bar.isOff) {
      context.strokeStyle = css(theme.charts.red);
      context.lineWidth = 1.5;
      context.setLineDash([4, 3]);
      context.strokeRect(x + 1.5, top + 1, width - 3, bottom - top - 2);
      context.setLineDash([]);
    }
    context.fillStyle = css(bar.isOff ? theme.charts.red : theme.muted);
    const number = String(line.from + at + 1);
    const ending = bar.ending === undefined ? "" : ` · ending ${bar.ending}`;
    const length = bar.isOff ? ` · ${lengthName(bar.length)}, not ${tune.metre?.text}` : "";
    const room = width - 6;
    const label = [number + ending + length, number + length, number].find(
      (text) => context.measureText(text).width <= room,
    );
    if (label !== undefined) context.fillText(label, x + 4, top - 5);
    barLine(context, theme, x, top, bottom, bar.opens ? 1 : 0);
  }
  barLine(context, theme, end, top, bottom, last.closes ? -1 : 0);
  for (const [at, bar] of bars.slice(0, -1).entries()) {
    if (bar.closes) {
      barLine(context, theme, timeToX(layout, line, bars[at + 1].start), top, bottom, -1);
    }
  }
}

/** @param repeat which side its dots are on; 0 for a line without */
function barLine(
  context: CanvasRenderingContext2D,
  theme: Theme,
  x: number,
  top: number,
  bottom: number,
  repeat: -1 | 0 | 1,
): void {
  context.fillStyle = css(repeat === 0 ? theme.border : theme.foreground);
  const thickness = repeat === 0 ? 1 : 3;
  context.fillRect(x - thickness / 2, top, thickness, bottom - top);
  if (repeat === 0) return;
  for (const y of [-6, 6]) {
    context.beginPath();
    context.arc(x + repeat * 6, (top + bottom) / 2 + y, 2, 0, 2 * Math.PI);
    context.fill();
  }
}
