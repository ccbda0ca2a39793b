/** What the weights of one recurrent layer say before any sequence was read: the numbers behind the model editor. */
import type { Real } from "../../trace/trace.ts";
import { blocksOf, gateWeights, type GateWeights, type LayerWeights } from "./gateWeights.ts";
import { findUnits, totalBias, type UnitFindings } from "./unitFindings.ts";
import { weightHistogram, weightStatistics, type WeightStatistics } from "./weightStatistics.ts";

export interface LayerSummary {
  readonly gates: readonly GateSummary[];
  readonly units: UnitFindings;
  /** Half the width of every histogram: the same for all gates, so that they can be compared. */
  readonly reach: number;
}

export interface GateSummary {
  readonly part: string;
  readonly input: WeightStatistics;
  readonly recurrent: WeightStatistics;
  /** Of b_ih + b_hh; absent without biases. */
  readonly bias?: WeightStatistics;
  /** Uint32: counts over `[-reach, reach]`. */
  readonly inputHistogram: ArrayBuffer;
  readonly recurrentHistogram: ArrayBuffer;
  /** Float32 (H): b_ih + b_hh of every unit. */
  readonly biases?: ArrayBuffer;
}

const histogramBins = 61;

/** Yields after each gate, so that a thread can answer others meanwhile. */
export function* summarizeLayer(layer: LayerWeights): Generator<void, LayerSummary> {
  const reach = Math.max(largest(layer.weightIh), largest(layer.weightHh)) || 1;
  const gates: GateSummary[] = [];
  for (const part of blocksOf(layer.cell)) {
    gates.push(summarizeGate(layer, gateWeights(layer, part), reach));
    yield;
  }
  return { gates, units: findUnits(layer), reach };
}

function summarizeGate(layer: LayerWeights, gate: GateWeights, reach: number): GateSummary {
  const bias = totalBias(layer, gate.part);
  return {
    part: gate.part,
    input: weightStatistics(gate.weightIh),
    recurrent: weightStatistics(gate.weightHh),
    inputHistogram: weightHistogram(gate.weightIh, histogramBins, reach).buffer,
    recurrentHistogram: weightHistogram(gate.weightHh, histogramBins, reach).buffer,
    ...(bias && { bias: weightStatistics(bias), biases: Float32Array.from(bias).buffer }),
  };
}

function largest(values: Real): number {
  let most = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > most && Number.isFinite(size)) most = size;
  }
  return most;
}
