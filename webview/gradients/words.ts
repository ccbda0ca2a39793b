/** What the gradients panel says: captions, readings of cells, what to do when there is nothing. Pure. */
import { partTitles } from "../../src/trace/names.ts";
import type { EmptyState } from "../lib/emptyState.ts";
import { formatCount, formatNumber, visibleToken } from "../lib/numbers.ts";

export interface BackwardFacts {
  readonly part: string;
  readonly t: number;
  readonly token: string | undefined;
  /** L2 norm over all units. */
  readonly norm: number | undefined;
}

const stepInWords = (t: number, token: string | undefined): string =>
  `Step ${t}${token === undefined ? "" : `, “${visibleToken(token, 24)}”`}`;

/** The sentence below the heatmap and the curve. */
export function backwardInWords(
  { part, t, token, norm }: BackwardFacts,
  unit: number,
  value: number | undefined,
): string {
  const parts = [
    norm === undefined ? undefined : `‖∂L/∂${part}‖ = ${formatNumber(norm)}`,
    value === undefined ? undefined : `unit ${unit}: ${formatNumber(value)}`,
  ].filter((text) => text !== undefined);
  return parts.length === 0
    ? `${stepInWords(t, token)}.`
    : `${stepInWords(t, token)}: ${parts.join("; ")}.`;
}

/** Two short lines for beside the pointer. */
export function cellLines(cell: {
  readonly part: string;
  readonly value: number | undefined;
  readonly unit: number;
  readonly unitCount: number;
  readonly steps: { readonly from: number; readonly to: number };
  readonly token: string | undefined;
}): readonly string[] {
  const { part, value, unit, unitCount, steps, token } = cell;
  const several = steps.to - steps.from > 1 || unitCount > 1;
  const where =
    steps.to - steps.from > 1
      ? `steps ${steps.from}–${steps.to - 1}`
      : `step ${steps.from}${token === undefined ? "" : ` · ${visibleToken(token, 24)}`}`;
  const number = value === undefined ? "…" : formatNumber(value);
  return [
    `∂L/∂${part} = ${number}${several ? " (largest)" : ""}`,
    `${unitCount > 1 ? `${unitCount} units from ${unit}` : `unit ${unit}`} · ${where}`,
  ];
}

export interface FlowFacts {
  readonly lossStep: number;
  readonly sourceStep: number;
  readonly value: number;
}

/** `∂L at step 40 reaches step 3 with norm 1.2×10⁻⁶.` */
export function flowInWords({ lossStep, sourceStep, value }: FlowFacts): string {
  if (Number.isNaN(value) && sourceStep > lossStep) {
    return `Step ${sourceStep} comes after the loss at step ${lossStep}: nothing reaches it.`;
  }
  return `∂L at step ${lossStep} reaches step ${sourceStep} with norm ${formatNumber(value)}.`;
}

export const flowLines = (facts: FlowFacts): readonly string[] =>
  Number.isNaN(facts.value) && facts.sourceStep > facts.lossStep
    ? [`loss at step ${facts.lossStep}`, `cannot reach later step ${facts.sourceStep}`]
    : [
        `norm ${formatNumber(facts.value)}`,
        `∂L at step ${facts.lossStep} → step ${facts.sourceStep}`,
      ];

export const heatmapTitle = (part: string): string =>
  `|∂L/∂${part}|, ${partTitles[part]} (loss per unit of ${part})`;

export const curveCaption = (part: string): string => `‖∂L/∂${part}‖, L2 norm over units`;

export const pictureInWords = (
  tensor: string,
  part: string,
  units: number,
  steps: number,
): string =>
  `Heatmap of ${tensor}, gradient of the ${partTitles[part]}, logarithmic: ` +
  `${formatCount(units)} units by ${formatCount(steps)} steps, and its norm at every step as a curve`;

export const matrixInWords = (rows: number, columns: number): string =>
  `Gradient-flow matrix: ${formatCount(rows)} loss steps by ${formatCount(columns)} source steps, logarithmic`;

export const nothingYet = (busy: boolean): EmptyState => ({
  icon: "graph-line",
  title: busy ? "Computing the trace…" : "See how far gradients travel back",
  text:
    "Learning follows the gradient back through time. Here it is for every unit and step, " +
    "and how much of each step's loss reaches every earlier step: where it fades, the network cannot learn.",
  actions: busy
    ? []
    : [
        { label: "Step Through Sequence…", icon: "debug-start", command: "unroll.stepThrough" },
        { label: "Train Model", icon: "play", command: "unroll.train" },
      ],
});

export const noGradients: EmptyState = {
  icon: "circle-slash",
  title: "This trace has no gradients",
  text: "No loss is taken in this sequence, so nothing flows back. Choose one that has a target, or give one when a model file is traced.",
  actions: [
    { label: "Step Through Sequence…", icon: "debug-start", command: "unroll.stepThrough" },
  ],
};
