/** Which inputs a prediction depends on: as it arrives, on its colours, and in words. Pure. */
import type { Saliency, SaliencyChoice, SaliencyMethod } from "../../src/protocol/instruments.ts";
import { colorScale, gradientScale, type ColorScale } from "../lib/colorMaps.ts";
import { formatNumber, visibleToken } from "../lib/numbers.ts";

export interface Explanation {
  readonly method: SaliencyMethod;
  /** Step of the output that is explained. */
  readonly t: number;
  readonly output: string;
  readonly score: number;
  readonly baselineScore: number | undefined;
  /** What else could be explained at the step. */
  readonly choices: readonly SaliencyChoice[];
  /** (T) */
  readonly total: Float32Array;
  /** Names of the picture's rows, and (rows,T) what they show. */
  readonly rows: readonly string[];
  readonly values: Float32Array;
}

export function receivedExplanation(
  { t, output, score, baselineScore, values, features, choices }: Saliency,
  method: SaliencyMethod,
): Explanation {
  const total = new Float32Array(values);
  return {
    method,
    t,
    output,
    score,
    baselineScore,
    choices,
    total,
    rows: features ? features.names : ["input"],
    values: features ? new Float32Array(features.values) : total,
  };
}

export const methodChoices: readonly {
  readonly value: SaliencyMethod;
  readonly label: string;
}[] = [
  { value: "integrated", label: "Integrated gradients" },
  { value: "gradient-input", label: "Gradient × input" },
  { value: "gradient", label: "Gradient" },
];

/** The likeliest class or the right answer, whatever they are at the cursor; or always the same number of the output. */
export type OutputChoice = number | "likeliest" | "right";

/** As a list to choose from: what follows the cursor first, then every class with its probability, or every number. */
export function outputChoices(
  choices: readonly SaliencyChoice[],
): readonly { readonly value: string; readonly label: string }[] {
  const areClasses = choices.some(({ probability }) => probability !== undefined);
  const named = choices.map(({ output, name, probability, isRight }) => ({
    value: String(output),
    label:
      probability === undefined
        ? name
        : `“${visibleToken(name, 24)}” ${percent(probability)}${isRight ? ", right" : ""}`,
  }));
  const isNumber = choices.length > 0 && !areClasses;
  return [
    { value: "likeliest", label: isNumber ? "First number" : "Likeliest" },
    ...(areClasses ? [{ value: "right", label: "Right answer" }] : []),
    ...named,
  ];
}

const percent = (share: number): string =>
  share < 0.001 ? "< 0.1 %" : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Decades that a gradient's magnitudes are shown over. */
const decades = 4;

/** Signed where values add to or take from the output; of gradients, magnitudes. */
export function explanationScale({ method, values }: Explanation): ColorScale {
  let largest = 0;
  for (const value of values)
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  if (method === "gradient") return gradientScale(largest, decades);
  return colorScale("diverging", -(largest || 1), largest || 1);
}

export const scaleTitle = (method: SaliencyMethod): string =>
  method === "gradient"
    ? "|∂y/∂x| (output per unit of input)"
    : method === "integrated"
      ? "share of the output y, integrated gradients (units of y)"
      : "x · ∂y/∂x (units of y)";

/** What is explained, and whether the parts add up to it. */
export function explainedInWords({ t, output, score, baselineScore, total }: Explanation): string {
  const what = `Output “${visibleToken(output, 24)}” at step ${t}: y = ${formatNumber(score)}`;
  if (baselineScore === undefined) return `${what}.`;
  let sum = 0;
  for (const value of total) sum += value;
  return `${what}, with no input ${formatNumber(baselineScore)}; the parts add up to ${formatNumber(sum)} of ${formatNumber(score - baselineScore)}.`;
}

const mostNamed = 3;

/** The steps that matter most, for the ear and for a glance. */
export function strongestInWords(
  { total, method }: Explanation,
  tokenOf: (t: number) => string | undefined,
): string {
  const order = Array.from(total.keys())
    .filter((t) => Number.isFinite(total[t]) && total[t] !== 0)
    .toSorted((a, b) => Math.abs(total[b]) - Math.abs(total[a]))
    .slice(0, mostNamed);
  if (order.length === 0) return "No input matters to it.";
  const parts = order.map((t) => `${stepName(t, tokenOf(t))} ${signed(total[t], method)}`);
  return `Most: ${parts.join(", ")}.`;
}

export const stepName = (t: number, token: string | undefined): string =>
  `step ${t}${token === undefined || token === "" ? "" : ` “${visibleToken(token, 16)}”`}`;

export const signed = (value: number, method: SaliencyMethod): string =>
  `${method !== "gradient" && value > 0 ? "+" : ""}${formatNumber(value)}`;

/** Two short lines for beside the pointer. */
export function explanationLines(
  explanation: Explanation,
  row: number,
  t: number,
  token: string | undefined,
): readonly string[] {
  const { rows, values, total, method } = explanation;
  const value = values[row * total.length + t];
  return [
    rows.length > 1 ? `${rows[row]}: ${signed(value, method)}` : signed(value, method),
    stepName(t, token),
  ];
}
