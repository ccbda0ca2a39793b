/** What is written on an explanation: tokens in the cells of a strip, and the names of its rows where it has several. */
import { stepWidth, xOfStep, type TimeScale } from "../lib/axes.ts";
import { contrast, css, rgb, type Color } from "../lib/color.ts";
import { axisFont, tokenFont } from "../lib/drawAxes.ts";
import { visibleToken } from "../lib/numbers.ts";
import type { Theme } from "../lib/theme.ts";

/** Each token in the middle of its step, where it has room, black or white as its paper asks for. */
export function drawTokens(
  context: CanvasRenderingContext2D,
  theme: Theme,
  time: TimeScale,
  strip: {
    readonly middle: number;
    readonly paperAt: (t: number) => Color;
    readonly tokenAt: (t: number) => string | undefined;
  },
): void {
  context.font = tokenFont(theme);
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let t = Math.floor(time.span.from); t < time.span.to; t++) {
    const token = strip.tokenAt(t);
    if (token === undefined || token === "") continue;
    const label = visibleToken(token, 12);
    if (context.measureText(label).width > stepWidth(time) - 1) continue;
    context.fillStyle = css(contrasting(strip.paperAt(t)));
    context.fillText(label, xOfStep(time, t) + stepWidth(time) / 2, strip.middle);
  }
}

/** Left of the rows, as much of each name as has room. */
export function drawRowNames(
  context: CanvasRenderingContext2D,
  theme: Theme,
  names: readonly string[],
  at: { readonly right: number; readonly top: number; readonly rowHeight: number },
): void {
  context.font = axisFont(theme);
  context.fillStyle = css(theme.muted);
  context.textAlign = "right";
  context.textBaseline = "middle";
  names.forEach((name, row) =>
    context.fillText(
      shortened(context, name, at.right - 1),
      at.right,
      at.top + (row + 0.5) * at.rowHeight,
    ),
  );
}

function shortened(context: CanvasRenderingContext2D, name: string, room: number): string {
  for (let length = name.length; length > 1; length--) {
    const text = visibleToken(name, length);
    if (context.measureText(text).width <= room) return text;
  }
  return name.slice(0, 1);
}

const [black, white] = [rgb(0, 0, 0), rgb(255, 255, 255)];

const contrasting = (paper: Color): Color =>
  contrast(black, paper) > contrast(white, paper) ? black : white;
