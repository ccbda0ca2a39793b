/** Units × steps of a gate or a state as a heatmap, with how saturated each unit is, and the chosen unit's own row below. */
import { saturationLimits, type Activation } from "../../src/trace/activation.ts";
import { attentionWeights, inputTensor } from "../../src/trace/names.ts";
import type { Frame } from "../lib/canvas.ts";
import type { ColorScale, ColorTable, ScaleKind } from "../lib/colorMaps.ts";
import { drawCellFrame } from "../lib/drawAxes.ts";
import type { HeatmapController } from "../lib/heatmapController.ts";
import { rectangleOf } from "../lib/heatmapGeometry.ts";
import type { Host } from "../lib/host.ts";
import { keyboardHelp } from "../lib/keyboard.ts";
import { createLegend } from "../lib/legend.ts";
import { visibleToken } from "../lib/numbers.ts";
import { createPicture } from "../lib/picture.ts";
import { contains } from "../lib/span.ts";
import { createSteadyRange } from "../lib/steadyRange.ts";
import { createStepTokens } from "../lib/stepTokens.ts";
import { idleInWords, type TensorChoice } from "../lib/tensorChoice.ts";
import type { Theme } from "../lib/theme.ts";
import { drawTooltip } from "../lib/tooltip.ts";
import { changeLegendTitle, changeScale } from "./comparison.ts";
import { drawCursor, drawFrameAndAxes, drawSaturation, drawSteps, drawTrace } from "./draw.ts";
import { gatesLayout, preferredHeight, type GatesLayout } from "./layout.ts";
import { cellInWords, cellLines, legendTitle, pictureInWords, rowName, scaleOf } from "./parts.ts";
import { createUnitTraces, valueAt } from "./unitTraces.ts";

/** What is looked at. */
export interface Chosen extends TensorChoice {
  readonly activation: Activation;
  /** Of a counterfactual trace, what differs from the original. */
  readonly isChange: boolean;
}

interface Surroundings {
  readonly host: Host;
  /** Holds the part in view and the cursor. */
  readonly controller: HeatmapController;
  readonly chosen: () => Chosen | undefined;
  readonly theme: () => Theme;
  readonly table: (kind: ScaleKind) => ColorTable;
  readonly fail: (error: unknown) => void;
}

export interface GatesPicture {
  layout(of: Chosen): GatesLayout;
  /** What is chosen has changed. */
  show(of: Chosen): void;
  redraw(): void;
  redrawOverlay(): void;
  /** Dims the picture while another one is on its way. */
  stale(stale: boolean): void;
}

export function createGatesPicture(parent: HTMLElement, at: Surroundings): GatesPicture {
  const { host, controller, fail } = at;
  const seen = createSteadyRange();
  const unitTraces = createUnitTraces(host, { changed: () => picture.redraw(), error: fail });
  const tokens = createStepTokens(host, () => {
    // Names of rows are drawn with the picture, those of steps over it.
    if (at.chosen()?.part === attentionWeights) picture.redraw();
    else picture.redrawOverlay();
  });
  const picture = createPicture(parent, { draw, drawOverlay, input: controller.input });
  picture.element.classList.add("grow");
  const legend = createLegend(parent.appendChild(document.createElement("div")));

  function layout(of: Chosen): GatesLayout {
    const { steps, units } = controller.viewport;
    const saturates = of.activation !== "unbounded";
    const { width, height } = picture;
    const named = nameOf(of, 0) !== undefined;
    return gatesLayout({ width, height, steps, units, saturates, named });
  }

  function draw({ context, ratio }: Frame): void {
    const chosen = at.chosen();
    if (!chosen) return;
    const theme = at.theme();
    const { heatmap } = controller;
    const { trace, tensor, activation, part } = chosen;
    const place = layout(chosen);
    const { time } = place.heatmap;
    controller.fetch(place.heatmap, ratio);
    unitTraces.need(chosen, controller.unit, time, ratio);
    if (place.withTokens) tokens.need(time.span.from, time.span.to);

    const scale = currentScale(chosen);
    const table = at.table(scale.kind);
    heatmap.draw(context, place.heatmap, scale, table);
    const { order: units } = controller;
    if (units) drawSaturation(context, theme, place, units);
    drawFrameAndAxes(context, theme, place, units, rowsOf(chosen));
    drawTrace(context, theme, place, {
      trace: unitTraces.of(trace, tensor, controller.unit),
      scale,
      caption: rowName({ unit: controller.unit, name: nameOf(chosen, controller.unit) }),
      limits: activation === "unbounded" ? [] : Object.values(saturationLimits[activation]),
    });
    legend.update({
      title: chosen.isChange ? changeLegendTitle(part) : legendTitle(part, activation),
      scale,
      table,
      theme,
      nonFinite: heatmap.data?.nonFiniteCount,
    });
  }

  /** Rows of attention are the steps of the source, and called by their tokens; those of the input have names of their own. */
  function rowsOf(of: Chosen): Parameters<typeof drawFrameAndAxes>[4] {
    const { part, units } = of;
    if (nameOf(of, 0) !== undefined)
      return { title: "input", nameOf: (unit) => visibleToken(nameOf(of, unit) ?? "", 9) };
    if (part !== attentionWeights) return undefined;
    tokens.need(0, units);
    return {
      title: "from",
      nameOf: (unit) => `${visibleToken(tokens.at(unit) ?? "", 3)} ${unit}`,
    };
  }

  function drawOverlay({ context, width, height, ratio }: Frame): void {
    const chosen = at.chosen();
    if (!chosen) return;
    const theme = at.theme();
    const { tensor, activation, trace, isChange } = chosen;
    const part = isChange ? `Δ${chosen.part}` : chosen.part;
    const place = layout(chosen);
    const { unit, hover } = controller;
    const { t, position } = controller.place;
    unitTraces.need(chosen, unit, place.heatmap.time, ratio);
    tokens.need(t, t + 1);
    const row = unitTraces.of(trace, tensor, unit);
    const reading = row && valueAt(row, t);
    drawSteps(context, theme, place, (step) => tokens.at(step), t);
    drawCursor(context, theme, place, { t, position, value: reading?.value }, currentScale(chosen));
    picture.describe(
      idleInWords(chosen, t) ??
        cellInWords(
          {
            part,
            unit,
            name: nameOf(chosen, unit),
            value: reading?.value,
            steps: { from: t, to: t + 1 },
            unitCount: 1,
            token: tokens.at(t),
          },
          activation,
        ),
    );
    if (!hover || !contains(chosen.computed, hover.t)) return;
    const cell = controller.heatmap.cell(hover.t, hover.position);
    tokens.need(hover.t, hover.t + 1);
    if (cell) drawCellFrame(context, theme, rectangleOf(cell.steps, cell.units, place.heatmap));
    const hovered = controller.unitAt(cell?.units.from ?? hover.position) ?? hover.position;
    const facts = {
      part,
      unit: hovered,
      name: nameOf(chosen, hovered),
      value: controller.current ? cell?.value : undefined,
      steps: cell?.steps ?? { from: hover.t, to: hover.t + 1 },
      unitCount: cell ? cell.units.to - cell.units.from : 1,
      token: tokens.at(hover.t),
    };
    drawTooltip(context, theme, cellLines(facts), hover.point, { width, height });
  }

  /** Gates have scales that are fixed; the others are as wide as what was seen of the tensor, through whatever weights. */
  function currentScale({ activation, isChange }: Chosen): ColorScale {
    const { data } = controller.heatmap;
    if (isChange) return changeScale(data ?? { minimum: -1, maximum: 1 });
    if (!data) return scaleOf(activation, { minimum: -1, maximum: 1 });
    const { sequence, tensor } = data.subject;
    return scaleOf(activation, seen.including(`${sequence} ${tensor}`, data));
  }

  return {
    layout,
    show(of) {
      const { trace, tensor, part, units } = of;
      tokens.follow(trace);
      picture.element.style.maxHeight = `${preferredHeight(units)}px`;
      picture.text.name(`${pictureInWords(tensor, part, units, trace.steps)}. ${keyboardHelp}`);
    },
    redraw: () => picture.redraw(),
    redrawOverlay: () => picture.redrawOverlay(),
    stale: (stale) => picture.stale(stale),
  };
}

/** What a row of the numbers that are read is called. */
const nameOf = ({ part, trace }: Chosen, unit: number): string | undefined =>
  part === inputTensor ? trace.inputNames?.[unit] : undefined;
