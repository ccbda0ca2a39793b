/**
 * `npm run bench [-- --python PATH] [--only lstm] [--rounds 7] [--json]`
 *
 * Whole training steps, as ratios: each round measures Unroll and PyTorch one after the other, so that
 * a noisy machine disturbs both; medians over rounds. Without a Python that has torch only Unroll's own
 * kernels are compared, vectors against plain TypeScript.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { operationsOf, type Workload } from "../../src/jobs/benchmarkWorkload.ts";
import { measureCeiling } from "./ceiling.ts";
import { startPytorch } from "./pytorch.ts";
import { createKernels, createTrainer } from "./unrollTrainer.ts";
import { titleOf, workloads } from "./workloads.ts";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "7" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Mean milliseconds of `updates` calls. */
async function timeSteps(step: () => Promise<unknown>, updates: number): Promise<number> {
  const start = performance.now();
  for (let k = 0; k < updates; k++) await step();
  return (performance.now() - start) / updates;
}

const pytorch = await startPytorch(options.python);
const ceiling = measureCeiling(createKernels("simd"));

async function measure(workload: Workload) {
  const operations = operationsOf(workload);
  const vector = createTrainer(workload, createKernels("simd"));
  const plain = createTrainer(workload, createKernels("reference"));
  // About a tenth of a second per round, at least one update.
  const updates = Math.max(1, Math.round(4e9 / operations));
  await timeSteps(vector, Math.max(2, updates));
  const times = { simd: [] as number[], pytorch: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.simd.push(await timeSteps(vector, updates));
    if (pytorch) times.pytorch.push(await pytorch.measure(workload, updates));
  }
  await timeSteps(plain, 1);
  const plainMs = await timeSteps(plain, Math.max(1, Math.round(updates / 10)));
  const stepMs = median(times.simd);
  const gigaflops = operations / stepMs / 1e6;
  return {
    workload: titleOf(workload),
    stepMs,
    spread: (Math.max(...times.simd) - Math.min(...times.simd)) / stepMs,
    gigaflops,
    shareOfCeiling: gigaflops / ceiling,
    overPlain: plainMs / stepMs,
    overPytorch: pytorch
      ? median(times.pytorch.map((time, round) => time / times.simd[round]))
      : undefined,
  };
}

console.log(
  `${cpus()[0].model}, Node ${process.version}, one thread, float32. Ceiling of 128-bit vectors: ${ceiling.toFixed(1)} GFLOP/s.`,
);
console.log(
  pytorch ? `Peer: PyTorch ${pytorch.version}, one thread.` : "No PyTorch found: --python PATH.",
);
console.log("");
console.log(
  "| network | ms per update | GFLOP/s | share of ceiling | × plain TypeScript | × PyTorch | spread |",
);
console.log("|---|---|---|---|---|---|---|");
for (const workload of workloads.filter(({ cell }) => cell.includes(options.only))) {
  const row = await measure(workload);
  console.log(
    options.json
      ? JSON.stringify(row)
      : `| ${row.workload} | ${row.stepMs.toFixed(2)} | ${row.gigaflops.toFixed(1)} | ${percent(row.shareOfCeiling)} | ${row.overPlain.toFixed(1)} | ${row.overPytorch?.toFixed(2) ?? "–"} | ${percent(row.spread)} |`,
  );
}
pytorch?.stop();
