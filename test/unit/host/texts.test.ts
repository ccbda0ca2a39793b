import { describe, expect, it } from "vitest";
import { formatTable } from "../../../src/host/commands/formatTable.ts";
import { panelHtml } from "../../../src/host/panels/panelHtml.ts";
import {
  completion,
  describeProgress,
  formatDuration,
  formatLoss,
} from "../../../src/host/training/progressText.ts";
import type { TrainingStatus } from "../../../src/protocol/training.ts";

const status = (changes: Partial<TrainingStatus> = {}): TrainingStatus => ({
  runFolder: "/books/.unroll/runs/1",
  runName: "moby dick",
  state: "training",
  epoch: 3,
  epochs: 10,
  update: 250,
  updates: 1000,
  ...changes,
});

describe("a training's progress in words", () => {
  it("says epoch, loss, speed and the time that is left", () => {
    const text = describeProgress(
      status({ loss: 1.23456, validationLoss: 1.3, stepsPerSecond: 12345.6, remainingMs: 125_000 }),
    );
    expect(text).toBe(
      "epoch 3 of 10 · loss 1.235 (validation 1.3) · 12,346 steps/s · 2 min 5 s left",
    );
  });

  it("leaves out what is not known yet", () => {
    expect(describeProgress(status())).toBe("epoch 3 of 10");
  });

  it("promises no time while it is paused", () => {
    const text = describeProgress(
      status({ state: "paused", loss: 2, stepsPerSecond: 5, remainingMs: 9000 }),
    );
    expect(text).toBe("epoch 3 of 10 · loss 2 · paused");
  });

  it("counts completion in updates, from 0 to 1", () => {
    expect(completion(status())).toBe(0.25);
    expect(completion(status({ updates: 0 }))).toBe(0);
    expect(completion(status({ update: 1200 }))).toBe(1);
  });
});

describe("numbers for reading", () => {
  it.each([
    [0, "0"],
    [0.00012, "1.20e-4"],
    [0.0123456, "0.01235"],
    [1234.56, "1235"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
  ])("shows a loss of %s as %s", (loss, text) => expect(formatLoss(loss)).toBe(text));

  it.each([
    [850, "850 ms"],
    [12_400, "12 s"],
    [60_000, "1 min"],
    [200_000, "3 min 20 s"],
    [1_800_000, "30 min"],
    [7_500_000, "2 h 5 min"],
  ])("shows %s milliseconds as %s", (milliseconds, text) =>
    expect(formatDuration(milliseconds)).toBe(text),
  );

  it("aligns a table on the right", () => {
    const table = formatTable(["step", "temperature"], [[12.345678], [-0.00004]]);
    expect(table).toBe(
      ["step  temperature", "────  ───────────", "   1       12.346", "   2     -4.00e-5", ""].join(
        "\n",
      ),
    );
  });
});

describe("a panel's page", () => {
  const html = panelHtml({
    kind: "gates",
    place: "editor",
    title: "Gates",
    source: "https://webview.example",
    nonce: "n0nce",
    script: "gates.js",
    style: "gates.css",
    codicons: "codicon.css",
  });

  it("lets nothing run or load but its own script, styles and icons", () => {
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
    expect(policy?.split("; ")).toEqual([
      "default-src 'none'",
      "script-src 'nonce-n0nce'",
      "style-src https://webview.example",
      "font-src https://webview.example",
      "img-src https://webview.example",
    ]);
  });

  it("has no inline script and no inline style", () => {
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  });

  it("says which panel it is and where it is shown, and where the icons are", () => {
    expect(html).toContain('<body data-panel="gates" data-place="editor">');
    expect(html).toContain('<main id="panel"></main>');
    expect(html).toContain('id="vscode-codicon-stylesheet"');
  });
});
