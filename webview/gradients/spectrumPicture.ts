/**
 * How much one step back stretches a gradient: the singular values of the layer's state-to-state Jacobian at every step, as
 * curves around the line at 1, above which gradients grow and below which they fade.
 */
import { html } from "lit";
import type { JacobianSpectra } from "../../src/protocol/instruments.ts";
import type { Direction } from "../../src/trace/trace.ts";
import { stepAtX, stepWidth, timeAxisHeight, tokenWidth, xOfStep } from "../lib/axes.ts";
import type { Frame } from "../lib/canvas.ts";
import { css } from "../lib/color.ts";
import { choose } from "../lib/controls.ts";
import { latest } from "../lib/latest.ts";
import { createPicture } from "../lib/picture.ts";
import type { PictureInput, Point } from "../lib/pictureInput.ts";
import { drawTooltip } from "../lib/tooltip.ts";
import { drawBox, drawSteps } from "./draw.ts";
import { colorsOf, drawStretchAxis, keyOf, strokeValues } from "./drawSpectrum.ts";
import { createInstrument } from "./instrument.ts";
import { timeScale } from "./layout.ts";
import {
  affordableSteps,
  receivedSpectra,
  spectrumInWords,
  spectrumLines,
  stretchAxis,
  type Spectra,
  type Spectrum,
  type StateKind,
} from "./spectrum.ts";
import type { PanelPicture, Surroundings } from "./surroundings.ts";
import { timeInput } from "./timeInput.ts";

interface Question {
  readonly trace: string;
  readonly layer: number;
  readonly direction: Direction;
  readonly columns: number;
}

export interface SpectrumPicture extends PanelPicture {
  readonly isOpen: boolean;
}

const height = 150;
const top = 8;

export function createSpectrumPicture(
  parent: HTMLElement,
  at: Surroundings,
  on: {
    readonly isOpen: boolean;
    readonly toggled: () => void;
    readonly moveStep: (t: number) => void;
    readonly pending: (pending: boolean) => void;
  },
): SpectrumPicture {
  const { controller, tokens } = at;
  let spectra: Spectra | undefined;
  let kind: StateKind = "joint";
  let asked = "";
  let hover: Point | undefined;

  const answers = latest<Question, JacobianSpectra>(
    (question, signal) => at.host.call("jacobians", question, { signal }),
    {
      answer(answer, question) {
        if (JSON.stringify(question) !== asked) return;
        spectra = receivedSpectra(answer);
        showBar();
        picture.redraw();
      },
      error(error, question) {
        if (JSON.stringify(question) !== asked) return;
        asked = "";
        at.fail(error);
      },
      pending(pending) {
        picture.stale(pending);
        on.pending(pending);
      },
    },
  );
  const instrument = createInstrument(
    parent,
    {
      note: "Singular values of the Jacobian of this layer's state by its state one step before.",
      open: "Compute Singular Values",
      close: "Hide Singular Values",
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
    key: controller.key,
  };
  const picture = createPicture(instrument.drawing, { draw, drawOverlay, input });
  picture.setHeight(height);

  const shown = (): Spectrum | undefined => spectra?.[shownKind()];
  const shownKind = (): StateKind => (spectra?.joint ? kind : "h");

  function layout() {
    const time = timeScale(picture.width, controller.viewport.steps);
    const withTokens = stepWidth(time) >= tokenWidth;
    const axisTop = picture.height - timeAxisHeight(withTokens);
    const box = { left: time.left, top, width: time.width, height: axisTop - top };
    return { time, withTokens, axisTop, box };
  }

  function show(): void {
    const chosen = at.chosen();
    showBar();
    if (!chosen || !instrument.isOpen) {
      answers.cancel();
      asked = "";
      spectra = undefined;
      return;
    }
    const { trace, layer, direction } = chosen;
    const columns = affordableSteps(trace.steps, trace.model.layers[layer].hidden);
    const question = { trace: trace.id, layer, direction, columns };
    const key = JSON.stringify(question);
    if (key === asked) return;
    answers.cancel();
    asked = key;
    spectra = undefined;
    picture.text.name(
      `Singular values of the state's Jacobian at ${columns} of ${trace.steps} steps, logarithmic, with a line at 1. ` +
        "Left and right move the cursor.",
    );
    answers.ask(question);
    picture.redraw();
  }

  function showBar(): void {
    instrument.update(
      html`${
        spectra?.joint
          ? choose("State", stateChoices, kind, (value) => {
              kind = value === "h" ? "h" : "joint";
              showBar();
              picture.redraw();
            })
          : null
      }${keyOf(at.theme())}`,
    );
  }

  function draw({ context }: Frame): void {
    const theme = at.theme();
    const { box, time } = layout();
    drawBox(context, theme, box);
    const spectrum = shown();
    if (!spectrum) return;
    const axis = stretchAxis(spectrum);
    drawStretchAxis(context, theme, box, axis);
    const colors = colorsOf(theme);
    strokeValues(context, box, time, spectrum, spectrum.median, axis, colors.median, [4, 3]);
    strokeValues(context, box, time, spectrum, spectrum.largest, axis, colors.largest, []);
  }

  function drawOverlay({ context, width, height: room }: Frame): void {
    const theme = at.theme();
    const place = layout();
    const { t } = controller.place;
    drawSteps(context, theme, place, (step) => tokens.at(step), t);
    const spectrum = shown();
    const { from, to } = place.time.span;
    if (t >= from && t < to) {
      const x = xOfStep(place.time, t) + stepWidth(place.time) / 2;
      context.fillStyle = css(theme.cursor);
      context.fillRect(Math.round(x - 0.5), place.box.top, 1, place.box.height);
    }
    picture.describe(spectrum ? spectrumInWords(spectrum, shownKind(), t) : "");
    if (!hover || !spectrum) return;
    const lines = spectrumLines(spectrum, stepAtX(place.time, hover.x));
    drawTooltip(context, theme, lines, hover, { width, height: room });
  }

  return {
    get isOpen() {
      return instrument.isOpen;
    },
    show,
    fit: () => picture.redraw(),
    redraw() {
      showBar();
      picture.redraw();
    },
    redrawOverlay: () => picture.redrawOverlay(),
  };
}

const stateChoices = [
  { value: "joint", label: "h and c together" },
  { value: "h", label: "h alone" },
];
