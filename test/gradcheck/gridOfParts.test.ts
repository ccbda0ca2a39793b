/** Gradients of whatever else a network may have beside its cells: shapes, conditions, connections, attention, decoders. */
import { describe, expect, it } from "vitest";
import { branchIn, choicesIn, nodeIn, titleOf, type JsonObject } from "./choices.ts";
import {
  cells,
  cellTitle,
  columns,
  combine,
  layerNode,
  layerSamples,
  problemsOf,
  root,
  sources,
  truncations,
  ways,
  type Combination,
} from "./grid.ts";

const dataNode = nodeIn(root, "data");
const shapes = choicesIn(
  branchIn(dataNode, { kind: "table" }),
  {
    ...Object.fromEntries(Object.entries(columns).map(([key, value]) => [key, [value]])),
    time: [undefined],
    horizon: [2],
    standardize: [undefined],
    // Worked out before anything is learnt: other numbers, the same derivatives.
    derived: [undefined],
  },
  "data",
).filter(({ shape, condition }) => shape === "one-to-many" || condition === "first-step");

describe("gradients of every cell in every shape, conditioned in every way", () => {
  for (const cell of cells) {
    it(cellTitle(cell), async () => {
      const combinations = shapes.flatMap((data) =>
        Object.entries(ways).flatMap(([way, both]) =>
          combine(`${String(data.shape)}, ${String(data.condition)}, ${way}`, data, {
            layers: [{ ...cell, ...both }],
          }),
        ),
      );
      expect(combinations).toHaveLength(2 * shapes.length);
      expect(await problemsOf(combinations, cell, isUnread)).toEqual([]);
    });
  }
});

/** Where nothing is read at any step, there is nothing to learn of it. */
function isUnread({ config: { data } }: Combination, name: string): boolean {
  const begins =
    data.kind === "table" && data.shape === "one-to-many" && data.condition === "initial-state";
  return begins && /^(weight_ih|layer_norm_ih)_l0/.test(name);
}

/** What lies between the layers: nothing, or everything that a layer may do to what it reads and hands on. */
const connections = choicesIn(
  branchIn(layerNode, cells[0]),
  {
    ...layerSamples,
    dropout: [undefined, 0.3],
    variational: [undefined, true],
    residual: [undefined, true],
    nonlinearity: [undefined],
    layerNorm: [undefined],
    hidden: [undefined],
  },
  "model.layers",
);

describe("gradients between layers of every cell", () => {
  for (const cell of cells) {
    it(cellTitle(cell), async () => {
      const combinations = connections.flatMap((connection) =>
        ["numbers at each step", "numbers at the end"].flatMap((name) =>
          Object.entries(ways).flatMap(([way, both]) => {
            const upper = { ...connection, ...both, ...cell };
            const layers = [{ ...upper, residual: undefined }, upper];
            return combine(
              `${titleOf({ ...connection, cell: "" })}, ${name}, ${way}`,
              sources[name].data,
              {
                layers,
              },
            );
          }),
        ),
      );
      expect(combinations).toHaveLength(connections.length * 4);
      expect(await problemsOf(combinations, cell)).toEqual([]);
    });
  }
});

describe("gradients of states that are computed again", () => {
  const drops = { "nothing dropped": {}, dropout: { dropout: 0.3 } };
  for (const cell of cells) {
    it(cellTitle(cell), async () => {
      const combinations = Object.entries(sources).flatMap(([name, { data, model, only }]) =>
        Object.entries(truncations).flatMap(([cut, training]) =>
          Object.entries(drops).flatMap(([title, drop]) =>
            combine(
              `${name}, ${cut}, ${title}`,
              data,
              { ...model, layers: [{ ...cell, ...drop }] },
              { ...training, recompute: true, ...(only && { loss: { kind: only } }) },
            ),
          ),
        ),
      );
      expect(combinations.length).toBeGreaterThan(60);
      expect(await problemsOf(combinations, cell)).toEqual([]);
    });
  }
});

describe("gradients of attention pooling", () => {
  const poolings = choicesIn(nodeIn(root, "model", "pooling"), { size: [5] }, "model.pooling");
  for (const cell of cells) {
    it(cellTitle(cell), async () => {
      const combinations = poolings.flatMap((pooling) =>
        Object.entries(ways).flatMap(([way, both]) =>
          ["labelled text", "numbers at the end"].flatMap((name) => {
            const { data, model } = sources[name];
            return combine(`${titleOf(pooling)}, ${name}, ${way}`, data, {
              ...model,
              pooling,
              layers: [{ ...cell, ...both }],
            });
          }),
        ),
      );
      expect(combinations).toHaveLength(4 * poolings.length);
      expect(await problemsOf(combinations, cell)).toEqual([]);
    });
  }
});

/** Whether the tokens are one-hot lies below all cells: every second cell reads them so. */
const decodersFor = (cell: JsonObject): readonly JsonObject[] =>
  choicesIn(
    nodeIn(root, "model", "decoder"),
    { embedding: [cells.indexOf(cell) % 2 ? 2 : undefined], size: [6], layers: [undefined] },
    "model.decoder",
  );

describe("gradients of every way from a source to a target", () => {
  const pairs = { kind: "pairs", path: "pairs.csv" };
  for (const cell of cells) {
    it(cellTitle(cell), async () => {
      const decoders = decodersFor(cell);
      const combinations = decoders.flatMap((decoder) =>
        Object.entries(ways).flatMap(([way, both]) => {
          const { attention } = decoder as { attention?: { score: string } };
          const isSame =
            attention?.score === "dot" || decoder.start === "copy" || decoder.start === undefined;
          const layer = { ...cell, ...both };
          return combine(`${titleOf(decoder)}, ${way}`, pairs, {
            embedding: 2,
            layers: [layer],
            decoder: { ...decoder, layers: [isSame ? asWideAs(layer) : { ...cell, hidden: 5 }] },
          });
        }),
      );
      // Refused is only to begin at zero and never look back.
      expect(combinations).toHaveLength(2 * (decoders.length - 1));
      expect(await problemsOf(combinations, cell)).toEqual([]);
    });
  }
});

/** A layer that reads one way, with states as wide as all of another's. */
function asWideAs({ bidirectional, ...layer }: JsonObject): JsonObject {
  const times = bidirectional ? 2 : 1;
  return Object.fromEntries(
    Object.entries(layer).map(([key, value]) =>
      key === "hidden" || key === "projection" ? [key, Number(value) * times] : [key, value],
    ),
  );
}
