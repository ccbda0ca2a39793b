import { describe, expect, it } from "vitest";
import { translationScoresText } from "../../../src/jobs/translationScoresText.ts";
import { example, problemOf, trained, typed } from "./tracingFixture.ts";

const usual = { checkpoint: "last", beams: 4, lengthPenalty: 0.6 } as const;

describe("translating with an encoder-decoder", () => {
  it("writes greedily and by beam search, the best first, with probabilities", async () => {
    const { session, runFolder } = await trained("pairs");
    const { greedy, beams } = await session.translate({ ...usual, runFolder, source: "abc" });
    expect(beams).toHaveLength(4);
    expect(greedy.logProbability).toBeLessThan(0);
    const scores = beams.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    const plain = { ...usual, lengthPenalty: 0, beams: 60 };
    const all = (await session.translate({ ...plain, runFolder, source: "abc" })).beams;
    expect(all[0].logProbability).toBeGreaterThanOrEqual(greedy.logProbability - 1e-6);
    for (const { text, ended } of [greedy, ...beams]) {
      expect(text).not.toContain("⟨end⟩");
      // Something that was hardly trained may never come to an end, but it is cut.
      expect(ended || text.length > 3).toBe(true);
    }
  });

  it("traces what it writes for a source that was typed, without a loss", async () => {
    const { session, runFolder, open } = await trained("pairs");
    const { greedy } = await session.translate({ ...usual, runFolder, source: "dab" });
    const summary = await open(typed("dab"));
    expect(summary.sourceSteps).toBe(3);
    expect(summary.steps).toBe(3 + greedy.text.length + 1);
    expect(summary.loss).toBeUndefined();
    const { columns } = await session.columns({ trace: summary.id, steps: [0, summary.steps] });
    const read = columns.map(({ input }) => input).join("");
    expect(read).toBe(`dab▸${greedy.text}`);
    for (const { t, predictions } of columns) expect(predictions === undefined).toBe(t < 3);
  });

  it("shows the source's steps, then the target's, each with the layers that take it", async () => {
    const { session, open } = await trained("pairs");
    const { id, steps, sourceSteps = 0, tensors } = await open(example(1));
    const { columns } = await session.columns({ trace: id, steps: [0, steps] });
    for (const { t, cells, loss, targetLabel } of columns) {
      const decodes = t >= sourceSteps;
      expect(cells.map(({ layer }) => layer)).toEqual(decodes ? [1] : [0, 0]);
      expect(loss !== undefined).toBe(decodes);
      expect(targetLabel !== undefined).toBe(decodes);
    }
    // As the predictions say it: panels compare the two.
    const end = columns.at(-1);
    expect(end?.targetLabel).toBe("⟨end⟩");
    expect(columns.flatMap((each) => each.predictions ?? []).map(({ label }) => label)).toContain(
      "⟨end⟩",
    );
    const weights = tensors.find(({ name }) => name === "attention.weights");
    expect(weights?.shape).toEqual([steps - sourceSteps, 1, sourceSteps]);
    const gradients = tensors.map(({ name }) => name).filter((name) => name.startsWith("grad."));
    expect(gradients).toContain("grad.attention.weights");
    expect(gradients).toContain("grad.decoder.input");
  });

  it("follows gradients from each written token back into the source", async () => {
    const { session, open } = await trained("pairs");
    const { id: trace, steps, sourceSteps = 0 } = await open(example(1));
    const flowOf = async (layer: number, direction: "forward" | "reverse") => {
      const sizes = { rows: 100, columns: 100 };
      const flow = await session.gradientFlow({ trace, layer, direction, ...sizes });
      return {
        losses: [...new Uint32Array(flow.lossSteps)],
        sources: [...new Uint32Array(flow.sourceSteps)],
        values: new Float32Array(flow.values),
      };
    };
    for (const direction of ["forward", "reverse"] as const) {
      const { losses, sources, values } = await flowOf(0, direction);
      expect(losses[0]).toBe(sourceSteps);
      expect(losses).toHaveLength(steps - sourceSteps);
      expect(sources).toHaveLength(steps);
      for (let k = 0; k < sourceSteps; k++) expect(values[k], `step ${k}`).toBeGreaterThan(0);
      expect(values[sourceSteps]).toBeNaN();
    }
    const { values } = await flowOf(1, "forward");
    expect(values[0]).toBeNaN();
    expect(values[sourceSteps]).toBeGreaterThan(0);
  });

  it("is measured on what was held back, by what it writes by itself", async () => {
    const { session, runFolder } = await trained("pairs");
    const request = { runFolder, checkpoint: "last" } as const;
    const scores = await session.scoreTranslations(request);
    const { total } = await session.sequences({
      runFolder,
      split: "validation",
      offset: 0,
      limit: 1,
    });
    expect(scores.count).toBe(total);
    expect(scores.exactMatch).toBeCloseTo(1 - scores.mistakes.length / total, 12);
    for (const { source, written, wanted } of scores.mistakes) {
      const { greedy } = await session.translate({ ...usual, runFolder, source });
      expect(written).toBe(greedy.text);
      expect(wanted).not.toContain("⟨end⟩");
    }
    const text = translationScoresText(scores);
    expect(text).toContain(`BLEU         ${scores.bleu.toFixed(1)}`);
    expect(text).toContain(`source   ${scores.mistakes[0].source}`);
    const other = await trained("text, state carried");
    const refused = problemOf(
      other.session.scoreTranslations({ ...request, runFolder: other.runFolder }),
    );
    expect((await refused).message).toContain("no encoder-decoder");
  });

  it("refuses what it cannot do, with what to do instead", async () => {
    const { session, runFolder } = await trained("pairs");
    const other = await trained("text, state carried");
    const ask = (changes: object) =>
      problemOf(session.translate({ ...usual, runFolder, source: "ab", ...changes }));
    expect((await ask({ source: "axb" })).message).toContain('"x" at line 1, column 2');
    expect((await ask({ source: "" })).message).toContain("nothing to read");
    expect((await ask({ beams: 0 })).details.advice).toContain("1 to 100");
    expect((await ask({ lengthPenalty: -1 })).message).toContain("length penalty");
    const wrong = problemOf(
      other.session.translate({ ...usual, runFolder: other.runFolder, source: "the" }),
    );
    expect((await wrong).message).toContain("no encoder-decoder");
  });
});
