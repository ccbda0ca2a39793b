/** What dropout drops, what it leaves, and when it does nothing. */
import { describe, expect, it } from "vitest";
import type { LayerConfig } from "../../../src/config/schema.ts";
import { forward, zeroGradients, backward } from "../../../src/engine/bptt.ts";
import { handedOn, type Pass } from "../../../src/engine/pass.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import type { Real } from "../../../src/trace/trace.ts";
import { bothWays, buildBatch, buildModel, buildPass } from "../../gradcheck/smallNetwork.ts";

const lstm = (more: Partial<LayerConfig> = {}) =>
  ({ cell: "lstm", hidden: 40, ...more }) as LayerConfig;

/** What layer 0 hands on, and what it would have without dropout; (T·B,H) each. */
function handedOnBy(layer: LayerConfig): {
  readonly pass: Pass;
  readonly found: Real;
  readonly whole: Real;
} {
  const model = buildModel({ layers: [layer, { cell: "lstm", hidden: 3 }] });
  const batch = buildBatch(model, { lengths: [30, 30, 30] });
  const read = (pass: Pass): Real => {
    forward(pass, batch);
    const { value, offset } = handedOn(pass, 0, batch.size);
    return value.slice(offset, offset + 90 * 40 * (layer.bidirectional ? 2 : 1));
  };
  const pass = buildPass(model, batch, undefined, createRandom(9));
  return { pass, found: read(pass), whole: read(buildPass(model, batch)) };
}

describe("dropout", () => {
  for (const [title, layer] of [
    ["one way", lstm({ dropout: 0.3 })],
    ["both ways", bothWays(lstm({ dropout: 0.3 }))],
  ] as const) {
    it(`drops its share and makes up for it with the rest, ${title}`, () => {
      const { found, whole } = handedOnBy(layer);
      const dropped = found.filter((value) => value === 0).length / found.length;
      expect(Math.abs(dropped - 0.3)).toBeLessThan(0.03);
      for (const [k, value] of found.entries()) {
        if (value !== 0) expect(value).toBeCloseTo(whole[k] / 0.7, 12);
      }
    });
  }

  it("drops others at each step, or, when variational, the same at every step of a sequence", () => {
    for (const variational of [false, true]) {
      const { found } = handedOnBy(lstm({ dropout: 0.5, variational }));
      const width = 3 * 40;
      const first = found.subarray(0, width);
      const isSame = [...Array(30).keys()].every((t) =>
        first.every((value, k) => (value === 0) === (found[t * width + k] === 0)),
      );
      expect(isSame).toBe(variational);
      // Each sequence has a mask of its own.
      const [one, other] = [first.subarray(0, 40), first.subarray(40, 80)];
      expect(one.every((value, k) => (value === 0) === (other[k] === 0))).toBe(false);
    }
  });

  it("draws anew at every pass, from the state that its generator is in", () => {
    const model = buildModel({ layers: [lstm({ dropout: 0.5 })] });
    const batch = buildBatch(model);
    const losses = (seed: number): readonly number[] => {
      const pass = buildPass(model, batch, undefined, createRandom(seed));
      return [forward(pass, batch).loss, forward(pass, batch).loss];
    };
    const [first, second] = losses(3);
    expect(first).not.toBe(second);
    expect(losses(3)).toEqual([first, second]);
    expect(losses(4)[0]).not.toBe(first);
  });

  it("does nothing where nothing trains", () => {
    const layers = [lstm({ dropout: 0.9, variational: true }), lstm()];
    const plain = [lstm(), lstm()];
    const [dropping, whole] = [buildModel({ layers }), buildModel({ layers: plain })];
    const batch = buildBatch(whole);
    const loss = forward(buildPass(dropping, batch), batch).loss;
    expect(loss).toBe(forward(buildPass(whole, batch), batch).loss);
  });

  it("lets no gradient reach what was dropped", () => {
    const { pass, found } = handedOnBy(lstm({ dropout: 0.5 }));
    zeroGradients(pass.model);
    backward(pass);
    const [{ gradient }] = [...pass.layers[0].values()][0].cell.states;
    // At the last step no later one adds to it; the loss of sequence 1 is taken there.
    const last = (29 * 3 + 1) * 40;
    const reaching = gradient.subarray(3 * 40 + last, 3 * 40 + last + 40);
    for (const [k, value] of reaching.entries()) {
      expect(value === 0, `unit ${k}`).toBe(found[last + k] === 0);
    }
  });
});
