/** A small box of text beside the pointer, drawn in the editor's own hover colours. */
import { css } from "./color.ts";
import type { Point } from "./pictureInput.ts";
import type { Theme } from "./theme.ts";

export function drawTooltip(
  context: CanvasRenderingContext2D,
  theme: Theme,
  lines: readonly string[],
  at: Point,
  size: { readonly width: number; readonly height: number },
): void {
  const { family, size: fontSize } = theme.font;
  const fontPixels = Math.max(10, Math.round(fontSize * 0.92));
  const lineHeight = Math.round(fontPixels * 1.35);
  context.font = `${fontPixels}px ${family}`;
  const widest = Math.max(...lines.map((line) => context.measureText(line).width));
  const width = Math.min(size.width, widest + 14);
  const height = lines.length * lineHeight + 9;
  // Beside the pointer, where the box fits; never under it.
  const x = at.x + 14 + width <= size.width ? at.x + 14 : Math.max(0, at.x - 12 - width);
  const y = Math.max(
    0,
    Math.min(size.height - height, at.y - height - 8 < 0 ? at.y + 16 : at.y - height - 8),
  );
  context.fillStyle = css(theme.widget);
  context.strokeStyle = css(theme.widgetBorder);
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(Math.round(x) + 0.5, Math.round(y) + 0.5, Math.round(width), height, 3);
  context.fill();
  context.stroke();
  context.fillStyle = css(theme.onWidget);
  context.textAlign = "left";
  context.textBaseline = "middle";
  lines.forEach((line, index) =>
    context.fillText(
      line,
      Math.round(x) + 7.5,
      Math.round(y) + 5 + lineHeight * (index + 0.5),
      width - 12,
    ),
  );
}
