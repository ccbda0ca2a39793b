/**
 * A picture of two sheets: data beneath, and above it the cursor and whatever follows the pointer.
 * Moving the cursor draws the upper sheet alone. The upper one also takes the keyboard and the mouse.
 */
import { createCanvas, type Frame } from "./canvas.ts";
import { onPictureInput, type PictureInput } from "./pictureInput.ts";
import { createTextAlternative, type TextAlternative } from "./textAlternative.ts";

export interface Picture {
  readonly element: HTMLElement;
  /** In CSS pixels, both sheets alike. */
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  readonly text: TextAlternative;
  /** The cell under the cursor: written below the picture at once, read aloud when the cursor rests. */
  describe(words: string): void;
  redraw(): void;
  redrawOverlay(): void;
  /** Dims the data while newer data is on its way. */
  stale(stale: boolean): void;
  setHeight(pixels: number): void;
  focus(): void;
}

export function createPicture(
  parent: HTMLElement,
  options: {
    readonly draw: (frame: Frame) => void;
    readonly drawOverlay: (frame: Frame) => void;
    readonly input: PictureInput;
  },
): Picture {
  const element = parent.appendChild(document.createElement("div"));
  element.className = "picture";
  const sheet = (className: string): HTMLCanvasElement => {
    const canvas = element.appendChild(document.createElement("canvas"));
    canvas.className = className;
    return canvas;
  };
  const lower = sheet("data");
  lower.setAttribute("aria-hidden", "true");
  const upper = sheet("overlay");
  const reading = parent.appendChild(document.createElement("p"));
  reading.className = "reading";
  reading.setAttribute("aria-hidden", "true");
  const output = element.appendChild(document.createElement("span"));
  output.className = "visually-hidden";
  const text = createTextAlternative(upper, output);

  const data = createCanvas(lower, options.draw);
  const overlay = createCanvas(upper, options.drawOverlay);
  onPictureInput(upper, options.input);

  return {
    element,
    get width() {
      return data.width;
    },
    get height() {
      return data.height;
    },
    get ratio() {
      return data.ratio;
    },
    text,
    describe(words) {
      if (reading.textContent !== words) reading.textContent = words;
      text.describe(words);
    },
    redraw() {
      data.redraw();
      overlay.redraw();
    },
    redrawOverlay: () => overlay.redraw(),
    stale: (stale) => void element.classList.toggle("stale", stale),
    setHeight(pixels) {
      element.style.height = `${Math.round(pixels)}px`;
    },
    focus: () => upper.focus(),
  };
}
