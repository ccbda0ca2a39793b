/**
 * Canvases that are sharp on every screen: they follow the size of their element in device pixels,
 * and redraw at most once a frame. And the one way that a heatmap becomes pixels.
 */
import { nonFiniteEntry, type ColorScale, type ColorTable } from "./colorMaps.ts";

export interface Frame {
  readonly context: CanvasRenderingContext2D;
  /** Size in CSS pixels; the context is scaled so that drawing is in CSS pixels too. */
  readonly width: number;
  readonly height: number;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
}

export interface Canvas {
  readonly element: HTMLCanvasElement;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  /** Draws again before the next frame; any number of calls until then cost one drawing. */
  redraw(): void;
  dispose(): void;
}

/**
 * Makes `element` a canvas that `draw` fills. It is cleared first, and drawn whenever its size or
 * the screen's pixel ratio changes, and on `redraw()`. Its size comes from CSS alone.
 */
export function createCanvas(element: HTMLCanvasElement, draw: (frame: Frame) => void): Canvas {
  const context = element.getContext("2d");
  if (!context) throw new Error("This browser gives no 2D canvas.");
  let requested = 0;
  let size = { width: element.clientWidth, height: element.clientHeight };

  const paint = (): void => {
    requested = 0;
    const { width, height } = size;
    if (width === 0 || height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const pixels = [Math.round(width * ratio), Math.round(height * ratio)];
    if (element.width !== pixels[0]) element.width = pixels[0];
    if (element.height !== pixels[1]) element.height = pixels[1];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    draw({ context, width, height, ratio });
  };
  const redraw = (): void => {
    requested ||= requestAnimationFrame(paint);
  };

  const observer = new ResizeObserver(() => {
    size = { width: element.clientWidth, height: element.clientHeight };
    // Already inside a frame, after layout: drawing now avoids one frame of a stretched picture.
    cancelAnimationFrame(requested);
    paint();
  });
  observer.observe(element);
  const screen = watchPixelRatio(redraw);

  return {
    element,
    get width() {
      return size.width;
    },
    get height() {
      return size.height;
    },
    get ratio() {
      return window.devicePixelRatio || 1;
    },
    redraw,
    dispose() {
      observer.disconnect();
      screen();
      cancelAnimationFrame(requested);
    },
  };
}

/** Calls back when the window moves to another screen or the person zooms the editor. */
function watchPixelRatio(listener: () => void): () => void {
  let query: MediaQueryList | undefined;
  const changed = (): void => {
    watch();
    listener();
  };
  const watch = (): void => {
    query?.removeEventListener("change", changed);
    query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener("change", changed);
  };
  watch();
  return () => query?.removeEventListener("change", changed);
}

/** Values (rows, columns) row-major, coloured: one pixel each, to be drawn at any size. */
export function paintCells(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  scale: ColorScale,
  table: ColorTable,
  /** Pixel of a NaN that means "nothing here" rather than "not a number"; absent, NaN is marked. */
  absent?: number,
): HTMLCanvasElement {
  const image = document.createElement("canvas");
  image.width = Math.max(1, columns);
  image.height = Math.max(1, rows);
  const context = image.getContext("2d");
  if (!context || rows * columns === 0) return image;
  const data = context.createImageData(columns, rows);
  const pixels = new Uint32Array(data.data.buffer);
  for (let index = 0; index < pixels.length; index++) {
    const entry = scale.entry(values[index]);
    pixels[index] =
      entry === nonFiniteEntry && absent !== undefined && Number.isNaN(values[index])
        ? absent
        : table[entry];
  }
  context.putImageData(data, 0, 0);
  return image;
}

/** Draws painted cells without smoothing: a cell is a rectangle, not a cloud. */
export function drawCells(
  context: CanvasRenderingContext2D,
  image: CanvasImageSource,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  context.imageSmoothingEnabled = false;
  context.drawImage(image, x, y, width, height);
}
