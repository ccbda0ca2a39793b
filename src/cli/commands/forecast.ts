/** `unroll forecast`: goes on beyond the end of a table, feeding predictions back as inputs. */
import { createTraceSession } from "../../jobs/traceSession.ts";
import { defineCommand, oneOf, wholeNumber } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { findRun } from "../findRun.ts";

const help = `Usage: unroll forecast RUN --steps N [--checkpoint best|last] [--json]

Forecasts N rows beyond the end of the table that a run was trained on, in the table's own units.
Writes CSV. A network that was trained with the loss "gaussian" also says how sure it is: the column
"NAME ±σ" is the deviation of each number, taking the rows before it for the truth.

  RUN            a run's folder, id, name, or "latest"
  --steps N      rows to forecast (default 10)
  --checkpoint   the weights with the best loss, or the last ones (default best)
  --json         one JSON object per row instead of CSV
`;

export const forecastCommand = defineCommand({
  name: "forecast",
  summary: "go on beyond the end of a table",
  help,
  options: {
    steps: { type: "string", default: "10" },
    checkpoint: { type: "string", default: "best" },
    json: { type: "boolean", default: false },
  },
  positionals: { least: 1, most: 1 },
  async run({ values, positionals }, { out, folder, createKernels }) {
    const checkpoint = oneOf("--checkpoint", values.checkpoint, ["best", "last"]);
    const steps = wholeNumber("--steps", values.steps, 1) ?? 10;
    const run = await findRun(positionals[0], folder);
    const session = createTraceSession({ createKernels, workspaceFolders: [folder] });
    const { names, rows, deviations } = await session.forecast({
      runFolder: run.folder,
      checkpoint,
      steps,
    });
    const columns = [...names, ...(deviations ? names.map((name) => `${name} ±σ`) : [])];
    if (!values.json) out.write(`${["step", ...columns].map(quoted).join(",")}\n`);
    for (const [index, means] of rows.entries()) {
      const row = [...means, ...(deviations?.[index] ?? [])];
      const step = index + 1;
      out.write(
        values.json
          ? `${JSON.stringify({ step, ...Object.fromEntries(columns.map((name, i) => [name, row[i]])) })}\n`
          : `${[step, ...row].join(",")}\n`,
      );
    }
    return exitCodes.done;
  },
});

/** As RFC 4180 asks. */
const quoted = (cell: string): string =>
  /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
