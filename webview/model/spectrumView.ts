/** The eigenvalues of a recurrent matrix in the complex plane, against the unit circle. */
import type { Spectrum } from "../../src/protocol/modelContract.ts";
import { css } from "../lib/color.ts";
import type { Frame } from "../lib/canvas.ts";
import { axisFont } from "../lib/drawAxes.ts";
import type { KeyAction } from "../lib/keyboard.ts";
import { formatNumber } from "../lib/numbers.ts";
import { createPicture } from "../lib/picture.ts";
import type { Point } from "../lib/pictureInput.ts";
import type { Theme } from "../lib/theme.ts";
import {
  eigenvalueInWords,
  orderedEigenvalues,
  spectrumLayout,
  type Eigenvalue,
  type SpectrumLayout,
} from "./spectrumLayout.ts";

export interface SpectrumView {
  show(spectrum: Spectrum | undefined, matrix: string): void;
  readonly stale: (stale: boolean) => void;
}

export function createSpectrumView(parent: HTMLElement, theme: () => Theme): SpectrumView {
  let spectrum: Spectrum | undefined;
  let values: readonly Eigenvalue[] = [];
  let selected = 0;
  const title = parent.appendChild(document.createElement("h2"));
  title.className = "caption";
  const words = document.createElement("p");
  words.className = "note";
  const picture = createPicture(parent, {
    draw,
    drawOverlay,
    input: {
      hover: (point) => point && choose(nearest(point)),
      click: (point) => choose(nearest(point)),
      pan: () => false,
      zoom: () => {},
      key: (action) => choose(moved(selected, action, values.length)),
    },
  });
  picture.element.classList.add("spectrum");
  parent.appendChild(words);

  const layout = (): SpectrumLayout =>
    spectrumLayout(spectrum?.radius ?? 1, { width: picture.width, height: picture.height });

  function choose(index: number | undefined): void {
    if (index === undefined || index === selected) return;
    selected = index;
    picture.redrawOverlay();
  }

  /** The eigenvalue under the pointer, if one is near. */
  function nearest(point: Point): number | undefined {
    const place = layout();
    let best: number | undefined;
    let least = 12;
    values.forEach((value, index) => {
      const { x, y } = pixelOf(value, place);
      const far = Math.hypot(x - point.x, y - point.y);
      if (far < least) [best, least] = [index, far];
    });
    return best;
  }

  function draw({ context }: Frame): void {
    if (!spectrum) return;
    const colors = theme();
    const { x, y, scale, size } = layout();
    context.lineWidth = 1;
    context.strokeStyle = css(colors.grid);
    line(context, 0, y, size, y);
    line(context, x, 0, x, size);
    context.strokeStyle = css(colors.muted);
    context.beginPath();
    context.arc(x, y, scale, 0, 2 * Math.PI);
    context.stroke();
    context.font = axisFont(colors);
    context.fillStyle = css(colors.muted);
    context.textBaseline = "bottom";
    context.textAlign = "right";
    context.fillText("real", size - 2, y - 2);
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText("imaginary", x + 4, 1);
    context.textBaseline = "bottom";
    context.fillText("|λ| = 1", x + scale * 0.72 + 4, y - scale * 0.72);
    for (const value of values) {
      const at = pixelOf(value, { x, y, scale, size });
      const isOutside = value.magnitude > 1;
      context.fillStyle = css(isOutside ? colors.charts.red : colors.charts.blue);
      context.beginPath();
      // Shape as well as colour tells which side it is on.
      if (isOutside) context.rect(at.x - 2.5, at.y - 2.5, 5, 5);
      else context.arc(at.x, at.y, 2.5, 0, 2 * Math.PI);
      context.fill();
    }
  }

  function drawOverlay({ context }: Frame): void {
    const value = values[selected];
    if (!spectrum || !value || !Number.isFinite(value.magnitude)) return;
    const { x, y } = pixelOf(value, layout());
    context.strokeStyle = css(theme().cursor);
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(x, y, 6, 0, 2 * Math.PI);
    context.stroke();
    picture.describe(eigenvalueInWords(value, selected, values.length));
  }

  return {
    show(next, matrix) {
      spectrum = next;
      values = next ? orderedEigenvalues(next) : [];
      selected = 0;
      title.textContent = `Eigenvalues of ${matrix}`;
      words.textContent = next ? radiusInWords(next, values) : "Computing…";
      picture.text.name(
        `Eigenvalues of ${matrix} in the complex plane. Arrow keys walk from the largest to the smallest.`,
      );
      picture.redraw();
    },
    stale: (stale) => picture.stale(stale),
  };
}

function line(
  context: CanvasRenderingContext2D,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
): void {
  context.beginPath();
  context.moveTo(Math.round(fromX) + 0.5, Math.round(fromY) + 0.5);
  context.lineTo(Math.round(toX) + 0.5, Math.round(toY) + 0.5);
  context.stroke();
}

const pixelOf = ({ real, imaginary }: Eigenvalue, { x, y, scale }: SpectrumLayout): Point => ({
  x: x + real * scale,
  y: y - imaginary * scale,
});

function moved(index: number, action: KeyAction, count: number): number | undefined {
  const clamp = (value: number): number => Math.max(0, Math.min(count - 1, value));
  if (action.kind === "move") return clamp(index + action.by);
  if (action.kind === "end") return action.end === "last" ? count - 1 : 0;
  return undefined;
}

function radiusInWords({ radius, norm }: Spectrum, values: readonly Eigenvalue[]): string {
  if (Number.isNaN(radius)) return "A weight is not finite: there are no eigenvalues.";
  const outside = values.filter(({ magnitude }) => magnitude > 1).length;
  const where =
    outside === 0
      ? "all inside the unit circle"
      : `${outside} of ${values.length} outside the unit circle (red squares)`;
  return `Spectral radius ${formatNumber(radius)}, ${where}. ‖W‖₂ = ${formatNumber(norm)}: the most that it stretches a state in one step.`;
}
