/** What the fake host pretends: networks, runs and troubles that a panel must look right with. */
import type { CurveRun, CurvesState } from "../../../src/protocol/curvesContract.ts";
import type { PanelState } from "../../../src/protocol/panelContract.ts";
import type { SnapshotsShown } from "../../../src/protocol/snapshotsShown.ts";
import type { TraceSummary } from "../../../src/protocol/traceSummary.ts";
import type { MetricsRow } from "../../../src/protocol/training.ts";
import {
  describeSynthetic,
  noise,
  syntheticTrace,
  type SyntheticNetwork,
} from "./syntheticTrace.ts";

export interface Scenario {
  readonly network?: SyntheticNetwork;
  readonly busy?: boolean;
  /** Every question about tensors fails with this. */
  readonly failure?: string;
  /** Milliseconds that an answer takes. */
  readonly delayMs?: number;
  /** Where the cursor stands at first. */
  readonly t?: number;
  readonly withoutCurves?: boolean;
  /** Its run kept weights on the way, and is trained on. */
  readonly snapshots?: "kept" | "live";
  /** Losses and norms are not finite from this step on. */
  readonly breaksFrom?: number;
}

const characters: SyntheticNetwork = {
  cell: "lstm",
  layers: 2,
  hidden: 64,
  steps: 50,
  inputSize: 91,
  outputSize: 91,
  output: "each-step",
  tokens: true,
  gradientFactor: 0.93,
};

const datePair = { source: "Thu, May 3rd, 1979", target: "1979-05-03" };

const adding: SyntheticNetwork = {
  ...characters,
  layers: 1,
  hidden: 32,
  inputSize: 2,
  outputSize: 1,
  output: "last-step",
  tokens: false,
};

export const scenarios: Readonly<Record<string, Scenario>> = {
  characters: { network: characters, t: 17 },
  addingRnn: { network: { ...adding, cell: "rnn", gradientFactor: 0.66 }, t: 12 },
  addingLstm: { network: { ...adding, gradientFactor: 0.985 }, t: 12 },
  learning: { network: adding, t: 12, snapshots: "kept" },
  live: { network: characters, t: 12, snapshots: "live" },
  gru: { network: { ...characters, cell: "gru", hidden: 48 }, t: 4 },
  exploding: { network: { ...adding, cell: "rnn", gradientFactor: 1.35 }, t: 40 },
  long: {
    network: { ...characters, layers: 1, hidden: 512, steps: 10_000, gradientFactor: 0.9 },
    t: 4200,
  },
  dates: {
    network: {
      ...characters,
      cell: "gru",
      hidden: 32,
      layers: 2,
      pair: datePair,
      steps: datePair.source.length + datePair.target.length + 1,
      inputSize: 48,
      outputSize: 12,
    },
    t: datePair.source.length + 5,
  },
  oneStep: { network: { ...characters, steps: 1 }, t: 0 },
  forecast: {
    network: {
      ...characters,
      layers: 1,
      hidden: 32,
      steps: 56,
      inputSize: 4,
      outputSize: 1,
      tokens: false,
      isForecast: true,
    },
    t: 21,
  },
  bands: {
    network: {
      ...characters,
      layers: 1,
      hidden: 32,
      steps: 56,
      inputSize: 4,
      outputSize: 2,
      tokens: false,
      isForecast: true,
      knowsDeviation: true,
    },
    t: 21,
  },
  /** Labels without places: phonemes of eight, and the blank. */
  phonemes: {
    network: {
      ...characters,
      layers: 1,
      hidden: 32,
      steps: 34,
      inputSize: 6,
      outputSize: 9,
      tokens: false,
      hasLabels: true,
    },
    t: 9,
  },
  /** Plain numbers broke too, which the editor's JSON turns into null. */
  broken: { network: { ...characters, nonFiniteFrom: 20 }, t: 30, breaksFrom: 20 },
  nonFinite: { network: { ...characters, nonFiniteFrom: 20 }, t: 30 },
  slow: { network: characters, delayMs: 1500, t: 3 },
  failing: { network: characters, failure: "The worker stopped: it ran out of memory." },
  busy: { busy: true },
  empty: { withoutCurves: true },
};

const prose =
  "Call me Ishmael. Some years ago—never mind how long precisely—having little or no money in my purse,\nand nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the world. ";

const pairTokenAt = ({ source, target }: typeof datePair, t: number): string =>
  t < source.length
    ? source[t].replace(" ", "␣")
    : t === source.length
      ? "▸"
      : target[t - source.length - 1];

export const tokenAt = (network: SyntheticNetwork, t: number): string =>
  network.pair
    ? pairTokenAt(network.pair, t)
    : network.tokens
      ? Array.from(prose)[t % prose.length]
      : network.isForecast
        ? new Date(Date.UTC(2015, 3, 1 + t)).toISOString().slice(0, 10)
        : `#${t}`;

export function stateOf(scenario: Scenario): PanelState {
  return {
    ...(scenario.network && {
      trace: summaryOf(scenario.network, scenario.breaksFrom),
      ...(scenario.snapshots && { snapshots: snapshotsOf(scenario.snapshots) }),
      cursor: { layer: scenario.network.pair ? 1 : 0, direction: "forward", t: scenario.t ?? 0 },
    }),
    playing: false,
    busy: scenario.busy ?? false,
  };
}

/** Of the curves panel. */
export const curvesOf = ({ withoutCurves, breaksFrom }: Scenario): CurvesState => ({
  runs: withoutCurves
    ? []
    : breaksFrom !== undefined
      ? [brokenCurve(curveOf("moby-1", "lstm 64 × 2", 900))]
      : [curveOf("moby-1", "lstm 64 × 2", 900), curveOf("moby-2", "rnn 64", 400)],
});

const snapshotsOf = (kind: "kept" | "live"): SnapshotsShown => ({
  updates: Array.from({ length: 13 }, (_, index) => index * 100),
  at: kind === "live" ? "newest" : 1200,
  isGrowing: kind === "live",
});

/** What a network is like when a share of its training is over: gradients reach farther and farther back. */
export const whileLearning = (network: SyntheticNetwork, share: number): SyntheticNetwork => ({
  ...network,
  gradientFactor: 0.6 + (network.gradientFactor - 0.6) * share,
});

function summaryOf(network: SyntheticNetwork, breaksFrom?: number): TraceSummary {
  const trace = syntheticTrace(network);
  const shape = [network.steps, 1, network.hidden];
  return {
    id: "trace-1",
    runFolder: "/workspace/.unroll/runs/1",
    runName: network.pair
      ? "dates"
      : network.tokens
        ? `Moby Dick · ${network.cell} ${network.hidden}`
        : network.isForecast
          ? "Weather of Seattle"
          : network.hasLabels
            ? "Phonemes"
            : `Adding problem · ${network.cell}`,
    checkpoint: "best",
    update: 1200,
    sequence: {
      choice: { kind: "example", split: "validation", index: 3 },
      title: network.pair
        ? `${network.pair.source} → ${network.pair.target}`
        : network.tokens
          ? "“Call me Ishmael. Some years ago—never mind how long precisely…”"
          : network.isForecast
            ? "2015-04-01 … 2015-05-26"
            : network.hasLabels
              ? "a k s k k in 34 frames"
              : "validation 3: 0.61 + 0.27 = 0.88",
    },
    model: describeSynthetic(network),
    steps: network.steps,
    ...(network.pair && { sourceSteps: network.pair.source.length }),
    loss: breaksFrom === undefined ? 1.3421 : NaN,
    ...(network.hasLabels && {
      decoding: {
        labels: ["k", "s", "k"],
        starts: [8, 14, 19],
        beams: [{ labels: ["k", "s", "k", "k"], logProbability: -0.62 }],
        target: ["a", "k", "s", "k", "k"],
        edits: 2,
      },
    }),
    // Computing them to know their shapes would take a long trace seconds.
    tensors: [...trace.tensors.keys()].map((name) => {
      const own = network.pair && trace.tensors.get(name);
      return own
        ? { name, axes: own.axes, shape: own.shape }
        : { name, axes: ["T", "B", "H"], shape };
    }),
  };
}

function curveOf(folder: string, name: string, updates: number): CurveRun {
  const rows: MetricsRow[] = [];
  for (let update = 1; update <= updates; update += 3) {
    const gradientNorm = 0.6 + 3 * noise(update, 4) ** 4;
    rows.push({
      update,
      epoch: Math.floor(update / 300),
      elapsedMs: update * 40,
      trainLoss: 1.2 + 3.2 * Math.exp(-update / 160) + 0.1 * (noise(update, updates) - 0.5),
      ...(update % 90 === 1 && { validationLoss: 1.3 + 3.1 * Math.exp(-update / 170) }),
      gradientNorm,
      clippedNorm: Math.min(1, gradientNorm),
      learningRate: 0.002,
      stepsPerSecond: 21_000 + 2000 * noise(update, 6),
    });
  }
  return {
    runFolder: `/workspace/.unroll/runs/${folder}`,
    name,
    state: "finished",
    rows,
    lossUnit: "cross-entropy, nats per step",
  };
}

/** A training that exploded half-way. */
const brokenCurve = (run: CurveRun): CurveRun => ({
  ...run,
  rows: run.rows.map((row) =>
    row.update < 450
      ? row
      : { ...row, trainLoss: NaN, gradientNorm: Infinity, clippedNorm: NaN, validationLoss: NaN },
  ),
});
