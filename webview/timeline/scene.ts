/** Everything that one drawing of the timeline needs to know. */
import type { TimelineColumn } from "../../src/protocol/timelineColumn.ts";
import type { Cursor } from "../../src/protocol/traceSummary.ts";
import type { ModelDescription } from "../../src/trace/trace.ts";
import type { ColorScale, ColorTable } from "../lib/colorMaps.ts";
import type { Theme } from "../lib/theme.ts";
import type { TimelineLayout } from "./layout.ts";
import type { Hit } from "./pointing.ts";
import type { Extremes } from "./scales.ts";

export interface Scene {
  readonly layout: TimelineLayout;
  readonly model: ModelDescription;
  readonly theme: Theme;
  /** A column that has arrived. */
  column(t: number): TimelineColumn | undefined;
  readonly cursor: Cursor;
  readonly hover: Hit | undefined;
  readonly scrollLeft: number;
  readonly scrollTop: number;
  readonly width: number;
  readonly height: number;
  readonly extremes: Extremes;
  /** Widths of gradient arrows; undefined when the trace has no gradients. */
  readonly gradient: ColorScale | undefined;
  /** Colours of activity, 0..1. */
  readonly activityScale: ColorScale;
  readonly activityTable: ColorTable;
}

/** The context with the fonts of the timeline. */
export interface Pen {
  readonly context: CanvasRenderingContext2D;
  readonly label: string;
  readonly strong: string;
  readonly small: string;
  readonly token: string;
  readonly smallToken: string;
  /** Letters under bars, where every pixel counts. */
  readonly letter: string;
}

export function createPen(context: CanvasRenderingContext2D, theme: Theme): Pen {
  const { family, monospace, size } = theme.font;
  const base = Math.max(10, Math.round(size * 0.85));
  const small = Math.max(9, base - 1);
  return {
    context,
    label: `${base}px ${family}`,
    strong: `600 ${base}px ${family}`,
    small: `${small}px ${family}`,
    token: `${base + 1}px ${monospace}`,
    smallToken: `${base}px ${monospace}`,
    letter: `9px ${monospace}`,
  };
}

/** The text, cut with an ellipsis where it is wider than `width` in the context's font. */
export function fitText(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 1 && context.measureText(`${characters.join("")}…`).width > width) {
    characters.pop();
  }
  return characters.length === 1 ? characters[0] : `${characters.join("")}…`;
}
