/** Encoder-decoders and attention in a config: what goes together, and what is refused where. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/validate.ts";

const dates = { kind: "synthetic", task: "dates" };
const gru = (hidden: number, more: object = {}) => ({ cell: "gru", hidden, ...more });

function found(model: object, training: object = {}, data: object = dates): readonly string[] {
  const text = JSON.stringify({ data, model, training });
  return parseConfig(text).problems.map(
    ({ severity, path, message }) => `${severity} ${path.join(".")}: ${message}`,
  );
}

const decoding = (decoder: object, layers: readonly object[] = [gru(8)]) =>
  found({ layers, decoder: { layers: [gru(8)], ...decoder } });

describe("an encoder-decoder in a config", () => {
  it("takes every way from source to target", () => {
    expect(decoding({})).toEqual([]);
    expect(decoding({ start: "copy" })).toEqual([]);
    expect(decoding({ start: "copy" }, [gru(4, { bidirectional: true })])).toEqual([]);
    expect(decoding({ start: "map", context: true }, [gru(5)])).toEqual([]);
    expect(decoding({ attention: { score: "additive" } }, [gru(5)])).toEqual([]);
    expect(decoding({ attention: { score: "dot" }, start: "zero" })).toEqual([]);
    expect(decoding({ attention: { score: "general" } }, [gru(5)])).toEqual([]);
    const model = { layers: [gru(8)], decoder: { layers: [gru(8)] } };
    expect(found(model, { scheduledSampling: { decay: "inverse-sigmoid" } })).toEqual([]);
    expect(found(model, {}, { kind: "pairs", path: "p.csv" })).toEqual([]);
  });

  it("is asked for by data of pairs, and refused by any other", () => {
    const [missing] = found({ layers: [gru(8)] });
    expect(missing).toMatch(/^error model: .*"decoder"/);
    const model = { layers: [gru(8)], decoder: { layers: [gru(8)] } };
    const [wrong] = found(model, {}, { kind: "synthetic", task: "parity" });
    expect(wrong).toMatch(/^error model\.decoder: .*"pairs"/);
  });

  it("copies states only where they fit", () => {
    expect(decoding({ start: "copy" }, [gru(5)])[0]).toMatch(
      /^error model\.decoder\.start: .*h of 5 numbers.*h of 8 numbers/,
    );
    expect(decoding({ start: "copy" }, [gru(8), gru(8)])[0]).toContain("has 2 where");
    const lstm = { cell: "lstm", hidden: 8 };
    expect(decoding({ start: "copy" }, [lstm])[0]).toContain("h of 8 and c of 8");
  });

  it("needs the same size on both sides for a dot product", () => {
    const problems = decoding({ attention: { score: "dot" } }, [gru(4)]);
    expect(problems[0]).toMatch(/^error model\.decoder\.attention\.score: .*4 .*8.*"general"/);
  });

  it("has to be given something of the source", () => {
    expect(decoding({ start: "zero" })[0]).toMatch(/^error model\.decoder\.start: Nothing/);
    expect(decoding({ start: "zero", context: true })).toEqual([]);
  });

  it("reads neither backwards nor in windows", () => {
    const backwards = decoding({ layers: [gru(8, { bidirectional: true })] });
    expect(backwards.join()).toContain("model.decoder.layers.0.bidirectional");
    const model = { layers: [gru(8)], decoder: { layers: [gru(8)] } };
    expect(found(model, { bptt: 5 })[0]).toMatch(/^error training\.bptt/);
  });

  it("says what has no effect", () => {
    const context = decoding({ attention: { score: "additive" }, context: true });
    expect(context[0]).toMatch(/^warning model\.decoder\.context/);
    const plain = found(
      { layers: [gru(8)] },
      { scheduledSampling: {} },
      { kind: "synthetic", task: "parity" },
    );
    expect(plain[0]).toMatch(/^warning training\.scheduledSampling/);
    const residual = decoding({ layers: [gru(8), gru(6, { residual: true })] });
    expect(residual[0]).toContain("reads 8 numbers and hands on 6");
  });
});

describe("attention pooling in a config", () => {
  const model = { layers: [gru(8)], pooling: { kind: "attention" } };

  it("makes one answer of a whole sequence", () => {
    expect(found(model, {}, { kind: "labelled-text", path: "mail.csv" })).toEqual([]);
    expect(found(model, {}, { kind: "synthetic", task: "temporal-order" })).toEqual([]);
    const [each] = found(model, {}, { kind: "synthetic", task: "parity" });
    expect(each).toMatch(/^error model\.pooling: .*every step/);
  });

  it("needs the sequence whole", () => {
    const [cut] = found(model, { bptt: 5 }, { kind: "synthetic", task: "temporal-order" });
    expect(cut).toMatch(/^error model\.pooling: .*windows/);
  });
});
