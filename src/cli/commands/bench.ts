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
  --threads N       threads that share each batch, 1 by default
  --kernels KERNELS simd (WebAssembly vectors) or reference (plain TypeScript)
  --wide            pair vectors into 256 bits, an experiment of V8's (checked first; off where it fails)
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
    threads: { type: "string", default: "1" },
    kernels: { type: "string", default: "simd" },
    wide: { type: "boolean", default: false },
    seconds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
  positionals: { least: 0, most: 0 },
  async run({ values }, { out, createKernels, shardScript }) {
    const workload: Workload = {
      cell: oneOf("--cell", values.cell, ["rnn", "gru", "lstm"]),
      hidden: size("--hidden", values.hidden),
      batch: size("--batch", values.batch),
      steps: size("--steps", values.steps),
      inputs: size("--input", values.input),
    };
    const choice = oneOf("--kernels", values.kernels, ["simd", "reference"]);
    const seconds = positiveNumber("--seconds", values.seconds) ?? 3;
    const kernels = createKernels({ kernels: choice, wide: values.wide });
    const threads = wholeNumber("--threads", values.threads, 1) ?? 1;
    const measurement = await measureTraining(workload, kernels, { seconds, threads, shardScript });
    const facts = {
      ...workload,
      kernels: kernels.name,
      wide: kernels.wide,
      fused: kernels.fused,
      ...measurement,
    };
    out.write(values.json ? `${JSON.stringify(facts)}\n` : inWords(facts));
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
  facts: Workload & Measurement & { readonly kernels: string; readonly wide: boolean },
): string {
  const { cell, hidden, batch, steps, inputs, threads, kernels, wide } = facts;
  const [low, high] = facts.stepMsQuartiles;
  return `${cell} ${hidden}, batch ${batch}, ${steps} steps of ${inputs} numbers: ${count(facts.parameterCount)} parameters
  ${count(facts.tokensPerSecond)} tokens per second
  ${measured(facts.stepMs)} ms per update (middle half ${measured(low)} to ${measured(high)}, ${count(facts.updates)} updates)
  ${measured(facts.gigaflops)} GFLOP/s in the products
  ${threads === 1 ? "one thread" : `${threads} threads`}, ${kernels} kernels${wide ? " with 256-bit vectors" : ""}
  loss ${measured(facts.firstLoss)} to ${measured(facts.lastLoss)} on the one batch that it trains
`;
}
