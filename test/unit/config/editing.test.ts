import { describe, expect, it } from "vitest";
import { configJsonSchema } from "../../../src/config/jsonSchema.ts";
import { defaultConfigName, isConfigName } from "../../../src/config/names.ts";
import { editDistance, nearest } from "../../../src/config/nearest.ts";
import { applyOverrides } from "../../../src/config/overrides.ts";
import { rangeOfPath } from "../../../src/config/positions.ts";
import { UserError } from "../../../src/config/problem.ts";
import { templates } from "../../../src/config/templates.ts";
import { parseConfig } from "../../../src/config/validate.ts";

const config = `{
  // a comment that stays
  "data": { "kind": "text", "path": ["a.txt", "b.txt"] },
  "model": { "layers": [{ "cell": "lstm", "hidden": 8 }] }
}`;

const at = (...path: (string | number)[]): string => {
  const { offset, length } = rangeOfPath(config, path);
  return config.slice(offset, offset + length);
};

describe("rangeOfPath", () => {
  it("is a scalar's value, an object's key, a list item's brace", () => {
    expect(at("data", "kind")).toBe('"text"');
    expect(at("data", "path", 1)).toBe('"b.txt"');
    expect(at("data", "path")).toBe('"path"');
    expect(at("model")).toBe('"model"');
    expect(at("model", "layers", 0)).toBe("{");
    expect(at()).toBe("{");
  });

  it("is the nearest parent of what is not written", () => {
    expect(at("training", "bptt")).toBe("{");
    expect(at("model", "layers", 0, "reset")).toBe("{");
    expect(at("data", "window", 3)).toBe('"data"');
    expect(rangeOfPath("", ["data"])).toEqual({ offset: 0, length: 0 });
    expect(rangeOfPath("[".repeat(100_000), ["data"])).toEqual({ offset: 0, length: 0 });
  });
});

const applied = (...assignments: string[]) =>
  parseConfig(applyOverrides(config, assignments)).config;

describe("applyOverrides", () => {
  it("changes, adds and nests values, and leaves the rest of the text alone", () => {
    const result = applied("model.layers.0.hidden=64", "training.epochs=3", "training.clip={}");
    expect(result?.model.layers[0].hidden).toBe(64);
    expect(result?.training).toMatchObject({ epochs: 3, clip: {} });
    expect(applyOverrides(config, ["training.epochs=3"])).toContain("// a comment that stays");
  });

  it("takes JSON as JSON and everything else as text", () => {
    expect(applied("data.path=other.txt")?.data).toMatchObject({ path: "other.txt" });
    expect(applied('name="7"')?.name).toBe("7");
    expect(applied("training.bptt=full")?.training.bptt).toBe("full");
    expect(applied("name=a=b")?.name).toBe("a=b");
  });

  it("understands brackets and appends to a list", () => {
    const result = applied("model.layers[0].cell=gru", 'model.layers[1]={"cell":"rnn","hidden":2}');
    expect(result?.model.layers.map(({ cell }) => cell)).toEqual(["gru", "rnn"]);
  });

  it("leaves a text alone that is not JSON, so that its mistakes keep their places", () => {
    for (const broken of ["", '{ "data": ', "[".repeat(100_000)]) {
      expect(applyOverrides(broken, ["training.epochs=3"])).toBe(broken);
    }
  });

  it("leaves what makes no sense to the validation", () => {
    const { problems } = parseConfig(applyOverrides(config, ["training.epoch=3"]));
    expect(problems[0].message).toContain('Did you mean "epochs"?');
  });

  it.each([
    ["epochs"],
    ["=3"],
    ["a..b=1"],
    ["data.kind.x=1"],
    ["model.layers.7.hidden=1"],
    ["model.layers.x=1"],
  ])("refuses %s with a UserError", (assignment) => {
    expect(() => applyOverrides(config, [assignment])).toThrow(UserError);
  });
});

describe("names", () => {
  it.each([
    ["/home/me/weather/unroll.json", "weather"],
    ["/home/me/adding-problem/lstm.unroll.json", "adding-problem lstm"],
    ["C:\\work\\weather\\unroll.json", "weather"],
    ["/home/me/weather", "weather"],
    ["unroll.json", "experiment"],
    ["", "experiment"],
  ])("of %s is %s", (path, name) => {
    expect(defaultConfigName(path)).toBe(name);
  });

  it("tells configs from other files", () => {
    expect(["unroll.json", "a/lstm.unroll.json", "Unroll.json"].every(isConfigName)).toBe(true);
    expect(
      ["unroll.jsonc", "myunroll.json", "package.json", "unroll.json/x"].some(isConfigName),
    ).toBe(false);
  });
});

describe("nearest", () => {
  it("counts insertions, deletions, substitutions and swaps", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("learingRate", "learningRate")).toBe(1);
    expect(editDistance("ba", "ab")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
  });

  it("finds what was meant and nothing when nothing is near", () => {
    expect(nearest("hiden", ["cell", "hidden"])).toBe("hidden");
    expect(nearest("val", ["path", "validation"])).toBe("validation");
    expect(nearest("TEMP_MAX", ["temp_min", "temp_max"])).toBe("temp_max");
    expect(nearest("banana", ["cell", "hidden"])).toBeUndefined();
  });
});

/** A snippet with its placeholders at their defaults. */
const fill = (body: unknown): string =>
  JSON.stringify(body).replaceAll(/"\^\$\{\d+:([^}]+)\}"/g, "$1");

interface Node {
  description?: string;
  markdownDescription?: string;
  properties?: Record<string, Node>;
  anyOf?: Node[];
  oneOf?: Node[];
  items?: Node;
  required?: unknown;
  additionalProperties?: unknown;
  const?: string;
  default?: unknown;
  enum?: string[];
  defaultSnippets?: readonly { label: string; body: unknown }[];
}

describe("the JSON Schema for the editor", () => {
  const schema: Node = configJsonSchema();
  const visit = (node: Node, path: string, action: (node: Node, path: string) => void): void => {
    action(node, path);
    for (const [key, child] of Object.entries(node.properties ?? {}))
      visit(child, `${path}.${key}`, action);
    (node.anyOf ?? []).forEach((child, index) => visit(child, `${path}<${index}>`, action));
    if (node.items) visit(node.items, `${path}[]`, action);
  };

  it("is draft-07 and can be written as JSON", () => {
    expect(JSON.parse(JSON.stringify(schema))).toMatchObject({
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
    });
  });

  it("explains every key on hover", () => {
    visit(schema, "", (node, path) => {
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        expect(child.markdownDescription, `hover of ${path}.${key}`).toBeTruthy();
      }
    });
  });

  it("forbids nothing that the validation explains better", () => {
    visit(schema, "", (node, path) => {
      expect(node.required, path).toBeUndefined();
      expect(node.additionalProperties, path).toBeUndefined();
      expect(node.oneOf, path).toBeUndefined();
    });
  });

  it("keeps choices and defaults for completion, and says them on hover", () => {
    const level = schema.properties?.data.anyOf?.[0].properties?.level;
    expect(level).toMatchObject({ enum: ["character", "word"], default: "character" });
    const bptt = schema.properties?.training.properties?.bptt;
    expect(bptt?.markdownDescription).toContain('Default: `"full"`');
  });

  it("offers snippets that are valid configs themselves", () => {
    const snippets = schema.defaultSnippets ?? [];
    expect(snippets.map(({ label }) => label)).toEqual(templates.map(({ title }) => title));
    for (const { label, body } of snippets) {
      expect(parseConfig(JSON.stringify(body)).problems, label).toEqual([]);
    }
  });

  it("offers snippets for layers and optimizers that are valid once their placeholders are filled", () => {
    const { model, training } = schema.properties ?? {};
    const layers = model.properties?.layers.items?.defaultSnippets ?? [];
    expect(layers).toHaveLength(3);
    for (const { label, body } of layers) {
      const text = `{"data":{"kind":"text","path":"a"},"model":{"layers":[${fill(body)}]}}`;
      expect(parseConfig(text).problems, label).toEqual([]);
    }
    for (const key of ["optimizer", "clip", "earlyStopping", "validation"]) {
      for (const { label, body } of training.properties?.[key].defaultSnippets ?? []) {
        const text = `{"data":{"kind":"text","path":"a"},"model":{"layers":[{"cell":"rnn","hidden":1}]},"training":{"${key}":${fill(body)}}}`;
        expect(parseConfig(text).problems, label).toEqual([]);
      }
    }
  });
});
