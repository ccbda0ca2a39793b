/** Reads what was really drawn: the pixels of a canvas in a panel. */
import type { Frame } from "playwright-core";

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
  return { width, height, data: new Uint8Array(Buffer.from(base64, "base64")) };
}

/** How many different colours there are; an empty canvas has one. */
export function colorCount({ data }: Pixels): number {
  return new Set(new Uint32Array(data.buffer, data.byteOffset, data.length / 4)).size;
}

/** Columns (x) in which two pictures of one size differ. */
export function changedColumns(before: Pixels, after: Pixels): readonly number[] {
  if (before.width !== after.width || before.height !== after.height) {
    throw new Error(
      `Pictures of different sizes: ${before.width}×${before.height} and ${after.width}×${after.height}.`,
    );
  }
  const changed = new Set<number>();
  for (let pixel = 0; pixel < before.width * before.height; pixel++) {
    const at = pixel * 4;
    const same = [0, 1, 2, 3].every((part) => before.data[at + part] === after.data[at + part]);
    if (!same) changed.add(pixel % before.width);
  }
  return [...changed].sort((a, b) => a - b);
}
