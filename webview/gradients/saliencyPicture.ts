/**
 * Which inputs the prediction at the cursor depends on: the sequence's inputs, coloured by how much each added to the
 * output or took from it.
 */
import { html } from "lit";
import type { Saliency, SaliencyMethod } from "../../src/protocol/instruments.ts";
import {
  stepAtX,
  stepWidth,
  timeAxisHeight,
  tokenWidth,
  xOfStep,
  type TimeScale,
} from "../lib/axes.ts";
import { drawCells, paintCells, type Frame } from "../lib/canvas.ts";
import { colorOf } from "../lib/colorMaps.ts";
import { choose } from "../lib/controls.ts";
import { drawCellFrame, drawColumnFrame } from "../lib/drawAxes.ts";
import type { KeyAction } from "../lib/keyboard.ts";
import { latest } from "../lib/latest.ts";
import { createLegend } from "../lib/legend.ts";
import { visibleToken } from "../lib/numbers.ts";
import { createPicture } from "../lib/picture.ts";
import type { PictureInput, Point } from "../lib/pictureInput.ts";
import { drawTooltip } from "../lib/tooltip.ts";
import { drawBox, drawSteps } from "./draw.ts";
import { drawRowNames, drawTokens } from "./drawExplanation.ts";
import {
  explainedInWords,
  explanationLines,
  explanationScale,
  methodChoices,
  outputChoices,
  type OutputChoice,
  receivedExplanation,
  scaleTitle,
  strongestInWords,
  type Explanation,
} from "./explanation.ts";
import { createInstrument } from "./instrument.ts";
import { timeScale } from "./layout.ts";
import type { PanelPicture, Surroundings } from "./surroundings.ts";
import { timeInput } from "./timeInput.ts";

interface Question {
  readonly trace: string;
  readonly method: SaliencyMethod;
  readonly t: number;
  readonly output?: number | "right";
}

export interface SaliencyPicture extends PanelPicture {
  readonly isOpen: boolean;
  readonly method: SaliencyMethod;
  /** The cursor moved: another prediction is to be explained. */
  follow(): void;
}

const top = 6;
const oneRow = 30;
const rowOfMany = 18;

export function createSaliencyPicture(
  parent: HTMLElement,
  at: Surroundings,
  on: {
    readonly isOpen: boolean;
    readonly method: SaliencyMethod;
    readonly toggled: () => void;
    readonly moveStep: (t: number) => void;
    readonly pending: (pending: boolean) => void;
  },
): SaliencyPicture {
  const { controller, tokens } = at;
  let { method } = on;
  /** Which output; of another run or file it would be another one. */
  let output: OutputChoice = "likeliest";
  let outputOf = "";
  let explanation: Explanation | undefined;
  let asked = "";
  let hover: Point | undefined;
  /** An input that the keyboard reads, apart from the step that is explained. */
  let reading: number | undefined;

  const answers = latest<Question, Saliency>(
    (question, signal) => at.host.call("saliency", question, { signal }),
    {
      answer(answer, question) {
        if (question.trace !== at.chosen()?.trace.id) return;
        explanation = receivedExplanation(answer, question.method);
        showBar();
        fit();
        picture.redraw();
      },
      error(error, question) {
        if (JSON.stringify(question) !== asked) return;
        asked = "";
        at.fail(error);
      },
      pending(pending) {
        on.pending(pending);
      },
    },
  );
  const instrument = createInstrument(
    parent,
    {
      note: "How much every input added to the prediction at the cursor, or took from it; or to any other output there.",
      open: "Explain the Prediction",
      close: "Hide the Explanation",
    },
    on.isOpen,
    () => {
      on.toggled();
      show();
    },
  );
  const input: PictureInput = {
    hover(point) {
      hover = point;
      picture.redrawOverlay();
    },
    ...timeInput(controller, () => layout().time, on.moveStep),
    key,
  };
  instrument.drawing.classList.add("explanation");
  const picture = createPicture(instrument.drawing, { draw, drawOverlay, input });
  const legend = createLegend(instrument.drawing.appendChild(document.createElement("div")));

  /** Up and down read the inputs one after the other; everything else is the panel's. */
  function key(action: KeyAction): void {
    if (action.kind !== "move" || action.axis !== "unit" || !explanation) {
      reading = undefined;
      controller.key(action);
      return;
    }
    const last = explanation.total.length - 1;
    reading = Math.max(0, Math.min(last, (reading ?? explanation.t) + action.by));
    picture.redrawOverlay();
  }

  function layout() {
    const time = timeScale(picture.width, controller.viewport.steps);
    const withTokens = stepWidth(time) >= tokenWidth;
    // Where the strip itself can show them, they are not repeated below.
    const isStrip = withTokens && explanation?.rows.length === 1 && fitWithin(time);
    return { time, isStrip, withTokens: withTokens && !isStrip, axisTop: top + rowsHeight() };
  }

  /** Whether the tokens in view are narrow enough to stand in their steps. */
  function fitWithin(time: TimeScale): boolean {
    const characters = Math.floor((stepWidth(time) - 1) / (0.55 * at.theme().font.size));
    for (let t = Math.floor(time.span.from); t < time.span.to; t++) {
      if (visibleToken(tokens.at(t) ?? "").length > characters) return false;
    }
    return true;
  }

  const rowsHeight = (): number => {
    const rows = explanation?.rows.length ?? 1;
    return rows === 1 ? oneRow : rows * rowOfMany;
  };

  function fit(): void {
    picture.setHeight(top + rowsHeight() + timeAxisHeight(true));
  }

  function show(): void {
    const chosen = at.chosen();
    showBar();
    if (!chosen || !instrument.isOpen) {
      answers.cancel();
      asked = "";
      explanation = undefined;
      return;
    }
    fit();
    follow();
  }

  function follow(): void {
    const chosen = at.chosen();
    if (!chosen || !instrument.isOpen) return;
    const { trace } = chosen;
    const isLast = trace.model.output.at === "last-step";
    const t = isLast ? trace.steps - 1 : controller.place.t;
    const source = trace.modelFile ?? trace.runFolder;
    if (source !== outputOf) output = "likeliest";
    outputOf = source;
    const question = {
      trace: trace.id,
      method,
      t,
      ...(output !== "likeliest" && { output }),
    };
    const next = JSON.stringify(question);
    if (next === asked) return;
    if (asked && (JSON.parse(asked) as Question).trace !== trace.id) explanation = undefined;
    asked = next;
    reading = undefined;
    answers.ask(question);
  }

  function showBar(): void {
    const outputs = outputChoices(explanation?.choices ?? []);
    instrument.update(
      html`${choose("Output", outputs, String(output), (value) => {
        output = value === "likeliest" || value === "right" ? value : Number(value);
        follow();
      })}${choose("Method", methodChoices, method, (value) => {
        method = methodChoices.find((choice) => choice.value === value)?.value ?? "integrated";
        on.toggled();
        showBar();
        follow();
      })}`,
    );
  }

  function draw({ context }: Frame): void {
    const theme = at.theme();
    const { time, isStrip } = layout();
    const height = rowsHeight();
    drawBox(context, theme, { left: time.left, top, width: time.width, height });
    if (!explanation) return;
    const { rows, values, total } = explanation;
    const scale = explanationScale(explanation);
    const table = at.table(scale.kind);
    const image = paintCells(values, rows.length, total.length, scale, table);
    context.save();
    context.beginPath();
    context.rect(time.left, top, time.width, height);
    context.clip();
    const left = xOfStep(time, 0);
    drawCells(context, image, left, top, total.length * stepWidth(time), height);
    if (isStrip) {
      drawTokens(context, theme, time, {
        middle: top + oneRow / 2,
        paperAt: (t) => colorOf(table, scale, values[t]),
        tokenAt: (t) => tokens.at(t),
      });
    }
    context.restore();
    if (rows.length > 1)
      drawRowNames(context, theme, rows, { right: time.left - 5, top, rowHeight: rowOfMany });
    legend.update({
      title: scaleTitle(explanation.method),
      scale,
      table,
      theme,
      ...(scale.kind === "logarithmic" && { under: "smaller, also zero" }),
    });
  }

  function drawOverlay({ context, width, height }: Frame): void {
    const theme = at.theme();
    const place = layout();
    const { t } = controller.place;
    tokens.need(place.time.span.from, Math.min(place.time.span.to, place.time.span.from + 400));
    drawSteps(context, theme, place, (step) => tokens.at(step), t);
    drawColumnFrame(
      context,
      theme,
      xOfStep(place.time, t),
      stepWidth(place.time),
      top,
      rowsHeight(),
    );
    if (!explanation) {
      picture.describe("");
      return;
    }
    const tokenOf = (step: number): string | undefined => tokens.at(step);
    const words = `${explainedInWords(explanation)} ${strongestInWords(explanation, tokenOf)}`;
    picture.describe(
      reading === undefined
        ? words
        : explanationLines(explanation, 0, reading, tokens.at(reading)).join(", "),
    );
    const pointed = hover && stepAtX(place.time, hover.x);
    const step = pointed ?? reading;
    if (step === undefined || step < 0 || step >= explanation.total.length) return;
    const rows = explanation.rows.length;
    const each = rowsHeight() / rows;
    const row = hover ? Math.floor((hover.y - top) / each) : 0;
    if (row < 0 || row >= rows) return;
    drawCellFrame(context, theme, {
      left: xOfStep(place.time, step),
      top: top + row * each,
      width: stepWidth(place.time),
      height: each,
    });
    if (!hover) return;
    const lines = explanationLines(explanation, row, step, tokens.at(step));
    drawTooltip(context, theme, lines, hover, { width, height });
  }

  return {
    get isOpen() {
      return instrument.isOpen;
    },
    get method() {
      return method;
    },
    show,
    follow,
    fit,
    redraw: () => picture.redraw(),
    redrawOverlay: () => picture.redrawOverlay(),
  };
}
