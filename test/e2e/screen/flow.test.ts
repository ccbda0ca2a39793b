/** A vanishing gradient is seen at a glance: the adding problem in a vanilla RNN and in an LSTM. */
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openPanel, screenshotPanel, settled } from "../../host/panels.ts";
import { root, scratch } from "../../host/paths.ts";
import { canvasPixels, type Pixels } from "../../host/pixels.ts";
import { stepThrough, train, useWorkbench } from "./stage.ts";

const sampleOf = (cell: string): string =>
  readFileSync(join(root, "media/samples/adding-problem", `${cell}.unroll.json`), "utf8");

/** Mean luminance, 0..1, of the columns between two shares of the width; transparent pixels count as black. */
function luminance({ width, height, data }: Pixels, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y++) {
    for (let x = Math.round(from * width); x < Math.round(to * width); x++) {
      const at = 4 * (y * width + x);
      const light = 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
      sum += (light / 255) * (data[at + 3] / 255);
      count++;
    }
  }
  return sum / count;
}

interface Seen {
  readonly verdict: string;
  /** Of the picture at the sequence's begin and at its end. */
  readonly begin: number;
  readonly end: number;
}

describe.each([
  ["rnn", "The gradient vanishes"],
  ["lstm", "The gradient carries"],
] as const)("the gradients panel on the adding problem with %s", (cell, headline) => {
  const stage = useWorkbench(`flow-${cell}`, { "unroll.json": sampleOf(cell) });

  it(`says "${headline}" and shows it`, async () => {
    await train(stage);
    await stepThrough(stage);
    const panel = await openPanel(stage.page, "gradients", "editor");
    await panel.frame.locator(".verdict strong").waitFor();
    await settled(panel);
    const pixels = await canvasPixels(panel.frame, "section.figure:nth-of-type(1) canvas");
    const seen: Seen = {
      verdict: await panel.frame.locator(".verdict strong").innerText(),
      begin: luminance(pixels, 0.1, 0.2),
      end: luminance(pixels, 0.85, 0.95),
    };
    const pictures = join(scratch, "screenshots");
    await mkdir(pictures, { recursive: true });
    await screenshotPanel(panel, pictures, `flow-${cell}`);
    expect(seen.verdict).toContain(headline);
    // Bright is a large gradient, dark one that is gone.
    const left = seen.begin / seen.end;
    if (cell === "rnn") expect(left, JSON.stringify(seen)).toBeLessThan(0.65);
    else expect(left, JSON.stringify(seen)).toBeGreaterThan(0.75);
  });
});
