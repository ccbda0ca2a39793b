import { describe, expect, it } from "vitest";
import { latest } from "../../../../webview/lib/latest.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Questions that the test answers by hand. */
function desk() {
  const open: {
    question: string;
    signal: AbortSignal;
    resolve: (answer: string) => void;
    reject: (error: Error) => void;
  }[] = [];
  const answers: string[] = [];
  const errors: string[] = [];
  const pending: boolean[] = [];
  const line = latest<string, string>(
    (question, signal) =>
      new Promise((resolve, reject) => open.push({ question, signal, resolve, reject })),
    {
      answer: (answer, question) => answers.push(`${question}: ${answer}`),
      error: (error) => errors.push(String(error)),
      pending: (isPending) => pending.push(isPending),
    },
  );
  return { open, answers, errors, pending, line };
}

describe("asking for the latest", () => {
  it("keeps one question on its way and asks only the newest of those that wait", async () => {
    const { open, answers, pending, line } = desk();
    for (const question of ["a", "b", "c", "d"]) line.ask(question);
    expect(open.map(({ question }) => question)).toEqual(["a"]);
    open[0].resolve("1");
    await settled();
    expect(open.map(({ question }) => question)).toEqual(["a", "d"]);
    open[1].resolve("2");
    await settled();
    expect(answers).toEqual(["a: 1", "d: 2"]);
    expect(pending).toEqual([true, false]);
    expect(line.pending).toBe(false);
  });

  it("goes on after an error", async () => {
    const { open, answers, errors, line } = desk();
    line.ask("a");
    line.ask("b");
    open[0].reject(new Error("no"));
    await settled();
    open[1].resolve("2");
    await settled();
    expect(errors).toEqual(["Error: no"]);
    expect(answers).toEqual(["b: 2"]);
  });

  it("drops an answer that comes after cancelling, and tells the far side", async () => {
    const { open, answers, pending, line } = desk();
    line.ask("a");
    line.ask("b");
    line.cancel();
    expect(open[0].signal.aborted).toBe(true);
    line.ask("c");
    open[0].resolve("late");
    await settled();
    expect(open.map(({ question }) => question)).toEqual(["a", "c"]);
    open[1].resolve("3");
    await settled();
    expect(answers).toEqual(["c: 3"]);
    expect(pending).toEqual([true, false, true, false]);
  });
});
