import { describe, expect, it } from "vitest";
import type { TrainingStatus } from "../../../../src/protocol/training.ts";
import { assignColors } from "../../../../webview/curves/runColors.ts";
import {
  durationText,
  lossText,
  lossTitle,
  statusParts,
  statusSentence,
} from "../../../../webview/curves/status.ts";

const status: TrainingStatus = {
  runFolder: "/data/.unroll/runs/1",
  runName: "moby",
  state: "training",
  epoch: 3,
  epochs: 10,
  update: 1240,
  updates: 4000,
  loss: 1.23456,
  stepsPerSecond: 12_300.4,
  remainingMs: 130_000,
};

describe("the status line", () => {
  it("tells what is known, with units", () => {
    expect(statusParts(status)).toEqual([
      { label: "epoch", value: "3 / 10" },
      { label: "update", value: "1,240 / 4,000" },
      { label: "loss", value: "1.235" },
      { label: "speed", value: "12,300 steps/s" },
      { label: "left", value: "2 min 10 s" },
    ]);
  });

  it("leaves out speed and time left when nothing is running", () => {
    const labels = statusParts({ ...status, state: "paused" }).map(({ label }) => label);
    expect(labels).toEqual(["epoch", "update", "loss"]);
  });

  it("reads as a sentence", () => {
    expect(statusSentence({ ...status, state: "finished" })).toBe(
      "moby: finished, epoch 3 / 10, update 1,240 / 4,000, loss 1.235.",
    );
  });

  it("writes durations in their two largest units", () => {
    expect(durationText(400)).toBe("less than a second");
    expect(durationText(59_400)).toBe("59 s");
    expect(durationText(59_600)).toBe("1 min 0 s");
    expect(durationText(7_500_000)).toBe("2 h 5 min");
  });

  it("writes losses of any size, also what is not a number", () => {
    expect(lossText(0)).toBe("0.000");
    expect(lossText(0.000123)).toBe("1.23e−4");
    expect(lossText(NaN)).toBe("not finite");
    expect(lossText(Infinity)).toBe("not finite");
  });

  it("names the unit of a loss only when it is known", () => {
    const nats = { lossUnit: "cross-entropy, nats per step" };
    expect(lossTitle([nats, { ...nats }])).toBe("cross-entropy, nats per step");
    expect(lossTitle([nats, { lossUnit: "mean squared error" }])).toBe("in different units");
    expect(lossTitle([{ lossUnit: undefined }])).toBe("mean");
  });
});

describe("the colours of runs", () => {
  it("differ, and stay with their run while others come and go", () => {
    const first = assignColors({}, ["a", "b", "c"]);
    expect(new Set(Object.values(first)).size).toBe(3);
    const second = assignColors(first, ["c", "d"]);
    expect(second.c).toBe(first.c);
    expect(second.d).not.toBe(second.c);
    expect(assignColors(second, ["d", "c"])).toEqual(second);
  });

  it("are shared evenly when there are more runs than colours", () => {
    const runs = Array.from({ length: 12 }, (_, index) => `run ${index}`);
    const counts = new Map<number, number>();
    for (const color of Object.values(assignColors({}, runs))) {
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(
      Array.from({ length: counts.size }, () => 12 / counts.size),
    );
  });

  it("ignore what an older version remembered", () => {
    expect(assignColors({ a: 99 }, ["a"])).toEqual({ a: 0 });
  });
});
