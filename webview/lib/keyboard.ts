/** What a key means on a picture: the same in every panel. Pure. */
export type KeyAction =
  | { readonly kind: "move"; readonly axis: "step" | "unit"; readonly by: number }
  | { readonly kind: "page"; readonly by: -1 | 1 }
  | { readonly kind: "end"; readonly axis: "step" | "unit"; readonly end: "first" | "last" }
  | { readonly kind: "zoom"; readonly axis: "step" | "unit"; readonly factor: number }
  | { readonly kind: "reset" };

export interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** Zooming in time, for buttons that do what keys do. */
export const zoomIn = { kind: "zoom", axis: "step", factor: 1 / 1.5 } as const;
export const zoomOut = { kind: "zoom", axis: "step", factor: 1.5 } as const;

/**
 * ← → step · ↑ ↓ unit (with Shift ten at once) · Home End first and last step (with Ctrl: unit) ·
 * PageUp PageDown one view · + − zoom in time (with Shift or Alt: in units) · 0 everything.
 */
export function keyAction(event: Key): KeyAction | undefined {
  if (event.metaKey) return undefined;
  const many = event.shiftKey ? 10 : 1;
  const endAxis = event.ctrlKey ? "unit" : "step";
  switch (event.key) {
    case "Home":
      return { kind: "end", axis: endAxis, end: "first" };
    case "End":
      return { kind: "end", axis: endAxis, end: "last" };
  }
  if (event.ctrlKey) return undefined;
  const zoomAxis = event.altKey ? "unit" : "step";
  switch (event.key) {
    // "_" is the minus key with Shift on many keyboards, and "=" the plus key without.
    case "+":
    case "=":
      return { ...zoomIn, axis: zoomAxis };
    case "-":
    case "_":
    case "−":
      return { ...zoomOut, axis: zoomAxis };
  }
  if (event.altKey) return undefined;
  switch (event.key) {
    case "ArrowLeft":
      return { kind: "move", axis: "step", by: -many };
    case "ArrowRight":
      return { kind: "move", axis: "step", by: many };
    case "ArrowUp":
      return { kind: "move", axis: "unit", by: -many };
    case "ArrowDown":
      return { kind: "move", axis: "unit", by: many };
    case "PageUp":
      return { kind: "page", by: -1 };
    case "PageDown":
      return { kind: "page", by: 1 };
    case "0":
      return { kind: "reset" };
    default:
      return undefined;
  }
}

/** For the panel's help and the canvas's description. */
export const keyboardHelp =
  "Arrow keys move one step or unit, with Shift ten; Home and End go to the first and last step; " +
  "Page Up and Page Down turn a page; plus and minus zoom in time, with Alt in units; zero shows everything.";

/** Calls back for every key that means something on `element`, which it makes focusable. */
export function onKeyAction(element: HTMLElement, listener: (action: KeyAction) => void): void {
  element.tabIndex = 0;
  element.addEventListener("keydown", (event) => {
    const action = keyAction(event);
    if (!action) return;
    event.preventDefault();
    listener(action);
  });
}
