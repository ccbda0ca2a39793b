/** The mouse, the wheel and the keyboard on a picture, as what they mean. */
import { onKeyAction, type KeyAction } from "./keyboard.ts";

export interface Point {
  /** CSS pixels from the picture's upper left corner. */
  readonly x: number;
  readonly y: number;
}

export interface PictureInput {
  /** The pointer moved without a button, or left. */
  readonly hover: (point: Point | undefined) => void;
  readonly click: (point: Point) => void;
  /** Dragged by so many pixels since the last call. Answers false when there is nothing to pan: then dragging clicks. */
  readonly pan: (dx: number, dy: number) => boolean;
  readonly zoom: (axis: "step" | "unit", factor: number, point: Point) => void;
  readonly key: (action: KeyAction) => void;
}

/** Pixels that a hand may tremble during a click. */
const tremble = 4;

export function onPictureInput(element: HTMLElement, input: PictureInput): void {
  onKeyAction(element, input.key);
  onDrag(element, input);
  element.addEventListener("pointerleave", () => input.hover(undefined));
  element.addEventListener("wheel", (event) => onWheel(event, element, input), { passive: false });
}

function onDrag(element: HTMLElement, input: PictureInput): void {
  let pressed: Point | undefined;
  let last: Point | undefined;
  let dragging = false;

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pressed = last = { x: event.offsetX, y: event.offsetY };
    dragging = false;
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    const point = { x: event.offsetX, y: event.offsetY };
    if (!pressed || !last) {
      input.hover(point);
      return;
    }
    dragging ||= Math.hypot(point.x - pressed.x, point.y - pressed.y) > tremble;
    if (!dragging) return;
    if (input.pan(point.x - last.x, point.y - last.y)) element.classList.add("dragging");
    else input.click(point);
    last = point;
  });
  const released = (event: PointerEvent): void => {
    if (pressed && !dragging && event.type === "pointerup") input.click(pressed);
    pressed = last = undefined;
    element.classList.remove("dragging");
  };
  element.addEventListener("pointerup", released);
  element.addEventListener("pointercancel", released);
}

/**
 * Control (or pinching) zooms, Alt zooms units, Shift or a sideways wheel pans. The bare wheel zooms
 * too, unless it is needed to scroll the panel.
 */
function onWheel(event: WheelEvent, element: HTMLElement, input: PictureInput): void {
  const root = document.documentElement;
  const scrolls = root.scrollHeight > root.clientHeight + 1;
  const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
  const point = { x: event.offsetX, y: event.offsetY };
  if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) {
    if (input.pan(-sideways, 0)) event.preventDefault();
    return;
  }
  if (scrolls && !event.ctrlKey && !event.metaKey && !event.altKey) return;
  event.preventDefault();
  // A pinch sends many small steps, a wheel few large ones; neither should leap.
  const factor = Math.exp(
    Math.max(-0.4, Math.min(0.4, event.deltaY * (event.ctrlKey ? 0.01 : 0.002))),
  );
  input.zoom(event.altKey ? "unit" : "step", factor, point);
  element.focus({ preventScroll: true });
}
