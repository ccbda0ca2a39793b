/** A gate's matrix as a heatmap, one row for each unit, with a cell that the mouse or the keyboard points at. */
import type { WeightsPicture } from "../../src/protocol/modelContract.ts";
import { bucketOf } from "../../src/trace/buckets.ts";
import { drawCells, paintCells, type Frame } from "../lib/canvas.ts";
import { css } from "../lib/color.ts";
import { colorScale, createColorTables, type ColorScale } from "../lib/colorMaps.ts";
import { axisFont } from "../lib/drawAxes.ts";
import { createLegend } from "../lib/legend.ts";
import { formatNumber } from "../lib/numbers.ts";
import { createPicture } from "../lib/picture.ts";
import type { Theme } from "../lib/theme.ts";
import {
  cellAt,
  matrixLayout,
  moveCell,
  type MatrixCell,
  type MatrixLayout,
} from "./matrixLayout.ts";

export interface MatrixContent {
  readonly picture: WeightsPicture;
  /** `W_ih`, `W_hh` */
  readonly symbol: string;
  readonly part: string;
  /** What a column is: "input" or "unit". */
  readonly columnName: string;
}

export interface MatrixView {
  show(content: MatrixContent | undefined): void;
  readonly stale: (stale: boolean) => void;
}

export function createMatrixView(parent: HTMLElement, theme: () => Theme): MatrixView {
  let content: MatrixContent | undefined;
  let cell: MatrixCell = { unit: 0, read: 0 };
  let painted:
    | { readonly of: WeightsPicture; readonly theme: Theme; image: CanvasImageSource }
    | undefined;
  const title = parent.appendChild(document.createElement("h2"));
  title.className = "caption";
  const picture = createPicture(parent, {
    draw,
    drawOverlay,
    input: {
      hover: (point) => point && choose((layout) => cellAt(layout, point)),
      click: (point) => choose((layout) => cellAt(layout, point)),
      pan: () => false,
      zoom: () => {},
      key: (action) => choose((layout) => moveCell(cell, action, layout)),
    },
  });
  picture.element.classList.add("matrix");
  const legend = createLegend(parent.appendChild(document.createElement("div")));

  function choose(find: (layout: MatrixLayout) => MatrixCell | undefined): void {
    const found = content && find(layoutOf(content.picture));
    if (!found) return;
    cell = found;
    picture.redrawOverlay();
  }

  const layoutOf = (of: WeightsPicture): MatrixLayout =>
    matrixLayout(of, { width: picture.width, height: picture.height });
  function draw({ context }: Frame): void {
    if (!content) return;
    const { picture: of, symbol, columnName } = content;
    const colors = theme();
    const scale = scaleOf(of);
    const table = createColorTables(colors)(scale.kind);
    if (painted?.of !== of || painted.theme !== colors) {
      const values = new Float32Array(of.values);
      painted = { of, theme: colors, image: paintCells(values, of.rows, of.columns, scale, table) };
    }
    const { left, top, width, height } = layoutOf(of);
    drawCells(context, painted.image, left, top, width, height);
    context.strokeStyle = css(colors.border);
    context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
    context.font = axisFont(colors);
    context.fillStyle = css(colors.muted);
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillText(`from ${columnName} 0 … ${of.reads - 1}`, left, top - 8);
    context.textAlign = "right";
    context.fillText("0", left - 5, top + 6);
    if (height > 30) context.fillText(String(of.units - 1), left - 5, top + height - 6);
    context.fillText("unit", left - 5, top - 8);
    legend.update({
      title: `${symbol}, weight (no unit)`,
      scale,
      table,
      theme: colors,
      nonFinite: of.notFinite,
    });
  }

  function drawOverlay({ context }: Frame): void {
    if (!content) return;
    const { picture: of, symbol, part, columnName } = content;
    const colors = theme();
    const layout = layoutOf(of);
    const wide = layout.width / of.reads;
    const tall = layout.height / of.units;
    const x = layout.left + cell.read * wide;
    const y = layout.top + cell.unit * tall;
    // A frame around a cell of a pixel must be seen too.
    const [width, height] = [Math.max(wide, 5), Math.max(tall, 5)];
    context.lineWidth = 1;
    for (const [grow, color] of [
      [1.5, colors.onCursor],
      [0.5, colors.cursor],
    ] as const) {
      context.strokeStyle = css(color);
      context.strokeRect(
        x + wide / 2 - width / 2 - grow,
        y + tall / 2 - height / 2 - grow,
        width + 2 * grow,
        height + 2 * grow,
      );
    }
    picture.describe(cellInWords(of, cell, `${symbol} of gate ${part}`, columnName));
  }

  return {
    show(next) {
      if (content?.picture !== next?.picture) cell = { unit: 0, read: 0 };
      content = next;
      parent.hidden = next === undefined;
      if (!next) return;
      const { symbol, part, picture: of, columnName } = next;
      title.textContent = `${symbol} of gate ${part} `;
      const unit = title.appendChild(document.createElement("span"));
      unit.className = "unit";
      unit.textContent = `(${of.units} units × ${of.reads} ${columnName}s)`;
      picture.text.name(
        `${symbol} of gate ${part}, ${of.units} units by ${of.reads} ${columnName}s. Arrow keys move the cell.`,
      );
      picture.redraw();
    },
    stale: (stale) => picture.stale(stale),
  };
}

const scaleOf = ({ largest }: WeightsPicture): ColorScale =>
  colorScale("diverging", -(largest || 1), largest || 1);

/** `W_hh of gate f: unit 3, from unit 12: −0.123`, of the largest where several share a pixel. */
function cellInWords(
  { values, rows, columns, units, reads }: WeightsPicture,
  { unit, read }: MatrixCell,
  what: string,
  columnName: string,
): string {
  const row = bucketOf(unit, units, rows);
  const column = bucketOf(read, reads, columns);
  const value = new Float32Array(values)[row * columns + column];
  const shared =
    rows < units || columns < reads ? " (the largest of those that share its pixel)" : "";
  return `${what}: unit ${unit}, from ${columnName} ${read}: ${formatNumber(value)}${shared}`;
}
