/** Answers of the gradient instruments that look like a trained network's. The same numbers every time. */
import type {
  JacobianSpectra,
  Saliency,
  SaliencyMethod,
  SpectrumSeries,
} from "../../../src/protocol/instruments.ts";
import { noise, type SyntheticNetwork } from "./syntheticTrace.ts";

export function syntheticSpectra(
  { steps, cell, gradientFactor }: SyntheticNetwork,
  columns: number,
): JacobianSpectra {
  const count = Math.min(steps, columns);
  const stepNumbers = Uint32Array.from({ length: count }, (_, index) =>
    Math.round((index * (steps - 1)) / Math.max(1, count - 1)),
  );
  const around = (level: number, salt: number): ArrayBuffer =>
    Float32Array.from(
      stepNumbers,
      (t) => level * gradientFactor * 10 ** (0.35 * (noise(t, salt) - 0.5)),
    ).buffer;
  const series = (largest: number, median: number): SpectrumSeries => ({
    largest: around(largest, 1),
    median: around(median, 2),
    smallest: around(0.01, 3),
  });
  return {
    stepNumbers: stepNumbers.buffer,
    h: series(0.7, 0.2),
    ...(cell === "lstm" && { joint: series(1.25, 0.6) }),
  };
}

export function syntheticSaliency(
  { steps, tokens, inputSize }: SyntheticNetwork,
  t: number,
  method: SaliencyMethod,
  wanted?: number | "right",
): Saliency {
  const classes = ["e", " ", "t", "a", "o"];
  const index = wanted === "right" ? 2 : (wanted ?? 0);
  const valueOf = (step: number, feature: number): number => {
    if (step > t) return 0;
    const size = 1.4 * 0.82 ** (t - step) * (0.2 + noise(step, feature, 9));
    const sign = noise(step, feature, 10) < 0.35 ? -1 : 1;
    return method === "gradient" ? size : sign * size;
  };
  const names = ["temperature", "rain", "wind", "sun"].slice(0, inputSize);
  const own = Float32Array.from({ length: names.length * steps }, (_, k) =>
    valueOf(k % steps, Math.floor(k / steps)),
  );
  const total = Float32Array.from({ length: steps }, (_, step) =>
    tokens
      ? valueOf(step, 0)
      : names.reduce((sum, _, feature) => sum + own[feature * steps + step], 0),
  );
  const sum = total.reduce((all, value) => all + value, 0);
  return {
    t,
    output: tokens ? classes[index] : names[index],
    index,
    score: sum - 0.31 - index,
    ...(method === "integrated" && { baselineScore: -0.31 }),
    values: total.buffer,
    ...(!tokens && { features: { names, values: own.buffer } }),
    choices: tokens
      ? classes.map((name, output) => ({
          output,
          name,
          probability: [0.412, 0.3, 0.2, 0.08, 0.008][output],
          ...(output === 2 && { isRight: true as const }),
        }))
      : names.map((name, output) => ({ output, name })),
  };
}
