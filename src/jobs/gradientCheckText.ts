/** A gradient check as a page to read: the verdict first, then every tensor, then every tensor at every time step. */
import type { TensorCheck } from "../analysis/compareEntries.ts";
import type { StepCheck } from "../analysis/gradientCheck.ts";
import type { GradientCheckResult } from "./checkGradients.ts";

export function gradientCheckText(result: GradientCheckResult): string {
  const { parameters, initial, input, states, batch, loss, tolerance, seed } = result;
  const cut = batch.wasCut ? " (longer ones were cut)" : "";
  const row = (check: TensorCheck): string[] => [
    check.name,
    check.shape.join(" × "),
    ...cells(check, tolerance),
  ];
  return [
    verdict(result),
    "",
    `${batch.sequences === 1 ? "1 sequence" : `${batch.sequences} sequences`} of ${batch.steps} steps${cut}, first weights of seed ${seed}, loss ${loss.toPrecision(6)}.`,
    "Backpropagation through time against central differences of the loss, both in float64 (reference kernels).",
    `Error: |backward − difference| / max(|backward|, |difference|), where both are above the rounding of the loss; tolerance ${tolerance.toExponential()}.`,
    "",
    ...table(
      ["parameter", "shape", "compared", "largest |dL/dw|", "largest error", "at"],
      parameters.map(row),
    ),
    "",
    ...table(
      ["before the first step", "shape", "compared", "largest |dL/ds|", "largest error", "at"],
      initial.map(row),
    ),
    "",
    ...overTime([...input, ...states], tolerance),
    "",
  ].join("\n");
}

function verdict({
  parameters,
  initial,
  input,
  states,
  passed,
  tolerance,
}: GradientCheckResult): string {
  const whole = [...parameters, ...initial];
  const timed = [...input, ...states];
  const all = [...whole, ...timed];
  const compared = sum(all.map(({ checked }) => checked));
  const entries = sum(all.map((check) => check.entries));
  const share = compared === entries ? "all" : `${grouped(compared)} of ${grouped(entries)}`;
  if (passed) {
    return `The gradients are right: ${share} derivatives were compared, and none is off by more than ${tolerance.toExponential()}.`;
  }
  if (compared === 0) {
    return "NOTHING could be compared: the loss is not smooth anywhere that was looked at.";
  }
  const wrong = whole.filter((check) => isWrong(check, tolerance)).map(({ name }) => name);
  const places = [
    ...wrong,
    ...tensorsOf(timed).flatMap(([name, checks]) => {
      const steps = checks.filter((check) => isWrong(check, tolerance)).map(({ t }) => t);
      const some = `${steps.slice(0, 5).join(", ")}${steps.length > 5 ? ", …" : ""}`;
      return steps.length > 0 ? [`${name} at step ${some}`] : [];
    }),
  ];
  return `The gradients are WRONG in ${places.join("; ")} (${share} derivatives were compared).`;
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

/** Tensors side by side in one table; wider ones would be wrapped. */
const columnsPerTable = 6;

/** What of each tensor was compared at all steps together, and then a table of steps and tensors. */
function overTime(checks: readonly StepCheck[], tolerance: number): string[] {
  const tensors = tensorsOf(checks);
  const summary = tensors.map(([name, own]) => {
    const worst = own.toSorted((a, b) => errorOf(b) - errorOf(a))[0];
    const counts = {
      checked: sum(own.map(({ checked }) => checked)),
      entries: sum(own.map(({ entries }) => entries)),
      kinks: sum(own.map(({ kinks }) => kinks)),
      largest: own.reduce((most, { largest }) => Math.max(most, largest), 0),
    };
    const [compared, largest, error, at] = cells({ ...worst, ...counts }, tolerance);
    return [name, compared, largest, error, worst.worst ? `step ${worst.t} ${at}` : at];
  });
  const steps = [...new Set(checks.map(({ t }) => t))].sort((a, b) => a - b);
  const groups = Array.from({ length: Math.ceil(tensors.length / columnsPerTable) }, (_, group) =>
    tensors.slice(group * columnsPerTable, (group + 1) * columnsPerTable),
  );
  return [
    ...table(
      [
        "at each step",
        "compared",
        "largest |dL/d it|",
        "largest error",
        "at step, [sequence, number]",
      ],
      summary,
    ),
    "",
    `Largest error of each tensor at each step; bars from ▁ (${(leastShare * tolerance).toExponential()} or less) to ▇ (${tolerance.toExponential()}), and █ beyond it.`,
    ...groups.flatMap((group) => {
      const columns = group.map(
        ([name, own]) => [name, new Map(own.map((check) => [check.t, check]))] as const,
      );
      const shown = steps.filter((t) => columns.some(([, byStep]) => byStep.has(t)));
      return [
        "",
        ...table(
          ["step", ...columns.map(([name]) => name)],
          shown.map((t) => [
            String(t),
            ...columns.map(([, byStep]) => stepText(byStep.get(t), tolerance)),
          ]),
        ),
      ];
    }),
  ];
}

function stepText(check: StepCheck | undefined, tolerance: number): string {
  if (!check) return "";
  const { worst, kinks, largest } = check;
  if (!worst) return kinks > 0 ? "on a kink" : "–";
  if (largest === 0 && worst.error === 0) return "no loss";
  return `${errorText(worst.error)} ${bar(worst.error, tolerance)}`;
}

const bars = "▁▂▃▄▅▆▇";
/** Of the tolerance: what the shortest bar stands for. */
const leastShare = 1e-6;

/** On a log scale. */
function bar(error: number, tolerance: number): string {
  if (!(error <= tolerance)) return "█";
  const share = 1 - Math.log(Math.max(error / tolerance, leastShare)) / Math.log(leastShare);
  return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))];
}

/** In their order, each with its steps. */
function tensorsOf(
  checks: readonly StepCheck[],
): readonly (readonly [name: string, checks: readonly StepCheck[]])[] {
  const byName = new Map<string, StepCheck[]>();
  for (const check of checks) byName.set(check.name, [...(byName.get(check.name) ?? []), check]);
  return [...byName];
}

const errorOf = ({ worst }: TensorCheck): number =>
  worst === undefined ? -1 : Number.isNaN(worst.error) ? Infinity : worst.error;

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
