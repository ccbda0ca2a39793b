/** `media/walkthrough/expressions.md`, made from the tables that the language itself is made of. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exceptionFilters } from "../../src/debug/breakpoints/exceptionFilters.ts";
import { compile } from "../../src/debug/expression/compile.ts";
import { functions } from "../../src/debug/expression/functions/functions.ts";
import { namesIn } from "../../src/debug/expression/names/names.ts";
import { smallDebuggee } from "./smallDebuggee.ts";

const file = new URL("../../media/walkthrough/expressions.md", import.meta.url);

const lstm = smallDebuggee({ layers: [{ cell: "lstm", hidden: 4 }], data: "text" }).program();
const gru = smallDebuggee({
  layers: [{ cell: "gru", hidden: 3, reset: "after" }],
  decoder: {
    layers: [{ cell: "gru", hidden: 3, reset: "after" }],
    start: "copy",
    attention: { score: "dot" },
  },
  data: "reversal",
}).program();

const examples = [
  ["f[3] < 0.05 && t > 10", "a forget gate closes, after step 10"],
  ["norm(dh) < 1e-4", "the gradient has vanished here"],
  ["saturated(i) > 0.9", "nine in ten units of the input gate are saturated"],
  ["loss > 2 * mean(loss)", "a step that is twice as hard as usual"],
  ["argmax(p) != target", "a wrong prediction"],
  ['label(target) == "e" && p[target] < 0.1', "an e that was not expected"],
  ["crosses(f[0], 0.5)", "a gate opens or closes"],
  ["cosine(h, before(h)) < 0.2", "the state turns"],
  ["norm(c) > 3 * mean(norm(c))", "a cell state that stands out"],
] as const;

function page(): string {
  const names = new Map(
    [lstm, gru].flatMap((program) =>
      namesIn({ program, layer: 0, direction: "forward" })
        .filter(({ name }) => !program.parameters.has(name))
        .map(({ name, text }) => [name, text] as const),
    ),
  );
  return `# Expressions

What you write in conditions of breakpoints, log points (\`loss={loss}\`), Watch and the debug console. A function breakpoint whose name is
an expression is tested at every step.

| for example | |
|---|---|
${examples.map(([code, text]) => `| ${codeCell(code)} | ${text} |`).join("\n")}

## Names

Of the layer that is selected in the call stack; breakpoints mean the last one. \`layers[0].h\` and \`layers[0].reverse.h\` are of others. What has no
value at a step (a loss where none is taken) makes a condition false. Expressions about gradients are tested on the way back.

| name | what |
|---|---|
${[...names].map(([name, text]) => `| \`${name}\` | ${text} |`).join("\n")}

Parameters have PyTorch's names: \`weight_hh_l0\`, or \`weight_hh\` of the selected layer; \`dweight_hh\` is the gradient. \`h[3]\` is a unit, \`h[0:8]\` several,
\`weight_hh[2, 5]\` a weight. Steps, units and classes count from 0.

## Functions

| function | what |
|---|---|
${functions.map(({ signature, text }) => `| \`${signature}\` | ${text.replaceAll("|", "\\|")} |`).join("\n")}

Operators, from what binds loosest: \`||\`, \`&&\`, \`== != < <= > >=\`, \`+ -\`, \`* / %\`, \`- !\` before a value, \`^\`. They work unit by unit.

## Exceptions

| exception | stops when |
|---|---|
${exceptionFilters.map(({ title, description }) => `| ${title} | ${description} |`).join("\n")}

Each takes a condition of your own instead.

## In the debug console

\`h[3] = 0.5\` edits, and computes the future anew; \`ablate h[3]\` holds a unit at zero from here on; \`undo\` takes the last edit back; \`help\` lists all of this.
\`h - original(h)\` is what the edits changed.
`;
}

const codeCell = (code: string): string => `\`${code.replaceAll("|", "\\|")}\``;

describe("the page about expressions", () => {
  it("says what the language is (UPDATE_TRANSCRIPTS=1 writes it)", () => {
    if (process.env["UPDATE_TRANSCRIPTS"]) writeFileSync(file, page());
    expect(readFileSync(file, "utf8")).toBe(page());
  });

  it("gives examples that mean something", () => {
    for (const [code] of examples) {
      const { type } = compile(code, { program: lstm, layer: 0, direction: "forward" });
      expect(type, code).toMatchObject({ kind: "truth", shape: [] });
    }
  });
});
