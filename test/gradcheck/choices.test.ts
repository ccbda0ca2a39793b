/** That what is added to the config's schema is found, or missed by name. */
import { describe, expect, it } from "vitest";
import type { SchemaNode } from "../../src/config/schemaTree.ts";
import { choicesIn, titleOf } from "./choices.ts";

const cell = (name: string, properties: Record<string, SchemaNode>): SchemaNode => ({
  type: "object",
  properties: { cell: { const: name }, hidden: { type: "integer" }, ...properties },
  required: ["cell", "hidden"],
});
const score = (name: string): SchemaNode => ({ properties: { score: { const: name } } });
const samples = { hidden: [4] };
const titles = (node: SchemaNode, given: Parameters<typeof choicesIn>[1] = samples) =>
  choicesIn(node, given, "model.layers").map(titleOf);

describe("the choices of a schema", () => {
  it("are every branch, listed value and switch, in every combination", () => {
    const node: SchemaNode = {
      oneOf: [
        cell("lstm", { peepholes: { type: "boolean" } }),
        cell("gru", { reset: { enum: ["after", "before"], default: "after" } }),
      ],
    };
    expect(titles(node)).toEqual([
      "lstm, hidden 4",
      "lstm, hidden 4, peepholes",
      "gru, hidden 4, reset after",
      "gru, hidden 4, reset before",
    ]);
  });

  it("leave out what may be absent, and go into objects", () => {
    const attention: SchemaNode = { oneOf: [score("dot"), score("general")] };
    expect(titles({ properties: { attention } })).toEqual([
      "",
      "attention dot",
      "attention general",
    ]);
  });

  it("fail by name for a number that nobody gave values", () => {
    const node = cell("rnn", { leak: { type: "number" } });
    expect(() => titles(node)).toThrow('"model.layers.leak"');
    expect(titles(node, { ...samples, leak: [undefined, 0.1] })).toHaveLength(2);
  });
});
