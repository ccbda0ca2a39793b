/**
 * `npm run bench [-- --python PATH] [--quick] [--only lstm|gru|rnn|debug|begin|watch|prepare] [--no-peers] [--note TEXT]`
 *
 * Unroll beside PyTorch and the libraries of JavaScript, interleaved in one run; writes test/bench/RESULTS.md. With `--only`
 * it prints and writes nothing; `debug` is stepping in a debug session, through the worker; `begin` is the time until the first update, `watch` what snapshots cost that are traced, `prepare` what of an update is data preparation (all four want `npm run build` before). `--quick` takes about six minutes on two cores, the whole about fifteen.
 */
import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureLargeData, measureSamples } from "./beginning.ts";
import { measureDebugging } from "./debugging.ts";
import { cells, measureAgainstJavaScript, measureRow, sizes, titleOf } from "./measurements.ts";
import type { Row, VariantName } from "./measurements.ts";
import { startJavaScriptPeers, startPytorch, type Kind } from "./peers.ts";
import { kernelsOf } from "./unrollRunner.ts";
import { measurePreparing } from "./preparing.ts";
import {
  beginningTable,
  debuggingTable,
  median,
  preparingTable,
  toMarkdown,
  watchingTable,
} from "./results.ts";
import { measureWatching } from "./snapshots.ts";

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    python: { type: "string", default: "python3" },
    only: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    peers: { type: "boolean", default: true },
    note: { type: "string", default: "" },
  },
});
const effort = options.quick ? { rounds: 5, seconds: 0.1 } : { rounds: 9, seconds: 0.25 };
const started = performance.now();

const progress = (what: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${what}`);

if (options.only === "debug") {
  console.log(debuggingTable(await measureDebugging(options.quick ? 200 : 1000)));
  process.exit(0);
}

const measureBeginnings = async () => [
  ...(await measureSamples(options.quick ? 3 : 7)),
  ...(await measureLargeData(1_000_000, 100_000_000)),
];
if (options.only === "begin") {
  console.log(beginningTable(await measureBeginnings()));
  process.exit(0);
}

if (options.only === "watch") {
  console.log(watchingTable(await measureWatching(options.quick ? 3 : 5)));
  process.exit(0);
}
if (options.only === "prepare") {
  console.log(preparingTable(await measurePreparing(options.quick ? 0.3 : 1)));
  process.exit(0);
}

const pytorch = await startPytorch(options.python);
if (pytorch.length === 0) console.log("No PyTorch found: --python PATH.");
const javascriptPeers = options.peers ? await startJavaScriptPeers() : [];

const workloads = cells
  .filter((cell) => cell.includes(options.only))
  .flatMap((cell) => sizes.map((size) => ({ cell, ...size })));

async function measureAll(kind: Kind, names: readonly VariantName[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const workload of workloads) {
    progress(`${kind} ${titleOf(workload)}`);
    rows.push(await measureRow(kind, workload, names, pytorch, effort));
  }
  return rows;
}

const training = await measureAll("train", ["one", "wide", "two", "twoWide"]);
const evaluation = await measureAll("evaluate", ["one", "wide"]);
const stepping = await measureAll("step", ["one", "wide"]);

const overSteps: Row[] = [];
for (const steps of [16, 64, 256, 1024]) {
  const workload = { cell: "lstm", hidden: 128, batch: 8, steps, inputs: 64 } as const;
  progress(`cost of ${titleOf(workload)}`);
  overSteps.push(await measureRow("train", workload, ["one"], [], effort));
}
const overBatch: Row[] = [];
for (const batch of [4, 16, 64, 256]) {
  const workload = { cell: "lstm", hidden: 128, batch, steps: 32, inputs: 64 } as const;
  progress(`cost of ${titleOf(workload)}`);
  overBatch.push(await measureRow("train", workload, ["one"], [], effort));
}

const javascript: Row[] = [];
if (javascriptPeers.length > 0) {
  for (const workload of workloads) {
    // Beyond these a single step of theirs takes many seconds.
    if (workload.hidden > (options.quick ? 64 : 128)) continue;
    progress(`libraries of JavaScript ${titleOf(workload)}`);
    javascript.push(await measureAgainstJavaScript(workload, javascriptPeers, effort));
  }
}
for (const peer of [...pytorch, ...javascriptPeers]) peer.stop();
progress("a debug session");
const debugging =
  options.only === "" ? await measureDebugging(options.quick ? 200 : 1000) : undefined;
progress("trainings that are watched");
const watching = options.only === "" ? await measureWatching(options.quick ? 3 : 5) : [];
progress("data preparation");
const preparing = options.only === "" ? await measurePreparing(options.quick ? 0.3 : 1) : [];
progress("the beginning of trainings");
const beginnings = options.only === "" ? await measureBeginnings() : [];

const ceiling = median(training.flatMap(({ ceilings }) => ceilings));
const versions = [...pytorch, ...javascriptPeers].map(({ name, version }) => `${name} ${version}`);
const report = toMarkdown({
  circumstances: [
    ...(options.note ? [`**${options.note}**`, ""] : []),
    `* ${cpus()[0].model}, ${availableParallelism()} processors, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}`,
    `* Node ${process.version} (V8 ${process.versions.v8}); ${versions.join(", ") || "no peers"}`,
    `* float32; 128-bit vectors${kernelsOf(false)?.fused ? ", with fused multiplications and additions," : ""} reach ${ceiling.toFixed(1)} GFLOP/s in one thread out of the first-level cache, measured in each round`,
    `* ${new Date().toISOString().slice(0, 10)}, \`npm run bench${options.quick ? " -- --quick" : ""}\`, ${effort.rounds} rounds, one layer on ${sizes[0].inputs} inputs with a softmax of ${sizes[0].inputs} classes`,
  ],
  training,
  evaluation,
  stepping,
  javascript,
  overSteps,
  overBatch,
  ...(debugging && { debugging }),
  watching,
  preparing,
  beginnings,
});
console.log(report);
if (options.only === "") await writeFile(join(import.meta.dirname, "RESULTS.md"), report);
process.exit(0);
