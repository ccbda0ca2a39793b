/** `unroll generate`: lets a language model write. */
import { createTraceSession } from "../../jobs/traceSession.ts";
import { defineCommand, oneOf, positiveNumber, wholeNumber } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { findRun } from "../findRun.ts";

const help = `Usage: unroll generate RUN [--condition LABEL] [--prompt TEXT] [--length N] [--temperature X] [--top-k N]
                          [--seed N] [--checkpoint best|last]

Writes a text with a trained language model.

  RUN               a run's folder, id, name, or "latest"
  --condition LABEL the class of the text, for a model that writes texts of classes
  --prompt TEXT     what the text begins with (nothing by default)
  --length N        characters or words to write (default 200)
  --temperature X   below 1 bolder in its own habits, above 1 more varied (default 0.8)
  --top-k N         choose among the N most probable only
  --seed N          same seed, same text (default 1)
  --checkpoint      the weights with the best loss, or the last ones (default best)
`;

export const generateCommand = defineCommand({
  name: "generate",
  summary: "write a text with a trained language model",
  help,
  options: {
    condition: { type: "string" },
    prompt: { type: "string", default: "" },
    length: { type: "string", default: "200" },
    temperature: { type: "string", default: "0.8" },
    "top-k": { type: "string" },
    seed: { type: "string", default: "1" },
    checkpoint: { type: "string", default: "best" },
  },
  positionals: { least: 1, most: 1 },
  async run({ values, positionals }, { out, folder, createKernels }) {
    const request = {
      checkpoint: oneOf("--checkpoint", values.checkpoint, ["best", "last"]),
      prompt: values.prompt,
      ...(values.condition !== undefined && { condition: values.condition }),
      length: wholeNumber("--length", values.length, 1) ?? 200,
      temperature: positiveNumber("--temperature", values.temperature) ?? 0.8,
      topK: wholeNumber("--top-k", values["top-k"], 1),
      seed: wholeNumber("--seed", values.seed, 0) ?? 1,
    };
    const run = await findRun(positionals[0], folder);
    const session = createTraceSession({ createKernels, workspaceFolders: [folder] });
    const { text } = await session.generate({ ...request, runFolder: run.folder });
    out.write(`${text}\n`);
    return exitCodes.done;
  },
});
