/**
 * Units that the weights alone tell something about: those that hear nothing, those that their own layer does not read,
 * and gates that their bias holds open or closed.
 */
import type { Real } from "../../trace/trace.ts";
import { blocksOf, gateWeights, recurrentColumns, type LayerWeights } from "./gateWeights.ts";

export interface UnitFindings {
  /** Nothing reaches them: their rows of W_ih and W_hh are nearly zero in every gate. */
  readonly deaf: readonly number[];
  /** Their columns of W_hh are nearly zero in every gate; a layer above may read them all the same. */
  readonly unread: readonly number[];
  /** Per gate with a sigmoid, units whose bias alone puts it below 0.018 or above 0.982. */
  readonly heldClosed: readonly GateUnits[];
  readonly heldOpen: readonly GateUnits[];
}

export interface GateUnits {
  readonly part: string;
  readonly units: readonly number[];
}

/** Nearly zero: so much smaller than the median norm of its kind. */
const negligible = 1e-4;
/** σ(±4) is 0.982 and 0.018. */
const largeBias = 4;

const sigmoids: ReadonlySet<string> = new Set(["i", "f", "o", "r", "z"]);

export function findUnits(layer: LayerWeights): UnitFindings {
  const { cell, hidden, inputSize, weightIh, weightHh } = layer;
  const columns = recurrentColumns(layer);
  const heard = new Float64Array(hidden);
  const read = new Float64Array(columns);
  const rows = blocksOf(cell).length * hidden;
  for (let row = 0; row < rows; row++) {
    const unit = row % hidden;
    heard[unit] += squares(weightIh, row * inputSize, inputSize);
    heard[unit] += squares(weightHh, row * columns, columns);
    for (let column = 0; column < columns; column++) {
      read[column] += weightHh[row * columns + column] ** 2;
    }
  }
  const gates = blocksOf(cell)
    .filter((part) => sigmoids.has(part))
    .map((part) => ({ part, bias: totalBias(layer, part) }));
  const where = (test: (value: number) => boolean): readonly GateUnits[] =>
    gates
      .map(({ part, bias }) => ({ part, units: indicesWhere(bias ?? [], test) }))
      .filter(({ units }) => units.length > 0);
  return {
    deaf: nearlyZero(heard),
    unread: nearlyZero(read),
    heldClosed: where((bias) => bias <= -largeBias),
    heldOpen: where((bias) => bias >= largeBias),
  };
}

/** b_ih + b_hh of a gate (H), which is what its nonlinearity sees when nothing comes in; undefined without biases. */
export function totalBias(layer: LayerWeights, part: string): Float64Array | undefined {
  const { biasIh, biasHh } = gateWeights(layer, part);
  if (!biasIh && !biasHh) return undefined;
  return Float64Array.from(
    { length: layer.hidden },
    (_, unit) => (biasIh?.[unit] ?? 0) + (biasHh?.[unit] ?? 0),
  );
}

function squares(values: Real, from: number, count: number): number {
  let sum = 0;
  for (let index = from; index < from + count; index++) sum += values[index] * values[index];
  return sum;
}

/** Squared norms that are nothing beside the median. */
function nearlyZero(squaredNorms: Float64Array): readonly number[] {
  const median = squaredNorms.slice().sort()[squaredNorms.length >> 1] ?? 0;
  return indicesWhere(squaredNorms, (norm) => norm <= negligible ** 2 * median);
}

function indicesWhere(
  values: ArrayLike<number>,
  test: (value: number) => boolean,
): readonly number[] {
  const found: number[] = [];
  for (let index = 0; index < values.length; index++) if (test(values[index])) found.push(index);
  return found;
}
