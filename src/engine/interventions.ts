/**
 * Values set by hand in the middle of a sequence, "what if h[12] had been 0 here", as layers of a pass whose cells set
 * them after each step. What comes before a step that is edited is left as the last pass computed it.
 *
 * Causally this is do(value) (Pearl 2009): what follows in the same step is computed from it, what led to it is not.
 * Backward, a state or gate that was set is the computed one plus a constant (for a gate, plus a constant in its
 * sum), so that its derivative with regard to what led to it is that of the value it has now; a unit that is held at
 * zero passes nothing back.
 */
import type { Direction, Real } from "../trace/trace.ts";
import type { RecurrentCell } from "./cells/cell.ts";
import type { RecurrentLayer } from "./layers/recurrentLayer.ts";
import type { Pass } from "./pass.ts";

export type Intervention = UnitIntervention | Ablation | InputIntervention | ParameterIntervention;

/** One activation (`i`, `f`, … `z`, `n`) or state (`h`, `c`) at one step. */
export interface UnitIntervention {
  readonly kind: "unit";
  readonly layer: number;
  readonly direction: Direction;
  readonly part: string;
  readonly unit: number;
  readonly t: number;
  readonly value: number;
}

/** h of one unit, held at zero from a step on, to the end of the sequence in its own direction. */
export interface Ablation {
  readonly kind: "ablation";
  readonly layer: number;
  readonly direction: Direction;
  readonly unit: number;
  readonly t: number;
}

/** One number of what layer 0 reads at a step, or for tokens (index 0) another token. */
export interface InputIntervention {
  readonly kind: "input";
  readonly index: number;
  readonly t: number;
  readonly value: number;
}

/** One weight, from a step on. */
export interface ParameterIntervention {
  readonly kind: "parameter";
  readonly name: string;
  /** Row-major. */
  readonly index: number;
  readonly t: number;
  readonly value: number;
}

/**
 * The pass with cells that intervene, sharing all of its buffers. Steps before `from` are not computed again: gates that
 * a forward pass overwrites there before the time loop are put back. `from` has to be 0 where a layer reads backwards.
 */
export function withInterventions(
  pass: Pass,
  interventions: readonly Intervention[],
  from: number,
): Pass {
  const layers = pass.layers.map(
    (directions, number) =>
      new Map(
        [...directions].map(([direction, layer]) => {
          const own = interventions.filter(
            (each): each is UnitIntervention | Ablation =>
              (each.kind === "unit" || each.kind === "ablation") &&
              each.layer === number &&
              each.direction === direction,
          );
          return [direction, intervene(layer, own, from)];
        }),
      ),
  );
  return { ...pass, layers };
}

function intervene(
  layer: RecurrentLayer,
  interventions: readonly (UnitIntervention | Ablation)[],
  from: number,
): RecurrentLayer {
  const { cell, direction } = layer;
  const { gates, gateWidth, states } = cell;
  const [{ value: h, gradient: hGradient, width }] = states;
  const kept = gates.slice(0, from * gateWidth);
  const sums = gates.slice(0, gateWidth);
  const assigned = assignmentsByStep(cell, interventions);
  const ablations = interventions.filter((each) => each.kind === "ablation");
  const ablatedGradients = new Float64Array(ablations.length);
  const isHeld = ({ t }: Ablation, row: number): boolean =>
    direction === "forward" ? row >= t : row <= t;

  const intervening: RecurrentCell = {
    ...cell,
    forward(row, previous, next, rows) {
      if (row < from) {
        if (row === 0) gates.set(kept);
        return;
      }
      const here = assigned.get(row);
      if (here) copyRow(gates, row, sums);
      cell.forward(row, previous, next, rows);
      for (const { part, unit, value } of here ?? []) {
        if (part === "h") h[next * width + unit] = value;
        else cell.assign?.(part, unit, value, { row, previous, next }, sums);
      }
      for (const each of ablations) if (isHeld(each, row)) h[next * width + each.unit] = 0;
    },
    backward(row, previous, next, rows) {
      // Kept in the trace as the derivative that it is, but not passed on.
      for (let at = 0; at < ablations.length; at++) {
        const k = next * width + ablations[at].unit;
        if (!isHeld(ablations[at], row)) continue;
        ablatedGradients[at] = hGradient[k];
        hGradient[k] = 0;
      }
      cell.backward(row, previous, next, rows);
      for (let at = 0; at < ablations.length; at++) {
        if (!isHeld(ablations[at], row)) continue;
        hGradient[next * width + ablations[at].unit] = ablatedGradients[at];
      }
    },
  };
  return { ...layer, cell: intervening };
}

/** Of one step in causal order: gates, then c, then h. */
function assignmentsByStep(
  cell: RecurrentCell,
  interventions: readonly (UnitIntervention | Ablation)[],
): ReadonlyMap<number, readonly UnitIntervention[]> {
  const order = (part: string): number =>
    1 + cell.states.toReversed().findIndex(({ name }) => name === part);
  const byStep = new Map<number, UnitIntervention[]>();
  for (const each of interventions) {
    if (each.kind !== "unit") continue;
    byStep.set(each.t, [...(byStep.get(each.t) ?? []), each]);
  }
  for (const here of byStep.values()) here.sort((a, b) => order(a.part) - order(b.part));
  return byStep;
}

function copyRow(from: Real, row: number, to: Real) {
  for (let k = 0; k < to.length; k++) to[k] = from[row * to.length + k];
}
