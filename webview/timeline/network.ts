/**
 * The picture that scrolls: native scroll bars around a canvas that stays where it is and draws the
 * visible part. What the mouse and the keyboard do to it is handed on as what it means.
 */
import { createCanvas, type Canvas, type Frame } from "../lib/canvas.ts";
import { keyAction, type KeyAction } from "../lib/keyboard.ts";
import type { Point } from "../lib/pictureInput.ts";
import { createTextAlternative, type TextAlternative } from "../lib/textAlternative.ts";

export interface NetworkInput {
  /** Where the pointer is within the view; undefined when it left. */
  readonly hover: (point: Point | undefined) => void;
  readonly click: (point: Point) => void;
  /** One zoom width up or down about a place `anchor` pixels from the left of the view. */
  readonly zoom: (by: 1 | -1, anchor: number) => void;
  readonly key: (action: KeyAction) => void;
  readonly play: () => void;
}

export interface NetworkView {
  readonly element: HTMLElement;
  /** Of the view, without its scroll bars. */
  readonly width: number;
  readonly height: number;
  readonly scrollLeft: number;
  readonly scrollTop: number;
  readonly text: TextAlternative;
  /** Size of everything that can be scrolled to. */
  setExtent(width: number, height: number): void;
  scrollTo(left: number, top?: number): void;
  redraw(): void;
  focus(): void;
}

export function createNetworkView(
  parent: HTMLElement,
  draw: (frame: Frame) => void,
  input: NetworkInput,
): NetworkView {
  const element = parent.appendChild(document.createElement("div"));
  element.className = "network";
  const scroller = element.appendChild(document.createElement("div"));
  scroller.className = "scroller";
  // Scrolling is the picture's own business: the canvas inside is what takes the focus.
  scroller.tabIndex = -1;
  const extent = scroller.appendChild(document.createElement("div"));
  extent.className = "extent";
  const sheet = extent.appendChild(document.createElement("canvas"));
  sheet.className = "overlay";
  sheet.tabIndex = 0;
  const output = element.appendChild(document.createElement("span"));
  output.className = "visually-hidden";
  const text = createTextAlternative(sheet, output);

  const canvas: Canvas = createCanvas(sheet, draw);
  const fit = (): void => {
    sheet.style.width = `${scroller.clientWidth}px`;
    sheet.style.height = `${scroller.clientHeight}px`;
  };
  new ResizeObserver(fit).observe(scroller);
  scroller.addEventListener("scroll", () => canvas.redraw(), { passive: true });
  onPointer(sheet, input);
  onWheel(scroller, input);
  sheet.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey;
    const action = keyAction(event);
    if (event.key === " " && isPlain) input.play();
    else if (action) input.key(action);
    else return;
    event.preventDefault();
  });

  return {
    element,
    get width() {
      return scroller.clientWidth;
    },
    get height() {
      return scroller.clientHeight;
    },
    get scrollLeft() {
      return scroller.scrollLeft;
    },
    get scrollTop() {
      return scroller.scrollTop;
    },
    text,
    setExtent(width, height) {
      extent.style.width = `${width}px`;
      extent.style.height = `${height}px`;
      // The scroll bar takes its room from the picture: ask for it on top.
      element.style.setProperty("--network-height", `${height}px`);
      fit();
    },
    scrollTo(left, top) {
      scroller.scrollLeft = left;
      if (top !== undefined) scroller.scrollTop = top;
      canvas.redraw();
    },
    redraw: () => canvas.redraw(),
    focus: () => sheet.focus({ preventScroll: true }),
  };
}

const point = (event: PointerEvent): Point => ({ x: event.offsetX, y: event.offsetY });

function onPointer(sheet: HTMLElement, input: NetworkInput): void {
  sheet.addEventListener("pointermove", (event) => {
    input.hover(point(event));
    // Dragging with the button held scrubs through the steps.
    if (event.buttons === 1 && sheet.hasPointerCapture(event.pointerId)) input.click(point(event));
  });
  sheet.addEventListener("pointerleave", () => input.hover(undefined));
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    sheet.setPointerCapture(event.pointerId);
    input.click(point(event));
  });
}

/** Pixels of wheel for one zoom width: a notch of a wheel, a short pinch. */
const zoomNotch = 50;

/** Control (or pinching) zooms. A plain wheel scrolls through time where nothing else needs it. */
function onWheel(scroller: HTMLElement, input: NetworkInput): void {
  let turned = 0;
  scroller.addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        turned += event.deltaY * (event.deltaMode === 0 ? 1 : 20);
        if (Math.abs(turned) < zoomNotch) return;
        input.zoom(turned < 0 ? 1 : -1, event.clientX - scroller.getBoundingClientRect().left);
        turned = 0;
        return;
      }
      const root = document.documentElement;
      const isNeeded =
        scroller.scrollHeight > scroller.clientHeight + 1 ||
        root.scrollHeight > root.clientHeight + 1;
      if (isNeeded || event.deltaX !== 0 || event.shiftKey) return;
      event.preventDefault();
      scroller.scrollLeft += event.deltaY;
    },
    { passive: false },
  );
}
