/** The gradient of every unit at every step as a heatmap, and its norm at every step as a curve below. */
import { isCompact } from "../lib/compact.ts";
import type { Frame } from "../lib/canvas.ts";
import { gradientScale, type ColorScale } from "../lib/colorMaps.ts";
import { drawCellFrame } from "../lib/drawAxes.ts";
import { rectangleOf } from "../lib/heatmapGeometry.ts";
import { keyboardHelp } from "../lib/keyboard.ts";
import { createLegend } from "../lib/legend.ts";
import { formatNumber } from "../lib/numbers.ts";
import { createPicture } from "../lib/picture.ts";
import { createSteadyRange } from "../lib/steadyRange.ts";
import { contains } from "../lib/span.ts";
import { idleInWords, type TensorChoice } from "../lib/tensorChoice.ts";
import { drawTooltip } from "../lib/tooltip.ts";
import { drawBackwardCursor, drawCurve, drawSteps, drawUnits } from "./draw.ts";
import { backwardHeight, backwardLayout, type BackwardLayout } from "./layout.ts";
import { createNormCurves, normAt } from "./normCurves.ts";
import type { PanelPicture, Surroundings } from "./surroundings.ts";
import { backwardInWords, cellLines, curveCaption, heatmapTitle, pictureInWords } from "./words.ts";

export interface BackwardPicture extends PanelPicture {
  layout(): BackwardLayout;
  /** Dims the heatmap while another one is on its way. */
  stale(stale: boolean): void;
}

export function createBackwardPicture(parent: HTMLElement, at: Surroundings): BackwardPicture {
  const { controller, tokens } = at;
  const [values, norms] = [createSteadyRange(), createSteadyRange()];
  const curves = createNormCurves(at.host, { changed: () => picture.redraw(), error: at.fail });
  const picture = createPicture(parent, { draw, drawOverlay, input: controller.input });
  const legend = createLegend(parent.appendChild(document.createElement("div")));

  function layout(): BackwardLayout {
    const { steps, units } = controller.viewport;
    return backwardLayout(picture.width, picture.height, steps, units);
  }

  function fit(): void {
    const { units = 1 } = at.chosen() ?? {};
    picture.setHeight(backwardHeight(units, window.innerHeight, isCompact()));
  }

  /** Eight decades below the largest value of the tensor that was seen, whatever part of it is in view, through whatever weights. */
  function heatmapScale(): ColorScale {
    const { data } = controller.heatmap;
    if (!data) return gradientScale(1);
    const { sequence, tensor } = data.subject;
    const seen = values.including(`${sequence} ${tensor}`, data);
    return gradientScale(Math.max(Math.abs(seen.minimum), Math.abs(seen.maximum)));
  }

  function curveOf({ trace, tensor }: TensorChoice) {
    const curve = curves.of(trace, tensor);
    if (!curve) return { curve, scale: gradientScale(1) };
    const { sequence, largest } = curve;
    const seen = norms.including(`${sequence} ${tensor}`, { minimum: 0, maximum: largest });
    return { curve, scale: gradientScale(seen.maximum) };
  }

  function draw({ context, ratio }: Frame): void {
    const chosen = at.chosen();
    if (!chosen) return;
    const { trace, tensor, part } = chosen;
    const theme = at.theme();
    const place = layout();
    controller.fetch(place.heatmap, ratio);
    curves.need(trace, tensor, place.heatmap.time, ratio);
    if (place.withTokens) {
      const { from, to } = place.heatmap.time.span;
      tokens.need(from, to);
    }
    const scale = heatmapScale();
    const table = at.table(scale.kind);
    controller.heatmap.draw(context, place.heatmap, scale, table);
    drawUnits(context, theme, place, controller.order);
    const { curve, scale: curveScale } = curveOf(chosen);
    drawCurve(context, theme, place, curve, curveScale, curveCaption(part));
    const { data } = controller.heatmap;
    legend.update({
      title: heatmapTitle(part),
      scale,
      table,
      theme,
      under: `at most ${formatNumber(scale.minimum, 2)}, also zero`,
      nonFinite: data?.nonFiniteCount,
    });
  }

  function drawOverlay({ context, width, height }: Frame): void {
    const chosen = at.chosen();
    if (!chosen) return;
    const theme = at.theme();
    const place = layout();
    const { hover, unit } = controller;
    const { t, position } = controller.place;
    const { curve, scale } = curveOf(chosen);
    const norm = curve && contains(chosen.computed, t) ? normAt(curve, t) : undefined;
    tokens.need(t, t + 1);
    const axis = { time: place.heatmap.time, ...place };
    drawSteps(context, theme, axis, (step) => tokens.at(step), t);
    drawBackwardCursor(context, theme, place, { t, position, norm }, scale);

    const shown = controller.current ? controller.heatmap.cell(t, position) : undefined;
    const isExact =
      shown && shown.steps.to - shown.steps.from === 1 && shown.units.to - shown.units.from === 1;
    const facts = { part: chosen.part, t, token: tokens.at(t), norm };
    picture.describe(
      idleInWords(chosen, t) ?? backwardInWords(facts, unit, isExact ? shown.value : undefined),
    );
    if (!hover) return;
    const cell = controller.heatmap.cell(hover.t, hover.position);
    if (!cell) return;
    tokens.need(hover.t, hover.t + 1);
    drawCellFrame(context, theme, rectangleOf(cell.steps, cell.units, place.heatmap));
    const lines = cellLines({
      part: chosen.part,
      value: controller.current ? cell.value : undefined,
      unit: controller.unitAt(cell.units.from) ?? hover.position,
      unitCount: cell.units.to - cell.units.from,
      steps: cell.steps,
      token: tokens.at(hover.t),
    });
    drawTooltip(context, theme, lines, hover.point, { width, height });
  }

  return {
    layout,
    show() {
      const chosen = at.chosen();
      if (!chosen) return;
      const { tensor, part, units, trace } = chosen;
      fit();
      picture.text.name(`${pictureInWords(tensor, part, units, trace.steps)}. ${keyboardHelp}`);
      picture.redraw();
    },
    fit,
    redraw: () => picture.redraw(),
    redrawOverlay: () => picture.redrawOverlay(),
    stale: (stale) => picture.stale(stale),
  };
}
