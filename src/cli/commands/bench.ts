/** `unroll bench`: how fast this machine trains a network of a given size. */
import { measureTraining, type Measurement } from "../../jobs/benchmark.ts";
import type { Workload } from "../../jobs/benchmarkWorkload.ts";
import { defineCommand, oneOf, positiveNumber, UsageError, wholeNumber } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { count, measured } from "../inWords.ts";

const help = `Usage: unroll bench [--cell lstm] [--hidden 128] [--batch 32] [--steps 64] [--input 64] [--json]

Trains one recurrent layer on random numbers for a few seconds and says how fast: real updates, as in any
training (forward, backpropagation through all steps, Adam), with a softmax over as many classes as the input
has numbers. Tokens are time steps of all sequences of a batch.

  --cell CELL       rnn, gru or lstm
  --hidden H        units of the layer
  --batch B         sequences side by side
  --steps T         time steps of each
  --input I         numbers at each step, and classes
  --kernels KERNELS simd (WebAssembly vectors) or reference (plain TypeScript)
  --seconds S       how long to measure, 3 by default
  --json            one JSON object on one line
`;

export const benchCommand = defineCommand({
  name: "bench",
  summary: "measure how fast this machine trains",
  help,
  options: {
    cell: { type: "string", default: "lstm" },
    hidden: { type: "string", default: "128" },
    batch: { type: "string", default: "32" },
    steps: { type: "string", default: "64" },
    input: { type: "string", default: "64" },
    kernels: { type: "string", default: "simd" },
    seconds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
  positionals: { least: 0, most: 0 },
  async run({ values }, { out, createKernels }) {
    const workload: Workload = {
      cell: oneOf("--cell", values.cell, ["rnn", "gru", "lstm"]),
      hidden: size("--hidden", values.hidden),
      batch: size("--batch", values.batch),
      steps: size("--steps", values.steps),
      inputs: size("--input", values.input),
    };
    const choice = oneOf("--kernels", values.kernels, ["simd", "reference"]);
    const seconds = positiveNumber("--seconds", values.seconds) ?? 3;
    const kernels = createKernels({ kernels: choice });
    const facts = { ...workload, threads: 1, kernels: kernels.name };
    const measurement = measureTraining(workload, kernels, seconds);
    if (values.json) out.write(`${JSON.stringify({ ...measurement, ...facts })}\n`);
    else out.write(inWords(facts, measurement));
    return exitCodes.done;
  },
});

const largest = 1e6;

function size(option: string, written: string): number {
  const number = wholeNumber(option, written, 1) ?? 1;
  if (number > largest) throw new UsageError(`${option} is too large: at most ${count(largest)}.`);
  return number;
}

function inWords(
  facts: Workload & { readonly threads: number; readonly kernels: string },
  found: Measurement,
): string {
  const { cell, hidden, batch, steps, inputs, threads, kernels } = facts;
  const [low, high] = found.stepMsQuartiles;
  return `${cell} ${hidden}, batch ${batch}, ${steps} steps of ${inputs} numbers: ${count(found.parameterCount)} parameters
  ${count(found.tokensPerSecond)} tokens per second
  ${measured(found.stepMs)} ms per update (middle half ${measured(low)} to ${measured(high)}, ${count(found.updates)} updates)
  ${measured(found.gigaflops)} GFLOP/s in the products
  ${threads === 1 ? "one thread" : `${threads} threads`}, ${kernels} kernels
  loss ${measured(found.firstLoss)} to ${measured(found.lastLoss)} on the one batch that it trains
`;
}
