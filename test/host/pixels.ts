/** Reads what was really drawn: the pixels of a canvas in a panel. */
import type { Frame } from "playwright-core";
import { waitUntil } from "./waiting.ts";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, row-major. */
  readonly data: Uint8Array;
}

/** The pixels of the canvas that the selector finds, in device pixels. */
export async function canvasPixels(frame: Frame, selector: string): Promise<Pixels> {
  const { width, height, base64 } = await frame
    .locator(selector)
    .first()
    .evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement))
        throw new Error(`${element.tagName} is no canvas.`);
      const context = element.getContext("2d");
      if (!context) throw new Error("The canvas has no 2D context.");
      const { data } = context.getImageData(0, 0, element.width, element.height);
      let binary = "";
      for (let start = 0; start < data.length; start += 0x8000) {
        binary += String.fromCharCode(...data.subarray(start, start + 0x8000));
      }
      return { width: element.width, height: element.height, base64: btoa(binary) };
    });
  return { width, height, data: Uint8Array.from(Buffer.from(base64, "base64")) };
}

/** How many different colours there are; an empty canvas has one. */
export function colorCount(pixels: Pixels): number {
  return new Set(colorsOf(pixels)).size;
}

/** Waits until a canvas shows more than so many colours: it is there before it is drawn on. */
export function waitForColors(frame: Frame, selector: string, count: number): Promise<void> {
  return waitUntil(
    `more than ${count} colours in ${selector}`,
    async () => colorCount(await canvasPixels(frame, selector)) > count,
  );
}

/** Rows of a picture, half-open. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** Columns (x), in ascending order, in which two pictures of one size differ within some rows. */
export function changedColumns(
  before: Pixels,
  after: Pixels,
  { from, to }: Rows = { from: 0, to: before.height },
): readonly number[] {
  if (before.width !== after.width || before.height !== after.height) {
    throw new Error(
      `Pictures of different sizes: ${before.width}×${before.height} and ${after.width}×${after.height}.`,
    );
  }
  const [was, is] = [colorsOf(before), colorsOf(after)];
  const changed = new Set<number>();
  for (let pixel = from * before.width; pixel < to * before.width; pixel++) {
    if (was[pixel] !== is[pixel]) changed.add(pixel % before.width);
  }
  return [...changed].sort((a, b) => a - b);
}

/** The different colours in one column of a picture. */
export function columnColors(pixels: Pixels, x: number, { from, to }: Rows): ReadonlySet<number> {
  const colors = colorsOf(pixels);
  const found = new Set<number>();
  for (let y = from; y < to; y++) found.add(colors[y * pixels.width + x]);
  return found;
}

/** One number for each pixel. */
const colorsOf = ({ data }: Pixels): Uint32Array =>
  new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
