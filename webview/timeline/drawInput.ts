/** What stands below the cells: the token of every step, or the name and the values of its row. */
import type { TimelineColumn } from "../../src/protocol/timelineColumn.ts";
import { css } from "../lib/color.ts";
import { visibleToken } from "../lib/numbers.ts";
import { columnLeft } from "./layout.ts";
import { labelStride } from "./scrolling.ts";
import { fitText, type Pen, type Scene } from "./scene.ts";
import { valueText } from "./words.ts";

/** Columns narrower than this have no room for a token. */
const leastWidth = 8;

/**
 * What is written below each of the visible steps. A token is cut to its column, since the beginning
 * of a word still tells which; of rows, whose names begin alike, every n-th is written out.
 */
export function inputNames(
  pen: Pen,
  scene: Scene,
  [from, to]: readonly [from: number, to: number],
): (column: TimelineColumn) => string {
  const { layout, model, cursor } = scene;
  const { context } = pen;
  if (layout.columnWidth < leastWidth) return () => "";
  context.font = pen.token;
  if (model.input.kind === "tokens") {
    const room = Math.max(layout.columnWidth - 4, 7);
    return ({ input }) => {
      const label = fitText(context, visibleToken(input), room);
      // A cut word of which nothing but a letter is left says nothing.
      return label.length > 1 || input.length <= 1 ? label : "";
    };
  }
  let widest = 0;
  for (let t = from; t < to; t++) {
    widest = Math.max(
      widest,
      context.measureText(visibleToken(scene.column(t)?.input ?? "")).width,
    );
  }
  const stride = labelStride(layout.columnWidth, widest + 8);
  return ({ t, input }) => {
    const isCovered = Math.abs(t - cursor.t) * layout.columnWidth < widest + 8;
    return t === cursor.t || (t % stride === 0 && !isCovered) ? visibleToken(input) : "";
  };
}

/** @param name As `inputNames` chose it. */
export function drawInput(
  pen: Pen,
  scene: Scene,
  t: number,
  column: TimelineColumn,
  name: string,
): void {
  const { layout, theme, cursor } = scene;
  const { context } = pen;
  const left = columnLeft(layout, t) + 8;
  const isMuted = t !== cursor.t && layout.tier === "dense";
  context.font = pen.token;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = css(isMuted ? theme.muted : theme.foreground);
  context.fillText(name, columnLeft(layout, t) + layout.columnWidth / 2, layout.input.y + 10);
  if (layout.tier !== "full") return;
  context.font = pen.small;
  (column.inputValues ?? []).slice(0, 2).forEach(({ name, value }, index) => {
    const y = layout.input.y + 27 + index * 14;
    const number = valueText(value);
    const numberWidth = context.measureText(number).width;
    context.textAlign = "left";
    context.fillStyle = css(theme.muted);
    context.fillText(fitText(context, name, layout.columnWidth - 22 - numberWidth), left, y);
    context.textAlign = "right";
    context.fillStyle = css(theme.foreground);
    context.fillText(number, left + layout.columnWidth - 16, y);
  });
}
