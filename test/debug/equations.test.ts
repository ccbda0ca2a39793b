import { describe, expect, it } from "vitest";
import { compile } from "../../src/debug/expression/compile.ts";
import { isNumbers, listOf, normOf } from "../../src/debug/expression/value.ts";
import { subStepsOf, type SubStep } from "../../src/debug/stepping/subSteps.ts";
import { computedAt } from "../../src/debug/stepping/stack.ts";
import type { LayerConfig } from "../../src/config/schema.ts";
import { smallDebuggee } from "./smallDebuggee.ts";

const variants: readonly (readonly [name: string, layer: LayerConfig])[] = [
  ["RNN, tanh", { cell: "rnn", hidden: 3, nonlinearity: "tanh" }],
  ["RNN, relu, normalized", { cell: "rnn", hidden: 3, nonlinearity: "relu", layerNorm: true }],
  ["LSTM", { cell: "lstm", hidden: 3 }],
  ["LSTM with peepholes", { cell: "lstm", hidden: 3, peepholes: true }],
  ["LSTM with projection", { cell: "lstm", hidden: 4, projection: 2 }],
  [
    "LSTM, normalized, with peepholes",
    { cell: "lstm", hidden: 3, layerNorm: true, peepholes: true },
  ],
  ["GRU, reset after", { cell: "gru", hidden: 3, reset: "after" }],
  ["GRU, reset before", { cell: "gru", hidden: 3, reset: "before" }],
  ["GRU, normalized, reset after", { cell: "gru", hidden: 3, reset: "after", layerNorm: true }],
  ["GRU, normalized, reset before", { cell: "gru", hidden: 3, reset: "before", layerNorm: true }],
];

/** How the terms of a sub-step make its result, by its expression; what is not here is a plain sum. */
function formulaOf({ expression, equation, terms }: SubStep): string {
  const [a, b, c, d, e] = terms.map((term) => `(${term.expression})`);
  const sum = terms.map((term) => `(${term.expression})`).join(" + ");
  if (expression === "n" && e) return `tanh(${a} + ${b} + ${e} * (${c} + ${d}))`;
  if (/= (σ|tanh|relu)\(/.test(equation)) {
    if (equation.includes("σ(")) return `sigmoid(${sum})`;
    return equation.includes("tanh(") ? `tanh(${sum})` : `(${sum} + abs(${sum})) / 2`;
  }
  if (equation.startsWith("h = W_hr")) return `matmul(weight_hr, ${a} * ${b})`;
  if (/^(h = o|do|dg|df|di|dz|dn)/.test(equation)) return `${a} * ${b}`;
  if (expression === "dh") return `${a} + ${b}`;
  return sum;
}

describe.each(variants)("the equations of %s", (_, layer) => {
  const program = smallDebuggee({
    layers: [layer, { ...layer, bidirectional: true }],
    data: "text",
  }).program();

  it.each(["forward", "backward"] as const)(
    "the terms that are shown make what the engine computed, %s",
    (phase) => {
      let checked = 0;
      for (const t of [1, 7, 15]) {
        for (const subStep of subStepsOf(program.trace, phase, t)) {
          const { cell, expression, terms, equation } = subStep;
          // Where a variant brings more back than is shown, or what is multiplied is kept by the cell alone.
          const isPartial =
            /(normalization|peepholes of|what r multiplies|dL\/d\(r)/.test(equation) ||
            equation.includes("W_hrᵀ");
          if (!cell || isPartial) continue;
          const environment = { program, ...cell };
          const formula = formulaOf({
            ...subStep,
            terms: terms.filter(({ name }) => !name.startsWith("growth")),
          });
          const made = compile(formula, environment).at(t);
          const computed = compile(expression, environment).at(t);
          if (!isNumbers(made) || !isNumbers(computed)) throw new Error("not numbers");
          listOf(made).forEach((value, unit) => {
            expect(
              Math.abs(value - listOf(computed)[unit]),
              `${equation}, unit ${unit}, step ${t}, layer ${cell.layer} ${cell.direction}: ${formula}`,
            ).toBeLessThan(2e-6);
          });
          checked++;
        }
      }
      expect(checked).toBeGreaterThan(phase === "forward" ? 8 : 2);
    },
  );
});

describe("a decoder", () => {
  it("reads what its encoder left, begins where that ended, and looks at its states", () => {
    const program = smallDebuggee({
      layers: [{ cell: "lstm", hidden: 3, bidirectional: true }],
      decoder: {
        layers: [
          { cell: "lstm", hidden: 4 },
          { cell: "gru", hidden: 3, reset: "after" },
        ],
        start: "map",
        attention: { score: "additive", size: 5 },
      },
      data: "reversal",
    }).program();
    const encoder = { program, layer: 0, direction: "reverse" } as const;
    const decoder = { program, layer: 1, direction: "forward" } as const;
    const top = { program, layer: 2, direction: "forward" } as const;
    // The source has steps 0..2, the target 3..6. The last step of the source is the first that is read backwards.
    expect(listOf(compile("before(h)", encoder).at(2))).toEqual(new Float64Array(3));
    expect(normOf(compile("before(h)", decoder).at(3))).toBeGreaterThan(0);
    expect(() => compile("h", decoder).at(2)).toThrow("There is none at step 2.");
    expect(() => compile("layers[0].h", decoder).at(3)).toThrow("There is none at step 3.");
    expect(() => compile("p", decoder).at(2)).toThrow();
    const sum =
      "bias_ih[0:4] + bias_hh[0:4] + matmul(weight_ih[0:4], x) + matmul(weight_hh[0:4], before(h))";
    for (const t of [3, 4, 6]) {
      expect(compile(`max(abs(sigmoid(${sum}) - i))`, decoder).at(t)).toBeLessThan(1e-6);
      expect(listOf(compile("x", top).at(t))).toEqual(listOf(compile("h", decoder).at(t)));
      expect(compile("sum(attention)", decoder).at(t)).toBeCloseTo(1, 5);
      const titles = subStepsOf(program.trace, "forward", t).map(({ title }) => title);
      expect(titles.slice(0, 3)).toEqual(["context", "input of the decoder", "input gate"]);
      expect(titles.slice(-2)).toEqual(["output", "loss"]);
    }
  });
});

describe("what has been computed inside a step", () => {
  it("grows by one part with each sub-step, and only of this step", () => {
    const { trace } = smallDebuggee({
      layers: [{ cell: "lstm", hidden: 3 }],
      data: "text",
    }).program();
    const parts = ["i", "f", "g", "c", "o", "h"].map((part) => `layers.0.forward.${part}`);
    const counts = Array.from({ length: 8 }, (_, inside) => {
      const isComputed = computedAt(trace, { phase: "forward", t: 3, inside });
      return parts.filter(isComputed).length;
    });
    expect(counts).toEqual([6, 0, 1, 2, 3, 4, 5, 6]);
  });
});
