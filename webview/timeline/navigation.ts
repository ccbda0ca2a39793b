/** What a key makes of the cursor. Pure. */
import type { Cursor } from "../../src/protocol/traceSummary.ts";
import type { KeyAction } from "../lib/keyboard.ts";
import { takesStep, type TimelineLayout } from "./layout.ts";

/**
 * Where a key moves the cursor, or undefined when it does not: arrows sideways step, up and down
 * change the layer as it is drawn, with the last layer on top.
 * @param viewportWidth A page is what fits into it, less one step that stays in view.
 */
export function cursorAfter(
  action: KeyAction,
  cursor: Cursor,
  layout: TimelineLayout,
  viewportWidth: number,
): Partial<Cursor> | undefined {
  const last = layout.steps - 1;
  const at = (t: number): Partial<Cursor> => ({ t: Math.min(last, Math.max(0, t)) });
  if (action.kind === "move") {
    return action.axis === "step"
      ? at(cursor.t + action.by)
      : layerBeside(cursor, layout, Math.sign(action.by));
  }
  if (action.kind === "page") {
    const page = Math.floor((viewportWidth - layout.gutterWidth) / layout.columnWidth) - 1;
    return at(cursor.t + action.by * Math.max(1, page));
  }
  if (action.kind === "end" && action.axis === "step") return at(action.end === "first" ? 0 : last);
  return undefined;
}

function layerBeside(cursor: Cursor, layout: TimelineLayout, down: number): Partial<Cursor> {
  const rows = layout.rows.filter((row) => takesStep(row, cursor.t));
  const now = rows.findIndex(
    ({ layer, direction }) => layer === cursor.layer && direction === cursor.direction,
  );
  const { layer, direction } = rows[Math.min(rows.length - 1, Math.max(0, now + down))];
  return { layer, direction };
}
