/** What the mouse does in every picture over time: a click moves the cursor, dragging and the wheel move the part in view. */
import { stepAtX, type TimeScale } from "../lib/axes.ts";
import type { HeatmapController } from "../lib/heatmapController.ts";
import type { PictureInput } from "../lib/pictureInput.ts";

export function timeInput(
  { input }: HeatmapController,
  time: () => TimeScale,
  moveStep: (t: number) => void,
): Pick<PictureInput, "click" | "pan" | "zoom"> {
  return {
    click: ({ x }) => moveStep(stepAtX(time(), x)),
    pan: (dx) => input.pan(dx, 0),
    zoom: (_, factor, point) => input.zoom("step", factor, point),
  };
}
