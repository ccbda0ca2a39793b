import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, compileCondition } from "../../src/debug/expression/compile.ts";
import { completionsAt } from "../../src/debug/expression/completions.ts";
import type { Environment } from "../../src/debug/expression/environment.ts";
import { ExpressionError } from "../../src/debug/expression/expressionError.ts";
import { functions } from "../../src/debug/expression/functions/functions.ts";
import { namesIn } from "../../src/debug/expression/names/names.ts";
import { parseAssignment } from "../../src/debug/expression/parse.ts";
import { compileTemplate } from "../../src/debug/expression/template.ts";
import { listOf, type Value } from "../../src/debug/expression/value.ts";
import { tensorOf } from "../../src/trace/trace.ts";
import { smallDebuggee, text } from "./smallDebuggee.ts";

const lstm = { cell: "lstm", hidden: 3 } as const;
const program = smallDebuggee({
  layers: [
    { ...lstm, bidirectional: true },
    { ...lstm, hidden: 2 },
  ],
  data: "text",
}).program();
const environment: Environment = { program, layer: 1, direction: "forward" };

const valueOf = (expression: string, t = 5): Value => compile(expression, environment).at(t);
const row = (name: string, t: number): Float64Array => {
  const { data, shape } = tensorOf(program.trace, name);
  const width = shape[2];
  return Float64Array.from(data.subarray(t * width, (t + 1) * width));
};

/** The steps at which a condition holds. */
function steps(expression: string): readonly number[] {
  const holds = compileCondition(expression, environment);
  return Array.from(text, (_, t) => t).filter(holds);
}

function mistakeIn(
  expression: string,
  work: () => unknown = () => compileCondition(expression, environment),
): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return `${error.message} @ ${expression.slice(error.from, error.to)}`;
  }
  throw new Error(`${expression} was taken.`);
}

describe("what names and operators mean", () => {
  it("names without a layer are of the layer at hand, and others are chosen by number and direction", () => {
    expect(listOf(valueOf("h"))).toEqual(row("layers.1.forward.h", 5));
    expect(listOf(valueOf("layers[0].h"))).toEqual(row("layers.0.forward.h", 5));
    expect(listOf(valueOf("layers[0].reverse.f"))).toEqual(row("layers.0.reverse.f", 5));
    expect(listOf(valueOf("dh"))).toEqual(row("grad.layers.1.forward.h", 5));
    expect(valueOf("layers[0].c[2]")).toBe(row("layers.0.forward.c", 5)[2]);
    expect(listOf(valueOf("layers[0].h[1:3]"))).toEqual(row("layers.0.forward.h", 5).slice(1));
  });

  it("a higher layer reads what both directions below it hand on", () => {
    const below = [...row("layers.0.forward.h", 5), ...row("layers.0.reverse.h", 5)];
    expect([...listOf(valueOf("x"))]).toEqual(below);
    // W_ih x + b + W_hh h₋ + b, squashed, is the gate itself.
    const sum =
      "matmul(weight_ih[0:2], x) + bias_ih[0:2] + matmul(weight_hh[0:2], before(h)) + bias_hh[0:2]";
    expect(valueOf(`max(abs(sigmoid(${sum}) - i))`)).toBeLessThan(1e-6);
    expect(valueOf("max(abs(f * before(c) + i * g - c))")).toBeLessThan(1e-6);
    expect(valueOf("max(abs(o * tanh(c) - h))")).toBeLessThan(1e-6);
    expect(valueOf("max(abs(dh - dh_above - dh_future))")).toBeLessThan(1e-12);
  });

  it("a layer above a residual one reads h of that layer and what that layer read", () => {
    const three = smallDebuggee({
      layers: [lstm, { ...lstm, residual: true }, lstm],
      data: "text",
    }).program();
    const top = { program: three, layer: 2, direction: "forward" } as const;
    const sum = compile("max(abs(x - layers[0].h - layers[1].h))", top).at(5);
    expect(sum).toBeLessThan(1e-12);
    const gate =
      "matmul(weight_ih[0:3], x) + bias_ih[0:3] + matmul(weight_hh[0:3], before(h)) + bias_hh[0:3]";
    expect(compile(`max(abs(sigmoid(${gate}) - i))`, top).at(5)).toBeLessThan(1e-6);
  });

  it("a level that is met exactly counts as its upper side", () => {
    // t goes 0, 1, 2, …: it comes to 3 at step 3, and T − t falls below 15 right after step 2.
    expect(steps("crosses(t, 3)")).toEqual([3]);
    expect(steps("crosses(T - t, 15)")).toEqual([3]);
    expect(steps("changes_sign(t - 3)")).toEqual([]);
    expect(steps("changes_sign(t - 3.5)")).toEqual([4]);
  });

  it("before the first step there is the initial state, in either direction, and before a gate nothing", () => {
    const last = text.length - 1;
    expect(listOf(valueOf("before(h)", 0))).toEqual(new Float64Array(2));
    expect(listOf(valueOf("before(layers[0].reverse.h)", last))).toEqual(new Float64Array(3));
    expect(listOf(valueOf("before(layers[0].reverse.h)", 3))).toEqual(row("layers.0.reverse.h", 4));
    expect(valueOf("before(h[1])", 0)).toBe(0);
    expect(() => valueOf("before(f)", 0)).toThrow(/no step|none at step/i);
    expect(compileCondition("before(f[0]) > 0", environment)(0)).toBe(false);
  });

  it("computes as arithmetic does", () => {
    const cases: readonly (readonly [string, Value])[] = [
      ["1 + 2 * 3", 7],
      ["-2 ^ 2", -4],
      ["2 ^ 3 ^ 2", 512],
      ["2 ^ -1", 0.5],
      ["(1 + 2) * 3", 9],
      ["-7 % 3", 2],
      ["1e-4 < .001", true],
      ["!(1 < 2) || 3 == 3.0", true],
      ["t", 5],
      ["T", text.length],
      ["count(h > -2)", 2],
      ["any(h > 2)", false],
      ["all(h < 2)", true],
      ["sum(h - h)", 0],
      ["token == 'a'", true],
      ['label(target) != "a"', true],
      ["abs(-3)", 3],
      ["argmax(p) == argmax(output)", true],
    ];
    for (const [expression, value] of cases) {
      expect(valueOf(expression), expression).toBe(value);
    }
  });

  it("reduces vectors over their units, and numbers of a step over all steps that have one", () => {
    const losses = Array.from({ length: text.length - 1 }, (_, t) => Number(valueOf("loss", t)));
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    expect(valueOf("mean(loss)")).toBeCloseTo(mean, 12);
    expect(valueOf("max(loss)")).toBe(Math.max(...losses));
    const norms = Array.from({ length: text.length }, (_, t) =>
      Math.hypot(...row("layers.1.forward.h", t)),
    );
    expect(valueOf("max(norm(h))")).toBeCloseTo(Math.max(...norms), 12);
    expect(valueOf("mean(mean(norm(h)))")).toBeCloseTo(Number(valueOf("mean(norm(h))")), 12);
  });

  it("tells where a unit crosses a level or changes its sign", () => {
    const values = Array.from({ length: text.length }, (_, t) => row("layers.1.forward.h", t)[0]);
    const changes = compileCondition("changes_sign(h[0])", environment);
    const crosses = compileCondition("crosses(h[0], 0.01)", environment);
    values.forEach((value, t) => {
      const before = t === 0 ? 0 : values[t - 1];
      expect(changes(t), `sign at step ${t}`).toBe(before * value < 0);
      expect(crosses(t), `level at step ${t}`).toBe(before < 0.01 !== value < 0.01);
    });
  });

  it("is false, as a condition, where something has no value", () => {
    const last = text.length - 1;
    expect(compileCondition("loss > 0", environment)(last)).toBe(false);
    expect(compileCondition("t == 16 || loss > 0", environment)(last)).toBe(true);
  });

  it("shows every function and name, each with its documentation", () => {
    for (const { signature, text: words, name } of functions) {
      expect(signature.startsWith(`${name}(`)).toBe(true);
      expect(words.length, name).toBeGreaterThan(5);
    }
    for (const { name, text: words } of namesIn(environment)) {
      expect(words.length, name).toBeGreaterThan(2);
      expect(() => compile(name, environment), name).not.toThrow();
    }
  });

  it("writes log points", () => {
    const write = compileTemplate("t={t}, \\{token\\} {token}: {loss}", environment);
    expect(write(5)).toMatch(/^t=5, \{token\} a: \d\.\d+$/);
    expect(write(text.length - 1)).toMatch(/: –$/);
    expect(mistakeIn("loss={los}", () => compileTemplate("loss={los}", environment))).toMatch(
      /Did you mean "loss".* @ los$/,
    );
  });

  it("completes names, functions, and parts of other layers", () => {
    const labels = (typed: string) =>
      completionsAt(typed, environment).items.map(({ label }) => label);
    expect(labels("nor")).toEqual(["norm", "normalize"]);
    expect(labels("norm(d")).toContain("dh_above");
    expect(labels("layers[0].")).toContain("reverse");
    expect(labels("layers[0].reverse.")).not.toContain("reverse");
    expect(labels("layers[9].")).toEqual([]);
    expect(labels('token == "l')).toEqual([]);
    expect(completionsAt("1 + los", environment).from).toBe(4);
  });
});

describe("mistakes are told where they are", () => {
  it.each([
    ["nrom(h) > 1", 'There is no function "nrom". Did you mean "norm"? @ nrom'],
    ["loos > 1", 'There is no "loos" here. Did you mean "loss"? @ loos'],
    [
      "h > 1",
      "A condition is true or false, but this is 2 truths. Write any(…) or all(…) around it. @ h > 1",
    ],
    [
      "loss",
      "A condition is true or false, but this is a number. Compare it with something: norm(h) > 1. @ loss",
    ],
    ["h[2] > 1", "Indices go from 0 to 1, not 2. @ 2"],
    ["h[0.5] > 1", "Indices go from 0 to 1, not 0.5. @ 0.5"],
    ["loss[0] > 1", "Only what consists of several numbers has an index; this is a number. @ 0"],
    ["h + layers[0].h > 1", "The shapes (2) and (3) do not go together. @ h + layers[0].h"],
    ["1 < 2 < 3", "Comparisons do not chain. Write a < b && b < c, or use parentheses. @ <"],
    ["h[0] = 1", 'The expression was over before "=". To compare, write "==". @ ='],
    ["norm(h", '")" is missing before the end. @ '],
    ["norm() > 1", "norm(x) takes 1 value, not 0. @ norm()"],
    ["norm > 1", "norm is a function: norm(…). @ norm"],
    ["layers[2].h > 1", "Layers go from layers[0] to layers[1]. @ layers[2]"],
    ["layers[1].reverse.h > 1", "Layer 1 reads in one direction only. @ reverse"],
    [
      "saturated(c) > 1",
      "saturated takes a gate, or the h of a tanh cell: nothing squashes this. @ c",
    ],
    [
      "token > 1",
      "a text cannot be compared with a number. label(…) turns the number of a class into text. @ token > 1",
    ],
    [
      "true && loss",
      "Here is true or false wanted, but this is a number. Compare it with something: norm(h) > 1. @ loss",
    ],
    ["t & 1", '"&" means nothing here. Write && for and. @ &'],
    ["token == 'a", "This text has no closing quotation mark. @ 'a"],
    ["", "Something is missing at the end: a name, a number, or a parenthesis. @ "],
  ])("%s", (expression, mistake) => {
    expect(mistakeIn(expression)).toBe(mistake);
  });

  it("refuses what is too long or too deep, instead of running out of stack", () => {
    expect(mistakeIn("(".repeat(900))).toMatch(/nested deeper/);
    expect(mistakeIn("-".repeat(900))).toMatch(/nested deeper/);
    expect(mistakeIn(`t${"[0]".repeat(900)}`)).toMatch(/parts/);
    expect(mistakeIn(`1${"+1".repeat(1900)}`)).toMatch(/parts/);
    expect(mistakeIn("h".repeat(5000))).toMatch(/at most 4000/);
    expect(Number(valueOf(`1${"+1".repeat(400)}`))).toBe(401);
  });
});

describe("whatever is typed", () => {
  const names = functions.map(({ name }) => name);
  const parts =
    'h c f dh loss p t target token layers reverse weight_hh ( ) [ ] , . : + - * / % ^ < == && || ! = 0 1 2.5 1e9 "a" \' { } é 🙂';
  const words = fc.constantFrom(...names, ...parts.split(" "), " ");
  const near = fc.array(words, { maxLength: 30 }).map((parts) => parts.join(""));

  it.each([
    ["text of any kind", fc.string({ unit: "binary", maxLength: 60 })],
    ["words of the language in any order", near],
  ])("%s is either an expression or a mistake with a place in it", (_, typed) => {
    fc.assert(
      fc.property(typed, fc.nat(text.length - 1), (expression, t) => {
        for (const work of [
          () => compile(expression, environment).at(t),
          () => compileCondition(expression, environment)(t),
          () => compileTemplate(expression, environment)(t),
          () => parseAssignment(expression),
          () => completionsAt(expression, environment),
        ]) {
          try {
            work();
          } catch (error) {
            if (!(error instanceof ExpressionError)) throw error;
            expect(error.from).toBeGreaterThanOrEqual(0);
            expect(error.from).toBeLessThanOrEqual(error.to);
            expect(error.to).toBeLessThanOrEqual(expression.length);
          }
        }
      }),
      { numRuns: 1500 },
    );
  });
});
