/** `unroll check`: are the gradients of a config's network right? */
import { checkDefaults, checkGradients } from "../../jobs/checkGradients.ts";
import { gradientCheckText } from "../../jobs/gradientCheckText.ts";
import { defineCommand, positiveNumber, UsageError, wholeNumber } from "../command.ts";
import { requestOf } from "../configRequest.ts";
import { exitCodes } from "../environment.ts";

const { entries, sequences, steps, tolerance } = checkDefaults;

const help = `Usage: unroll check [CONFIG] [--all] [--set KEY=VALUE]… [--json]

Compares the gradients of backpropagation through time with central differences of the loss, in
float64, for the network that CONFIG describes (unroll.json in the current folder by default) with
its first weights, on the first sequences of its training data: every parameter tensor, the states
before the first step, and at every time step what is fed in and every layer's states. Of each tensor,
${entries} entries are compared, and half as many of each step: the largest, others that are not zero, and a
quarter drawn from all of them by the config's seed.

  --entries N       entries of each tensor, and half as many of each step (default ${entries})
  --all             every entry of every tensor, at every step
  --sequences N     sequences side by side (default ${sequences})
  --steps N         longer sequences are cut to N steps, where a loss is taken at every step (default ${steps})
  --tolerance X     relative error beyond which a gradient is wrong (default ${tolerance})
  --set KEY=VALUE   change the config for this check, e.g. --set model.layers.0.cell=gru
  --json            one JSON object

Exit code 1 when a gradient is wrong.
`;

export const checkCommand = defineCommand({
  name: "check",
  summary: "compare a network's gradients with differences of its loss",
  help,
  takesConfig: true,
  options: {
    entries: { type: "string" },
    all: { type: "boolean", default: false },
    sequences: { type: "string" },
    steps: { type: "string" },
    tolerance: { type: "string" },
    set: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
  },
  positionals: { least: 0, most: 1 },
  async run({ values, positionals }, environment) {
    const { out, error } = environment;
    const asked = wholeNumber("--entries", values.entries, 1);
    if (values.all && asked !== undefined) throw new UsageError("Say either --entries or --all.");
    const options = {
      entries: values.all ? ("all" as const) : asked,
      sequences: wholeNumber("--sequences", values.sequences, 1),
      steps: wholeNumber("--steps", values.steps, 1),
      tolerance: positiveNumber("--tolerance", values.tolerance),
    };
    const config = await requestOf(positionals[0] ?? ".", values.set, environment);
    if (!config) return exitCodes.usage;

    const abort = new AbortController();
    const stopListening = environment.onInterrupt(() => abort.abort());
    let shown = -1;
    try {
      const result = await checkGradients(
        { ...config, ...options },
        {
          signal: abort.signal,
          onProgress({ done, total }) {
            const percent = Math.floor((100 * done) / total);
            if (!error.terminal || percent === shown) return;
            shown = percent;
            error.write(`\r${percent} % of ${total} derivatives`);
          },
        },
      );
      if (shown >= 0) error.write("\r\x1b[K");
      out.write(values.json ? `${JSON.stringify(result)}\n` : gradientCheckText(result));
      return result.passed ? exitCodes.done : exitCodes.failed;
    } catch (thrown) {
      if (!abort.signal.aborted) throw thrown;
      error.write("\nInterrupted: nothing was found out.\n");
      return exitCodes.interrupted;
    } finally {
      stopListening();
    }
  },
});
