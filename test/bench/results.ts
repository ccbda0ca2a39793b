/** The benchmark's tables, as Markdown. */
import { operationsOf } from "../../src/jobs/benchmarkWorkload.ts";
import type { DebuggingTimes } from "./debugging.ts";
import type { Beginning } from "./beginning.ts";
import type { Preparing } from "./preparing.ts";
import type { WatchedTraining } from "./snapshots.ts";
import { titleOf, type Row, type VariantName } from "./measurements.ts";

export interface Results {
  /** The machine, the programs, when, and how it was measured. */
  readonly circumstances: readonly string[];
  readonly training: readonly Row[];
  readonly evaluation: readonly Row[];
  readonly stepping: readonly Row[];
  readonly javascript: readonly Row[];
  readonly overSteps: readonly Row[];
  readonly overBatch: readonly Row[];
  /** Absent where it was not measured. */
  readonly debugging?: DebuggingTimes;
  /** With snapshots that are traced, beside without; empty where it was not measured. */
  readonly watching: readonly WatchedTraining[];
  /** From the command to the first update; empty where it was not measured. */
  readonly preparing: readonly Preparing[];
  readonly beginnings: readonly Beginning[];
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const digits = (value: number | undefined, count = 3): string =>
  value === undefined || !Number.isFinite(value) ? "–" : String(Number(value.toPrecision(count)));

const percent = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? "–" : `${Math.round(value * 100)} %`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Median over rounds of a ratio between two that ran in the same round. */
function ratio(
  slower: readonly number[] | undefined,
  faster: readonly number[] | undefined,
): number | undefined {
  if (!slower?.length || !faster?.length) return undefined;
  const rounds = Math.min(slower.length, faster.length);
  return median(Array.from({ length: rounds }, (_, round) => slower[round] / faster[round]));
}

const medianOf = (values: readonly number[] | undefined): number | undefined =>
  values?.length ? median(values) : undefined;

function spread(values: readonly number[] | undefined): number | undefined {
  if (!values?.length) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  return (at(0.75) - at(0.25)) / median(values);
}

export function toMarkdown(results: Results): string {
  const {
    training,
    evaluation,
    stepping,
    javascript,
    overSteps,
    overBatch,
    debugging,
    watching,
    preparing,
    beginnings,
  } = results;
  const parts = [
    "# Speed",
    results.circumstances.join("\n"),
    "Times are medians. A ratio is the median over rounds of the ratio within a round, in which everybody runs in turn; above 1, Unroll is faster. Spread is the middle half over the median. *Wide* is V8's experiment with 256-bit vectors, which is off unless it is asked for.",
    "## Training: forward, backpropagation through all steps, Adam",
    trainingTable(training),
    "## Several threads, and 256-bit vectors",
    variantTable(training),
    "## Evaluation: forward with the loss",
    simpleTable(evaluation, "ms"),
    "## One time step of one sequence, as in stepping and generating",
    simpleTable(stepping, "µs"),
    ...(javascript.length > 0
      ? [
          "## Training against libraries of JavaScript: how many times faster",
          scriptTable(javascript),
        ]
      : []),
    "## Cost against T and B: microseconds for each token",
    costTable("T", overSteps, ({ workload }) => workload.steps),
    costTable("B", overBatch, ({ workload }) => workload.batch),
    ...(debugging ? ["## A step in a debug session", debuggingTable(debugging)] : []),
    ...(watching.length > 0
      ? [
          "## A training that is watched: a snapshot every 10 updates, and a sequence traced through it",
          watchingTable(watching),
        ]
      : []),
    ...(preparing.length > 0
      ? [
          "## Data preparation: reading the samples' batches and laying them out",
          preparingTable(preparing),
        ]
      : []),
    ...(beginnings.length > 0
      ? [
          "## From the command to the first update, and the most memory until then",
          beginningTable(beginnings),
        ]
      : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** `next` and all that an editor asks at a stop (stack, scopes, variables of every scope), through the worker's channel. */
export function debuggingTable({ steps, hidden, launchMs, stepMs }: DebuggingTimes): string {
  const sorted = stepMs.toSorted((a, b) => a - b);
  return table(
    ["sequence", "seconds until the first stop", "ms a step, median", "95 %", "longest"],
    [
      [
        `${steps.toLocaleString("en")} steps, lstm H${hidden}`,
        digits(launchMs / 1000, 2),
        digits(median(stepMs)),
        digits(sorted[Math.ceil(0.95 * sorted.length) - 1]),
        digits(sorted.at(-1)),
      ],
    ],
  );
}

export const watchingTable = (rows: readonly WatchedTraining[]): string =>
  table(
    ["training", "ms an update", "watched", "costs", "snapshots", "of them traced"],
    rows.map(({ what, alone, watched, snapshots, traces }) => [
      what,
      digits(median(alone)),
      digits(median(watched)),
      percent((ratio(watched, alone) ?? Number.NaN) - 1),
      String(snapshots),
      String(traces),
    ]),
  );

export const beginningTable = (rows: readonly Beginning[]): string =>
  table(
    ["`unroll train` on", "ms", "MB"],
    rows.map(({ what, milliseconds, megabytes }) => [
      what,
      String(Math.round(median(milliseconds))),
      digits(megabytes),
    ]),
  );

export const preparingTable = (rows: readonly Preparing[]): string =>
  table(
    ["training", "threads", "ms an update", "data preparation, % of it"],
    rows.map(({ what, threads, updateMs, preparingMs }) => [
      what,
      String(threads),
      digits(updateMs),
      digits((100 * preparingMs) / updateMs),
    ]),
  );

function trainingTable(rows: readonly Row[]): string {
  return table(
    [
      "network",
      "ms",
      "spread",
      "tokens per second",
      "GFLOP/s",
      "of the 128-bit ceiling",
      "× PyTorch",
    ],
    rows.map((row) => {
      const { workload, times, ceilings, peers } = row;
      const ms = medianOf(times.one);
      const gigaflops = times.one?.map((time) => operationsOf(workload) / time / 1e6);
      const tokens = ms && ((workload.batch * workload.steps) / ms) * 1000;
      return [
        titleOf(workload),
        digits(ms),
        percent(spread(times.one)),
        tokens ? Math.round(tokens).toLocaleString("en") : "–",
        digits(medianOf(gigaflops)),
        percent(ratio(gigaflops, ceilings)),
        digits(ratio(peers["PyTorch"], times.one), 2),
      ];
    }),
  );
}

const over = (row: Row, variant: VariantName, peer: string): string =>
  digits(ratio(row.peers[peer], row.times[variant]), 2);

function variantTable(rows: readonly Row[]): string {
  return table(
    [
      "network",
      "2 threads over 1",
      "2 threads × PyTorch with 2",
      "wide over 128-bit",
      "wide × PyTorch",
      "2 threads, wide × PyTorch with 2",
    ],
    rows.map((row) => [
      titleOf(row.workload),
      digits(ratio(row.times.one, row.times.two), 3),
      over(row, "two", "PyTorch 2"),
      digits(ratio(row.times.one, row.times.wide), 2),
      over(row, "wide", "PyTorch"),
      over(row, "twoWide", "PyTorch 2"),
    ]),
  );
}

const simpleTable = (rows: readonly Row[], unit: "ms" | "µs"): string =>
  table(
    ["network", unit, "× PyTorch", "wide × PyTorch"],
    rows.map(({ workload, times, peers }) => [
      titleOf(workload),
      digits((medianOf(times.one) ?? Number.NaN) * (unit === "µs" ? 1000 : 1)),
      digits(ratio(peers["PyTorch"], times.one), 2),
      digits(ratio(peers["PyTorch"], times.wide), 2),
    ]),
  );

function scriptTable(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap(({ peers }) => Object.keys(peers)))];
  return table(
    ["network", ...names],
    rows.map(({ workload, times, peers }) => [
      titleOf(workload),
      ...names.map((name) => {
        const [theirs, ours] = [medianOf(peers[name]), medianOf(times.one)];
        return digits(theirs && ours && theirs / ours, 2);
      }),
    ]),
  );
}

const costTable = (letter: string, rows: readonly Row[], size: (row: Row) => number): string =>
  table(
    [letter, ...rows.map((row) => String(size(row)))],
    [
      [
        "µs",
        ...rows.map(({ workload, times }) =>
          digits(((medianOf(times.one) ?? Number.NaN) * 1000) / (workload.steps * workload.batch)),
        ),
      ],
    ],
  );
