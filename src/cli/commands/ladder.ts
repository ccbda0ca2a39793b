/** `unroll ladder`: can the engine learn what the literature says recurrent networks can? */
import { resolve } from "node:path";
import { nearest } from "../../config/nearest.ts";
import { climb } from "../../jobs/ladder/climb.ts";
import { ladderTable, valueInWords } from "../../jobs/ladder/ladderTable.ts";
import { isSolved, rungs, type Rung } from "../../jobs/ladder/rungs.ts";
import { defineCommand, UsageError, wholeNumber } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { count, duration } from "../inWords.ts";

const help = `Usage: unroll ladder [--only TASK,TASK] [--seeds 3] [--out FOLDER] [--json]

Trains a network on each of the literature's tasks, with several seeds, and prints a table in Markdown:
what was reached on sequences that were never trained on, what guessing reaches, and the published figure.

Results are kept: a climb that was stopped with Ctrl-C goes on where it was, and a task whose config has not
changed is not trained again.

  --only TASKS   ${rungs.map(({ id }) => id).join(", ")}
  --seeds N      trainings of each task, 3 by default
  --out FOLDER   where runs and results are kept, .unroll/ladder by default
  --json         one JSON line per training instead of the table
`;

export const ladderCommand = defineCommand({
  name: "ladder",
  summary: "train on the literature's tasks, and compare",
  help,
  options: {
    only: { type: "string" },
    seeds: { type: "string", default: "3" },
    out: { type: "string", default: ".unroll/ladder" },
    json: { type: "boolean", default: false },
  },
  positionals: { least: 0, most: 0 },
  async run({ values }, environment) {
    const { out, error, folder, createKernels } = environment;
    const chosen = choose(values.only);
    const seedCount = wholeNumber("--seeds", values.seeds, 1) ?? 3;
    const controller = new AbortController();
    const stopListening = environment.onInterrupt(() => controller.abort());
    try {
      const climbs = await climb(chosen, {
        folder: resolve(folder, values.out),
        seeds: Array.from({ length: seedCount }, (_, index) => index + 1),
        createKernels,
        signal: controller.signal,
        onClimb(rung, found, known) {
          const { seed, value, updates, elapsedMs } = found;
          const verdict = isSolved(rung, value) ? "solved" : "not solved";
          const effort = `${count(updates)} updates, ${duration(elapsedMs)}`;
          error.write(
            `${rung.title}, seed ${seed}: ${valueInWords(rung, value)} ${rung.unit}, ${verdict} (${known ? "known, " : ""}${effort})\n`,
          );
          const { config: _, ...facts } = found;
          if (values.json)
            out.write(`${JSON.stringify({ ...facts, solved: isSolved(rung, value) })}\n`);
        },
      });
      if (!values.json) out.write(ladderTable(chosen, climbs));
    } finally {
      stopListening();
    }
    return controller.signal.aborted ? exitCodes.interrupted : exitCodes.done;
  },
});

function choose(only: string | undefined): readonly Rung[] {
  if (only === undefined) return rungs;
  const ids = rungs.map(({ id }) => id);
  return only.split(",").map((written) => {
    const found = rungs.find(({ id }) => id === written.trim());
    if (found) return found;
    const meant = nearest(written.trim(), ids);
    const question = meant === undefined ? "" : ` Did you mean "${meant}"?`;
    throw new UsageError(
      `--only knows no task "${written.trim()}".${question} There are ${ids.join(", ")}.`,
    );
  });
}
