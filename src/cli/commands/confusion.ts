/** `unroll confusion`: what a classifier takes for what. */
import { confusionText } from "../../jobs/confusionText.ts";
import { createTraceSession } from "../../jobs/traceSession.ts";
import { defineCommand, oneOf } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { findRun } from "../findRun.ts";

const help = `Usage: unroll confusion RUN [--checkpoint best|last] [--json]

Lets a classifier read what was held back from its training, and shows what it takes for what: a
table of classes, the share of each that is found, and the sequences with a wrong answer, the surest
first.

  RUN            a run's folder, id, name, or "latest"
  --checkpoint   the weights with the best loss, or the last ones (default best)
  --json         one JSON object
`;

export const confusionCommand = defineCommand({
  name: "confusion",
  summary: "show what a classifier takes for what",
  help,
  options: {
    checkpoint: { type: "string", default: "best" },
    json: { type: "boolean", default: false },
  },
  positionals: { least: 1, most: 1 },
  async run({ values, positionals }, { out, folder, createKernels }) {
    const checkpoint = oneOf("--checkpoint", values.checkpoint, ["best", "last"]);
    const run = await findRun(positionals[0], folder);
    const session = createTraceSession({ createKernels, workspaceFolders: [folder] });
    const confusion = await session.confusion({ runFolder: run.folder, checkpoint });
    out.write(values.json ? `${JSON.stringify(confusion)}\n` : confusionText(confusion));
    return exitCodes.done;
  },
});
