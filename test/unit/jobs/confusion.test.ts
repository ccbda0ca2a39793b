import { describe, expect, it } from "vitest";
import type { Confusion } from "../../../src/jobs/confusion.ts";
import { confusionText } from "../../../src/jobs/confusionText.ts";
import { readMetrics } from "../../../src/runs/metrics.ts";
import { problemOf, trained } from "./tracingFixture.ts";
import type { ConfigChanges, Kind } from "./trainingFixture.ts";

async function confusionAfter(kind: Kind, changes?: ConfigChanges) {
  const { runFolder, session } = await trained(kind, changes);
  const confusion = await session.confusion({ runFolder, checkpoint: "last" });
  const { rows } = await readMetrics(runFolder);
  return { confusion, accuracy: rows.at(-1)?.validationAccuracy };
}

const total = ({ counts }: Confusion): number => counts.flat().reduce((sum, one) => sum + one, 0);
const right = ({ counts }: Confusion): number => counts.reduce((sum, row, k) => sum + row[k], 0);

describe("the confusion of a classifier", () => {
  it.each<Kind>([
    "frames with a class each",
    "a class of each frame",
    "labelled text",
    "labelled text, truncated",
  ])("counts what validation counted: %s", async (kind) => {
    const { confusion, accuracy } = await confusionAfter(kind, {
      training: { validation: { share: 0.4 } },
    });
    expect(total(confusion)).toBeGreaterThan(0);
    expect(right(confusion) / total(confusion)).toBeCloseTo(accuracy ?? NaN, 10);
  });

  it("names every sequence with a wrong answer, the surest first", async () => {
    const { confusion } = await confusionAfter("frames with a class each", {
      training: { epochs: 1, batch: 21, validation: { share: 0.6 }, seed: 3 },
    });
    const { mistakes } = confusion;
    expect(mistakes).toHaveLength(total(confusion) - right(confusion));
    for (const { truth, answer, probability, detail } of mistakes) {
      expect(answer).not.toBe(truth);
      expect(probability).toBeGreaterThanOrEqual(0.5);
      expect(detail).toMatch(/^moves\.csv, line \d+/);
    }
    const probabilities = mistakes.map(({ probability }) => probability);
    expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
  });

  it.each<[Kind, string]>([
    ["table", "does not tell classes apart"],
    ["text, state carried", "does not tell classes apart"],
    ["labels without places", "does not tell classes apart"],
    ["pairs", "does not tell classes apart"],
  ])("is refused for %s", async (kind, message) => {
    const { runFolder, session } = await trained(kind);
    const call = session.confusion({ runFolder, checkpoint: "last" });
    expect((await problemOf(call)).message).toContain(message);
  });

  it("is refused where nothing was held back", async () => {
    const { runFolder, session } = await trained("labelled text", {
      training: { validation: { share: 0 } },
    });
    const call = session.confusion({ runFolder, checkpoint: "last" });
    expect((await problemOf(call)).message).toBe("Nothing was held back from the training.");
  });
});

describe("a page of confusion", () => {
  const confusion: Confusion = {
    runName: "moves",
    of: "sequence",
    classes: ["run", "a very long name of a class"],
    counts: [
      [3, 1],
      [0, 0],
    ],
    mistakes: [
      {
        title: "w7: run in 5 frames",
        detail: "moves.csv, line 3",
        truth: "run",
        answer: "a very long name of a class",
        probability: 0.876,
      },
    ],
  };

  it("has a row for each truth, a column for each answer, and shares of both", () => {
    expect(confusionText(confusion).split("\n")).toEqual([
      "moves: 3 of 4 sequences that were never trained on are right (75.0 %).",
      "",
      "is ↓   taken for →      run  a very long n…     found",
      "run                       3               1    75.0 %",
      "a very long n…            ·               ·         –",
      "right when said     100.0 %           0.0 %",
      "",
      "Taken for something else, the surest first (1):",
      "",
      "run → a very long n…  88 %  w7: run in 5 frames   (moves.csv, line 3)",
      "",
    ]);
  });

  it("says when there is nothing wrong", () => {
    const perfect = {
      ...confusion,
      counts: [
        [4, 0],
        [0, 2],
      ],
      mistakes: [],
    };
    expect(confusionText(perfect)).toContain("Every one is right.");
    expect(confusionText({ ...perfect, of: "step" })).not.toContain("Every one");
  });
});
