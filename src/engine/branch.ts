/**
 * One sequence whose future is computed again after a value in it was edited: exactly what a fresh pass with the same
 * edits computes, though it begins at the step of the edit.
 */
import type { Batch } from "../trace/batch.ts";
import type { Direction, Real, Trace } from "../trace/trace.ts";
import {
  backward,
  createPass,
  forward,
  readTrace,
  restoreCarriedState,
  zeroGradients,
} from "./bptt.ts";
import { withInterventions, type Intervention } from "./interventions.ts";
import { sumOf } from "./losses/loss.ts";
import { parameterOf, type Model } from "./model.ts";
import { outputRows, roomFor } from "./pass.ts";

export interface Branching {
  /**
   * The sequence with these interventions and no others. Steps before `from` must have been computed with the same ones
   * by the last call; 0 computes everything.
   *
   * Gradients are left out where a weight changes in the middle: what led to the change was another network.
   */
  run(interventions: readonly Intervention[], from: number): BranchResult;
  /** Whether gates, and states other than h, of a layer can be set. */
  assigns(layer: number, direction: Direction): boolean;
}

export interface BranchResult {
  readonly trace: Trace;
  /** Mean over the steps that have one. */
  readonly loss?: number;
}

/**
 * For B = 1. The model's weights are its own again after each call. `initial` are the states that a batch with `carry`
 * begins with, by the names of the trace.
 */
export function createBranching(
  model: Model,
  batch: Batch,
  initial: ReadonlyMap<string, Real> = new Map(),
): Branching {
  const pass = createPass(model, roomFor(batch), { separate: true });
  const isOneWay = model.description.layers.every(({ directions }) => directions.length === 1);

  /** Everything from `start` on, with the weights as they are there. */
  function advance(interventions: readonly Intervention[], start: number) {
    const before = keepOutputs(start);
    const changed = interventions.filter(({ kind, t }) => kind === "parameter" && t <= start);
    const restore = setParameters(model, changed);
    const branch = withInterventions(pass, interventions, start);
    try {
      zeroGradients(model);
      restoreCarriedState(pass, initial);
      const { weight } = forward(branch, editedBatch(batch, interventions));
      before();
      return { branch, weight };
    } finally {
      restore();
    }
  }

  /** What a pass writes for all steps at once, to be put back where another weight was at work. */
  function keepOutputs(start: number): () => void {
    const { output, input } = pass;
    const { size } = model.description.output;
    const rows = output.last ? 0 : start;
    const kept: (readonly [buffer: Real, before: Real])[] = [
      [output.values, output.values.slice(0, rows * size)],
      [output.gradient, output.gradient.slice(0, rows * size)],
      [output.losses, output.losses.slice(0, rows)],
      ...(input.kind === "embedding"
        ? [[input.values, input.values.slice(0, start * input.size)] as const]
        : []),
    ];
    return () => {
      for (const [buffer, before] of kept) buffer.set(before);
    };
  }

  return {
    assigns: (layer, direction) => pass.layers[layer]?.get(direction)?.cell.assign !== undefined,
    run(interventions, from) {
      const changes = interventions.filter(({ kind }) => kind === "parameter");
      const start = isOneWay ? from : 0;
      const starts = new Set([start, ...changes.map(({ t }) => t).filter((t) => t > start)]);
      let last: ReturnType<typeof advance> | undefined;
      for (const at of [...starts].sort((a, b) => a - b)) last = advance(interventions, at);
      if (!last) throw new Error("There is always one stretch to compute.");
      const { branch, weight } = last;
      if (!(weight > 0)) return { trace: readTrace(branch) };
      const loss = meanLoss();
      if (changes.some(({ t }) => t > 0)) return { trace: readTrace(branch), loss };
      const restore = setParameters(model, changes);
      try {
        backward(branch);
        return { trace: readTrace(branch), loss };
      } finally {
        restore();
      }
    },
  };

  function meanLoss(): number {
    const { losses, weights } = pass.output;
    const rows = outputRows(pass);
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += weights[row] * losses[row];
    return sum / sumOf(weights, rows);
  }
}

/** Returns what puts the weights back. */
function setParameters(model: Model, changes: readonly Intervention[]): () => void {
  const before: { readonly values: Real; readonly index: number; readonly value: number }[] = [];
  for (const change of changes) {
    if (change.kind !== "parameter") continue;
    const values = parameterOf(model, change.name).value;
    before.push({ values, index: change.index, value: values[change.index] });
    values[change.index] = change.value;
  }
  return () => {
    for (const { values, index, value } of before.toReversed()) values[index] = value;
  };
}

function editedBatch(batch: Batch, interventions: readonly Intervention[]): Batch {
  const edits = interventions.filter((each) => each.kind === "input");
  if (edits.length === 0) return batch;
  if (batch.input.kind === "tokens") {
    const tokens = batch.input.tokens.slice();
    for (const { t, value } of edits) tokens[t] = value;
    return { ...batch, input: { kind: "tokens", tokens } };
  }
  const values = batch.input.values.slice();
  const size = values.length / batch.steps;
  for (const { t, index, value } of edits) values[t * size + index] = value;
  return { ...batch, input: { kind: "dense", values } };
}
