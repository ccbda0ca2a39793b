/** A gradient check as a page to read: the verdict first, then every tensor, then every time step. */
import type { TensorCheck } from "../analysis/gradientCheck.ts";
import type { GradientCheckResult } from "./checkGradients.ts";

export function gradientCheckText(result: GradientCheckResult): string {
  const { parameters, input, batch, loss, tolerance, seed } = result;
  const cut = batch.wasCut ? " (longer ones were cut)" : "";
  return [
    verdict(result),
    "",
    `${batch.sequences === 1 ? "1 sequence" : `${batch.sequences} sequences`} of ${batch.steps} steps${cut}, first weights of seed ${seed}, loss ${loss.toPrecision(6)}.`,
    "Backpropagation through time against central differences of the loss, both in float64 (reference kernels).",
    `Error: |backward − difference| / max(|backward|, |difference|), where both are above the rounding of the loss; tolerance ${tolerance.toExponential()}.`,
    "",
    ...table(
      ["parameter", "shape", "compared", "largest |dL/dw|", "largest error", "at"],
      parameters.map((check) => [check.name, check.shape.join(" × "), ...cells(check, tolerance)]),
    ),
    "",
    ...table(
      ["step", "compared", "largest |dL/dx|", "largest error", "at (sequence, number)"],
      input.map((check) => [String(check.t), ...cells(check, tolerance)]),
    ),
    "",
  ].join("\n");
}

function verdict({ parameters, input, passed, tolerance }: GradientCheckResult): string {
  const all = [...parameters, ...input];
  const compared = sum(all.map(({ checked }) => checked));
  const entries = sum(all.map((check) => check.entries));
  const share = compared === entries ? "all" : `${grouped(compared)} of ${grouped(entries)}`;
  if (passed) {
    return `The gradients are right: ${share} derivatives were compared, and none is off by more than ${tolerance.toExponential()}.`;
  }
  if (compared === 0) {
    return "NOTHING could be compared: the loss is not smooth anywhere that was looked at.";
  }
  const wrong = parameters.filter((check) => isWrong(check, tolerance)).map(({ name }) => name);
  const steps = input.filter((check) => isWrong(check, tolerance)).map(({ t }) => t);
  const places = [
    ...wrong,
    ...(steps.length > 0 ? [`the input at step ${steps.slice(0, 5).join(", ")}`] : []),
  ];
  return `The gradients are WRONG in ${places.join(", ")} (${share} derivatives were compared).`;
}

function cells(
  { checked, entries, kinks, worst, largest, shape }: TensorCheck,
  tolerance: number,
): string[] {
  const left = kinks > 0 ? `, ${kinks} on a kink` : "";
  const counts = `${grouped(checked)} of ${grouped(entries)}${left}`;
  if (largest === 0) return [counts, "0", errorText(worst?.error), "no loss depends on it here"];
  const mark = worst && isWrong({ worst }, tolerance) ? "  ← wrong" : "";
  const at = worst && shape.length > 0 ? `[${worst.index.join(",")}]${mark}` : "";
  return [counts, largest.toExponential(2), errorText(worst?.error), at];
}

const isWrong = ({ worst }: Pick<TensorCheck, "worst">, tolerance: number): boolean =>
  worst !== undefined && !(worst.error <= tolerance);

const errorText = (error: number | undefined): string =>
  error === undefined ? "–" : error === 0 ? "0" : error.toExponential(1);

const grouped = (count: number): string => count.toLocaleString("en");
const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, each) => total + each, 0);

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]))
      .join("  ")
      .trimEnd(),
  );
}
