/**
 * The gradient-flow matrix: how much of every step's loss reaches every earlier step. Its columns
 * follow the shared cursor; its row, the loss that is asked about, is its own, at first the last one.
 */
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { html, nothing, render, type TemplateResult } from "lit";
import type { GradientFlow } from "../../src/protocol/instruments.ts";
import type { Direction } from "../../src/trace/trace.ts";
import { stepAtX } from "../lib/axes.ts";
import { paintCells, type Frame } from "../lib/canvas.ts";
import { gradientScale } from "../lib/colorMaps.ts";
import type { KeyAction } from "../lib/keyboard.ts";
import { latest } from "../lib/latest.ts";
import { createLegend } from "../lib/legend.ts";
import { formatNumber } from "../lib/numbers.ts";
import { createPicture } from "../lib/picture.ts";
import type { PictureInput, Point } from "../lib/pictureInput.ts";
import { sequenceKey } from "../lib/sequenceKey.ts";
import { createSteadyRange } from "../lib/steadyRange.ts";
import { drawTooltip } from "../lib/tooltip.ts";
import { drawMatrix, drawMatrixAxes, drawMatrixCell, drawMatrixCursor, drawSteps } from "./draw.ts";
import {
  affordableRows,
  flowAt,
  flowRow,
  isDear,
  receivedFlow,
  sourceColumns,
  type Flow,
} from "./flow.ts";
import { matrixHeight, matrixLayout, rowAtY, type MatrixLayout } from "./layout.ts";
import type { PanelPicture, Surroundings } from "./surroundings.ts";
import { stepsOfLayer } from "../../src/trace/activeSteps.ts";
import { reachOf, verdictInWords, type Verdict } from "./verdict.ts";
import { flowInWords, flowLines, matrixInWords } from "./words.ts";

interface Question {
  readonly trace: string;
  readonly layer: number;
  readonly direction: Direction;
  readonly rows: number;
  readonly columns: number;
}

export interface FlowPicture extends PanelPicture {
  /** Asks for the matrix, if it is not there yet. Not before the rest of the panel has been answered. */
  fetch(): void;
}

export function createFlowPicture(
  parent: HTMLElement,
  at: Surroundings,
  on: {
    readonly verdict: (verdict: Verdict | undefined) => void;
    readonly moveStep: (t: number) => void;
    readonly pending: (pending: boolean) => void;
  },
): FlowPicture {
  const { controller, tokens } = at;
  let flow: Flow | undefined;
  let image:
    | {
        readonly of: Flow;
        readonly largest: number;
        readonly table: Uint32Array;
        readonly cells: HTMLCanvasElement;
      }
    | undefined;
  let question: Question | undefined;
  /** Which sequence, layer and direction it is about. */
  let sequence = "";
  /** Of all matrices that were seen of these. */
  const seen = createSteadyRange();
  let largest = 1;
  let asked = "";
  /** A matrix that takes long is computed only when the person says so. */
  let mayAsk = false;
  /** Row of the matrix whose loss is asked about. */
  let row = -1;
  let hover: { readonly t: number; readonly row: number; readonly point: Point } | undefined;

  const answers = latest<Question, GradientFlow>(
    (question, signal) => at.host.call("gradientFlow", question, { signal }),
    {
      answer(answer, { trace }) {
        if (trace !== question?.trace) return;
        const before = flow;
        const chosen = at.chosen();
        flow = receivedFlow(answer, chosen && stepsOfLayer(chosen.trace, chosen.layer));
        const isOtherRows = before?.lossSteps.join() !== flow.lossSteps.join();
        if (isOtherRows || row < 0) row = flow.lossSteps.length - 1;
        largest = seen.including(sequence, { minimum: 0, maximum: flow.largest }).maximum;
        fit();
        tell();
      },
      error(error, question) {
        if (JSON.stringify(question) !== asked) return;
        asked = "";
        at.fail(error);
      },
      pending(pending) {
        // What is there is of the same sequence, if through other weights.
        const isAwaited = pending && !flow;
        picture.stale(isAwaited);
        on.pending(isAwaited);
      },
    },
  );

  const input: PictureInput = {
    hover(point) {
      const cell = point && cellAt(point);
      if (!cell && !hover) return;
      hover = cell && point && { ...cell, point };
      picture.redrawOverlay();
    },
    click(point) {
      const cell = cellAt(point);
      if (!cell) return;
      chooseRow(cell.row);
      on.moveStep(cell.t);
    },
    pan: (dx) => controller.input.pan(dx, 0),
    zoom: (_, factor, point) => controller.input.zoom("step", factor, point),
    key(action) {
      if (!flow || !movesRow(action)) controller.key(action);
      else if (action.kind === "move") chooseRow(row + action.by);
      else chooseRow(action.end === "first" ? 0 : flow.lossSteps.length - 1);
    },
  };
  const offer = parent.appendChild(document.createElement("div"));
  const drawing = parent.appendChild(document.createElement("div"));
  drawing.className = "figure";
  const picture = createPicture(drawing, { draw, drawOverlay, input });
  const legend = createLegend(drawing.appendChild(document.createElement("div")));

  function layout(): MatrixLayout {
    const rows = flow?.lossSteps.length ?? 1;
    return matrixLayout(picture.width, picture.height, controller.viewport.steps, rows);
  }

  function cellAt(point: Point): { readonly t: number; readonly row: number } | undefined {
    const place = layout();
    const { left, width } = place.time;
    const found = rowAtY(place, point.y);
    if (!flow || found === undefined || point.x < left || point.x >= left + width) return undefined;
    return { t: stepAtX(place.time, point.x), row: found };
  }

  function chooseRow(next: number): void {
    const rows = flow?.lossSteps.length ?? 0;
    row = Math.max(0, Math.min(rows - 1, next));
    tell();
  }

  function compute(): void {
    mayAsk = true;
    fit();
    api.fetch();
  }

  /** What the chosen row says. */
  function tell(): void {
    const lossStep = flow?.lossSteps[row];
    on.verdict(
      flow && lossStep !== undefined
        ? verdictInWords(
            reachOf(flowRow(flow, row), flow.sourceSteps, lossStep, flow.steps),
            lossStep,
          )
        : undefined,
    );
    picture.redraw();
  }

  function fit(): void {
    drawing.hidden = question !== undefined && !mayAsk;
    render(drawing.hidden ? offerOf(compute) : nothing, offer);
    const rows = flow?.lossSteps.length ?? at.chosen()?.trace.steps ?? 1;
    picture.setHeight(matrixHeight(picture.width || parent.clientWidth, rows));
    picture.text.name(
      `${matrixInWords(rows, flow?.sourceSteps.length ?? 0)}. ` +
        "Left and right move the cursor, up and down choose the loss step.",
    );
  }

  function draw({ context }: Frame): void {
    const theme = at.theme();
    const scale = gradientScale(largest);
    const table = at.table(scale.kind);
    const place = layout();
    if (flow) {
      if (image?.of !== flow || image.table !== table || image.largest !== largest) {
        const { lossSteps, sourceSteps, values } = flow;
        const cells = paintCells(
          values,
          lossSteps.length,
          sourceSteps.length,
          scale,
          table,
          nothingThere,
        );
        image = { of: flow, largest, table, cells };
      }
      drawMatrix(context, place, flow, image.cells);
    }
    drawMatrixAxes(context, theme, place, flow);
    legend.update({
      title: "‖∂L/∂h‖ of one step's loss (loss per unit of h)",
      scale,
      table,
      theme,
      under: `at most ${formatNumber(scale.minimum, 2)}, also zero`,
      nonFinite: flow?.nonFiniteCount,
    });
  }

  function drawOverlay({ context, width, height }: Frame): void {
    const theme = at.theme();
    const place = layout();
    const { t } = controller.place;
    drawSteps(context, theme, place, (step) => tokens.at(step), t);
    drawMatrixCursor(context, theme, place, { t, row });
    const here = flow && flowAt(flow, row, t);
    picture.describe(here ? flowInWords(here) : "");
    const under = flow && hover && flowAt(flow, hover.row, hover.t);
    if (!hover || !under) return;
    drawMatrixCell(context, theme, place, hover.t, hover.row);
    drawTooltip(context, theme, flowLines(under), hover.point, { width, height });
  }

  const api: FlowPicture = {
    show() {
      const chosen = at.chosen();
      if (!chosen) {
        answers.cancel();
        flow = question = undefined;
        asked = "";
        return;
      }
      const { trace, layer, direction, units: hidden } = chosen;
      const size = { steps: trace.steps, hidden, layers: trace.model.layers.length - layer };
      const rows = affordableRows(size);
      const next = { trace: trace.id, layer, direction, rows, columns: sourceColumns(trace.steps) };
      const key = JSON.stringify(next);
      if (key === JSON.stringify(question)) return;
      question = next;
      mayAsk = !isDear(size);
      answers.cancel();
      asked = "";
      const shown = sequence;
      sequence = JSON.stringify([sequenceKey(trace), layer, direction]);
      // That of another layer or sequence must not stand under this one's name; through other weights it goes over.
      if (sequence !== shown || !mayAsk) {
        flow = undefined;
        largest = 1;
        row = -1;
      }
      fit();
      tell();
    },
    fetch() {
      if (!question || !mayAsk) return;
      const key = JSON.stringify(question);
      if (key === asked) return;
      asked = key;
      answers.ask(question);
    },
    fit,
    redraw: () => picture.redraw(),
    redrawOverlay: () => picture.redrawOverlay(),
  };
  return api;
}

const offerOf = (compute: () => void): TemplateResult =>
  html`<p class="note">This sequence is long and its layers are wide: the matrix takes a while.</p>
    <vscode-button secondary @click=${compute}>Compute the Matrix</vscode-button>`;

/** A later step cannot receive anything: transparent, not a value. */
const nothingThere = 0;

const movesRow = (
  action: KeyAction,
): action is Extract<KeyAction, { readonly kind: "move" | "end" }> =>
  (action.kind === "move" || action.kind === "end") && action.axis === "unit";
