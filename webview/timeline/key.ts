/** The key to the picture: how wide an arrow is for which gradient, and what bars and colours mean. */
import { html, render } from "lit";
import { predictsClasses } from "../../src/trace/names.ts";
import { axisFont } from "../lib/drawAxes.ts";
import { createCanvas } from "../lib/canvas.ts";
import { css } from "../lib/color.ts";
import type { ColorScale } from "../lib/colorMaps.ts";
import { createLegend } from "../lib/legend.ts";
import { formatNumber } from "../lib/numbers.ts";
import { drawDots, drawHairline, gradientColor } from "./drawArrows.ts";
import { isColored } from "./drawCells.ts";
import { arrowWidth, gradientShare } from "./scales.ts";
import type { Scene } from "./scene.ts";

export interface Key {
  readonly element: HTMLElement;
  update(scene: Scene): void;
}

export function createKey(parent: HTMLElement): Key {
  const root = parent.appendChild(document.createElement("div"));
  root.className = "key";
  const part = (): { readonly element: HTMLElement; readonly title: HTMLElement } => {
    const element = root.appendChild(document.createElement("div"));
    element.className = "legend";
    const title = element.appendChild(document.createElement("span"));
    title.className = "legend-title";
    return { element, title };
  };
  let content: Scene | undefined;

  const arrows = part();
  const sheet = arrows.element.appendChild(document.createElement("canvas"));
  sheet.className = "legend-bar";
  sheet.setAttribute("role", "img");
  const canvas = createCanvas(sheet, ({ context, width }) => {
    if (content) drawArrowKey(context, content, width);
  });
  const colors = root.appendChild(document.createElement("div"));
  const activityLegend = createLegend(colors);
  const explanation = root.appendChild(document.createElement("div"));
  let explained = "";

  return {
    element: root,
    update(next) {
      content = next;
      const { gradient, layout } = next;
      const { tier } = layout;
      const what = tier === "dense" ? "Band under a cell" : "Arrow against time";
      arrows.title.textContent = gradient
        ? `${what}: gradient flowing back, ‖dL/dh‖ and ‖dL/dc‖, log scale`
        : "No loss is taken: no gradient flows back";
      sheet.setAttribute("aria-label", gradient ? arrowKeyText(gradient) : "");
      sheet.hidden = gradient === undefined;
      canvas.redraw();
      colors.hidden = !layout.rows.some((row) => isColored(row, tier));
      activityLegend.update({
        title: "Cell: activity of h, ‖h‖ / √H",
        scale: next.activityScale,
        table: next.activityTable,
        theme: next.theme,
      });
      const lines = explanations(next);
      if (String(lines) === explained) return;
      explained = String(lines);
      render(
        html`<details>
          <summary>What is drawn</summary>
          <dl>
            ${lines.map(
              ([name, text]) =>
                html`<dt>${name}</dt>
                  <dd>${text}</dd>`,
            )}
          </dl>
        </details>`,
        explanation,
      );
    },
  };
}

/** What bars and colours mean, for those that are in the picture. */
function explanations(scene: Scene): readonly (readonly [string, string])[] {
  const {
    layout: { tier, rows },
    model,
    cursor,
  } = scene;
  const showsBars = tier === "full" || tier === "medium";
  const hasGates = rows.some(({ gates }) => gates.length > 0);
  const classes = predictsClasses(model.loss);
  return [
    ...(showsBars && hasGates
      ? ([
          ["σ gates", "mean activation over the units, 0…1"],
          ["tanh gates", "mean, −1…1 from the middle: orange above zero, blue below"],
          ["yellow line", "share of units that are saturated"],
        ] as const)
      : []),
    ...(showsBars
      ? ([
          ["h", "activity ‖h‖ / √H, 0…1 for a tanh"],
          ["c", "‖c‖ / √H, against the largest of the sequence"],
        ] as const)
      : []),
    ...(model.decoder?.attention || model.pooling
      ? ([
          [
            "blue",
            "attention of the current step: how much it looks at each step of the source, 0…1, all together 1",
          ],
        ] as const)
      : []),
    classes
      ? [
          "output",
          "probability of the most probable classes" +
            (model.loss === "ctc" ? "" : "; green: the target, check or cross: right or wrong"),
        ]
      : [
          "output",
          "prediction blue and filled, truth hollow, in the data's own units" +
            (model.loss === "gaussian"
              ? "; bands of ±1σ and ±2σ, within which 68 % and 95 % of truths are expected"
              : ""),
        ],
    ...(model.loss === "ctc"
      ? ([["▸ label", "a label begins here, on the likeliest path; ∅ is no label"]] as const)
      : []),
    [
      "loss",
      model.loss === "cross-entropy"
        ? "a full bar costs as much as guessing, or more"
        : "a full bar is the largest of the sequence",
    ],
    ...(scene.column(cursor.t)?.original
      ? ([
          [
            "orange",
            "against the original: bar under a cell ‖Δh‖ / ‖h‖, dashed line where the loss was",
          ],
        ] as const)
      : []),
    ["dots", "the gradient vanished: it is zero, or smaller than the scale"],
  ];
}

const arrowKeyText = (scale: ColorScale): string =>
  `The width of an arrow is the norm of the gradient, on a log scale from ` +
  `${formatNumber(scale.minimum, 2)} to ${formatNumber(scale.maximum, 2)}; dots mean that it vanished.`;

/** A wedge from the narrowest arrow to the widest, dots for what vanished, ticks with numbers. */
function drawArrowKey(
  context: CanvasRenderingContext2D,
  { theme, gradient, layout }: Scene,
  width: number,
): void {
  if (!gradient) return;
  const color = css(gradientColor(theme));
  const room = 12;
  const middle = 8;
  const dotsWidth = 34;
  const wedge = {
    left: dotsWidth + 16,
    width: Math.max(60, Math.min(250, width - dotsWidth - 30)),
  };
  drawDots(context, { x: dotsWidth, y: middle }, { x: 2, y: middle }, color);
  context.fillStyle = color;
  for (let x = 0; x < wedge.width; x++) {
    const share = gradientShare(gradient, gradient.value((x + 0.5) / wedge.width));
    const height = arrowWidth(share, room);
    context.fillRect(wedge.left + x, middle - height / 2, 1.5, height);
  }
  context.font = axisFont(theme);
  context.fillStyle = css(theme.muted);
  context.textBaseline = "top";
  context.textAlign = "left";
  context.fillText("gone", 2, 18);
  const ticks = [0, 0.5, 1].map((position) => gradient.value(position));
  ticks.forEach((value, index) => {
    context.textAlign = index === 0 ? "left" : index === 1 ? "center" : "right";
    context.fillText(formatNumber(value, 2), wedge.left + (wedge.width * index) / 2, 18);
  });
  const free = width - wedge.left - wedge.width;
  if (layout.tier === "dense" || free < 130) return;
  const left = wedge.left + wedge.width + 24;
  drawHairline(context, theme, left, middle, left + 22, middle);
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText("state", left + 28, middle + 0.5);
}
