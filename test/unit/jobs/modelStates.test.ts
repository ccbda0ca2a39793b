import { describe, expect, it } from "vitest";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import type { FileTensor } from "../../../src/formats/fileTensor.ts";
import { statesOfArrays } from "../../../src/jobs/modelStates.ts";
import { traceNetwork } from "../../../src/jobs/tracedNetwork.ts";
import type { ModelNetwork } from "../../../src/models/modelContents.ts";
import { layerTensor } from "../../../src/trace/names.ts";
import { tensorOf } from "../../../src/trace/trace.ts";
import { batchOf, modelOf, readFixture, realsOf, statesIn } from "../../golden/fixture.ts";
import { networkOf } from "../../golden/written/networks.ts";

const array = (shape: readonly number[], values: readonly number[]): FileTensor => ({
  type: "float64",
  shape,
  bytes: new Uint8Array(Float64Array.from(values).buffer),
});

const zeros = (...shape: readonly number[]): FileTensor =>
  array(shape, Array<number>(shape.reduce((product, size) => product * size, 1)).fill(0));

describe("states to begin with", () => {
  for (const name of [
    "residual-bidirectional-lstm-last-step",
    "lstm-1-mean-squared-error-last-step-dense",
    "gru-after-1-mean-squared-error-last-step-dense",
  ]) {
    it(`as PyTorch takes them, give PyTorch's states and outputs: ${name}`, () => {
      const fixture = readFixture(name);
      const model = modelOf(fixture, "float64");
      const batch = batchOf(fixture, model);
      const network = networkOf(model);
      const given = statesIn(fixture, model);
      const arrays = new Map(
        ["h", "c"].flatMap((part) => {
          const parts = network.layers.flatMap(({ directions }, layer) =>
            directions.flatMap((direction) => given.get(layerTensor(layer, direction, part)) ?? []),
          );
          if (parts.length === 0) return [];
          const shape = [parts.length, batch.size, parts[0].length / batch.size];
          return [
            [
              `${part}0`,
              array(
                shape,
                parts.flatMap((part) => [...part]),
              ),
            ] as const,
          ];
        }),
      );
      const states = statesOfArrays(network, arrays, batch.size);
      const { trace } = traceNetwork(
        network,
        { batch, at: network.output.at, embedded: false },
        "mean-squared-error",
        referenceKernels("float64"),
        states,
      );
      for (const tensor of ["output", ...[...given.keys()].map((key) => key)]) {
        const wanted = realsOf(fixture, tensor);
        const { data } = tensorOf(trace, tensor);
        expect(data).toHaveLength(wanted.length);
        data.forEach((value, at) => expect(value).toBeCloseTo(wanted[at], 9));
      }
    });
  }

  const lstm: ModelNetwork = networkOf(modelOf(readFixture("residual-lstm-each-step"), "float64"));
  const { hidden } = lstm.layers[0];

  it("have names of their own where layers differ in size", () => {
    const model = modelOf(readFixture("gru-after-2-mean-squared-error-each-step-dense"), "float64");
    const network = networkOf(model);
    const [low, high] = network.layers.map((layer) => layer.hidden);
    expect(() => statesOfArrays(network, new Map([["h0", zeros(2, low)]]), 2)).toThrow(
      "Its layers have different sizes",
    );
    const arrays = new Map([
      [
        "layers.0.forward.h",
        array(
          [low],
          Array.from({ length: low }, (_, at) => at),
        ),
      ],
      ["layers.1.forward.h0", zeros(2, high)],
    ]);
    const states = statesOfArrays(network, arrays, 2);
    expect([...(states.get("layers.0.forward.h") ?? [])].slice(low, low + 2)).toEqual([0, 1]);
    expect(states.get("layers.1.forward.h")).toHaveLength(2 * high);
    arrays.delete("layers.1.forward.h0");
    expect(() => statesOfArrays(network, arrays, 2)).toThrow("no layers.1.forward.h.");
  });

  it("may be the same for all sequences", () => {
    const h0 = array(
      [2, hidden],
      Array.from({ length: 2 * hidden }, (_, at) => at),
    );
    const states = statesOfArrays(
      lstm,
      new Map([
        ["h0", h0],
        ["c0", zeros(2, hidden)],
      ]),
      3,
    );
    const second = Array.from({ length: hidden }, (_, at) => hidden + at);
    expect([...(states.get("layers.1.forward.h") ?? [])]).toEqual([
      ...second,
      ...second,
      ...second,
    ]);
  });

  it("are refused with the shape that they should have", () => {
    const arrays = new Map([
      ["h0", zeros(2, 5, hidden)],
      ["c0", zeros(2, 5, hidden)],
    ]);
    expect(() => statesOfArrays(lstm, arrays, 3)).toThrow(
      `h0 has the shape (2,5,${hidden}), and this network begins with (2,3,${hidden})`,
    );
  });

  it("are refused when c is missing, or h", () => {
    const h0 = new Map([["", zeros(2, 3, hidden)]]);
    expect(() => statesOfArrays(lstm, h0, 3)).toThrow("the file has no c0");
    expect(() => statesOfArrays(lstm, new Map([["x", zeros(1)]]), 3)).toThrow(
      "The file has no h0; it has x.",
    );
  });
});
