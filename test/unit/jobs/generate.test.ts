import { describe, expect, it } from "vitest";
import { problemOf, trained, typed } from "./tracingFixture.ts";

const usual = { checkpoint: "last", prompt: "the ", length: 40, temperature: 1, seed: 7 } as const;

describe("generating text", () => {
  it("goes on from the prompt, the same for the same seed and another for another", async () => {
    const { session, runFolder } = await trained("text, state carried");
    const write = async (seed: number) =>
      (await session.generate({ ...usual, runFolder, seed })).text;
    const text = await write(7);
    expect(text).toMatch(/^the .{40}$/);
    expect(await write(7)).toBe(text);
    expect(await write(8)).not.toBe(text);
  });

  it("takes the most probable token at a temperature of 0, and with a top-k of 1", async () => {
    const { session, runFolder, open } = await trained("text, state carried");
    const cold = await session.generate({ ...usual, runFolder, temperature: 0 });
    const narrow = await session.generate({
      ...usual,
      runFolder,
      temperature: 5,
      topK: 1,
      seed: 99,
    });
    expect(narrow.text).toBe(cold.text);
    // Read as a sequence, every character written is the one that the step before it found most probable.
    const { id: trace, steps } = await open(typed(cold.text));
    const { columns } = await session.columns({ trace, steps: [3, steps - 1] });
    for (const { t, predictions, targetLabel } of columns)
      expect(predictions?.[0].label, `step ${t}`).toBe(targetLabel);
  });

  it("begins without a prompt, joins words with blanks, and writes only what it knows", async () => {
    const { session, runFolder } = await trained("text, state not carried", {
      data: { maximumVocabulary: 6 },
    });
    const { text } = await session.generate({
      ...usual,
      runFolder,
      prompt: "",
      length: 30,
      temperature: 2,
    });
    expect(text.split(" ")).toHaveLength(30);
    expect(text).not.toContain("unknown");
    const prompted = await session.generate({ ...usual, runFolder, prompt: "the cat", length: 2 });
    expect(prompted.text).toMatch(/^the cat \S+ \S+$/);
  });

  it("refuses models that do not write, prompts that it cannot read, and numbers that make no sense", async () => {
    const spam = await trained("labelled text");
    const other = await problemOf(spam.session.generate({ ...usual, runFolder: spam.runFolder }));
    expect(other.message).toMatch(/not a language model/);
    const { session, runFolder } = await trained("text, state carried");
    for (const [wrong, reason] of [
      [{ prompt: "☃" }, /☃/],
      [{ length: 0 }, /0 is not a length/],
      [{ length: 1e9 }, /not a length/],
      [{ temperature: -1 }, /-1 is not a temperature/],
      [{ temperature: NaN }, /NaN is not a temperature/],
      [{ topK: 0 }, /0 is not a number of tokens/],
      [{ seed: 0.5 }, /0.5 is not a seed/],
    ] as const) {
      const problem = await problemOf(session.generate({ ...usual, runFolder, ...wrong }));
      expect(problem.message).toMatch(reason);
    }
  });

  it.each(["first-step", "initial-state"])(
    "writes a text of the class that it is asked for, to its end (%s)",
    async (condition) => {
      const { session, runFolder } = await trained("texts of classes", {
        data: { condition },
        model: { layers: [{ cell: "gru", hidden: 16 }] },
        training: { epochs: 60, optimizer: { kind: "adam", learningRate: 0.02 } },
      });
      const write = async (of: string) =>
        (
          await session.generate({
            ...usual,
            runFolder,
            prompt: "",
            temperature: 0,
            length: 50,
            condition: of,
          })
        ).text;
      expect(await write("spam")).toMatch(/^buy cheap gold \d$/);
      expect(await write("ham")).toMatch(/^see you at \d then my friend$/);
      const begun = await session.generate({
        ...usual,
        runFolder,
        prompt: "see you",
        condition: "ham",
        temperature: 0,
      });
      expect(begun.text).toMatch(/^see you at \d then my friend$/);
    },
  );

  it("asks for a class where there are some, and refuses one where there are none", async () => {
    const classes = await trained("texts of classes");
    const text = await trained("text, state carried");
    for (const [{ session, runFolder }, condition, reason] of [
      [classes, undefined, /none is given/],
      [classes, "eggs", /no class "eggs"/],
      [text, "spam", /without a class/],
    ] as const) {
      const asked = session.generate({ ...usual, runFolder, ...(condition && { condition }) });
      const problem = await problemOf(asked);
      expect(problem.message).toMatch(reason);
    }
  });

  it("stops when it is told to", async () => {
    const { session, runFolder } = await trained("text, state carried");
    const controller = new AbortController();
    const writing = session.generate(
      { ...usual, runFolder, length: 100_000 },
      { signal: controller.signal },
    );
    setTimeout(() => controller.abort(), 30);
    await expect(writing).rejects.toThrow(/abort/i);
  });
});
