/** `unroll translate`: what an encoder-decoder writes for a source. */
import { createTraceSession } from "../../jobs/traceSession.ts";
import { translationScoresText } from "../../jobs/translationScoresText.ts";
import { defineCommand, oneOf, UsageError, wholeNumber } from "../command.ts";
import { exitCodes } from "../environment.ts";
import { findRun } from "../findRun.ts";
import { alignedTable } from "../table.ts";

const help = `Usage: unroll translate RUN SOURCE… [--beams N] [--length-penalty X] [--json]
                           [--checkpoint best|last]
       unroll translate RUN --held-back [--json] [--checkpoint best|last]

Writes a target for each source with a trained encoder-decoder: greedily, and the best that a
beam search finds, with their log-probabilities in nats. Or translates, greedily, all that was
held back from the training, and measures BLEU (Papineni et al. 2002) and chrF (Popović 2015).

  RUN                  a run's folder, id, name, or "latest"
  SOURCE               what to read, such as "3 May 1979"
  --beams N            unfinished outputs kept at each step (default 5)
  --length-penalty X   0 ranks by probability alone; 0.6 lets longer outputs catch up (default 0.6;
                       Wu et al. 2016)
  --held-back          measure on the data that was never trained on
  --json               one JSON object for each source, or of all measures
  --checkpoint         the weights with the best loss, or the last ones (default best)
`;

export const translateCommand = defineCommand({
  name: "translate",
  summary: "write what an encoder-decoder makes of a source",
  help,
  options: {
    beams: { type: "string", default: "5" },
    "length-penalty": { type: "string", default: "0.6" },
    "held-back": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    checkpoint: { type: "string", default: "best" },
  },
  positionals: { least: 1, most: Infinity },
  async run({ values, positionals }, { out, folder, createKernels }) {
    const [name, ...sources] = positionals;
    const isMeasured = values["held-back"];
    if (isMeasured === sources.length > 0) {
      throw new UsageError(
        isMeasured
          ? "With --held-back there is no source to name."
          : "Name a source, or take --held-back.",
      );
    }
    const request = {
      checkpoint: oneOf("--checkpoint", values.checkpoint, ["best", "last"]),
      beams: wholeNumber("--beams", values.beams, 1) ?? 5,
      lengthPenalty: penaltyOf(values["length-penalty"]),
    };
    const run = await findRun(name, folder);
    const session = createTraceSession({ createKernels, workspaceFolders: [folder] });
    if (isMeasured) {
      const { checkpoint } = request;
      const scores = await session.scoreTranslations({ runFolder: run.folder, checkpoint });
      out.write(values.json ? `${JSON.stringify(scores)}\n` : translationScoresText(scores));
      return exitCodes.done;
    }
    for (const source of sources) {
      const found = await session.translate({ ...request, runFolder: run.folder, source });
      if (values.json) {
        out.write(`${JSON.stringify({ source, ...found })}\n`);
        continue;
      }
      const rows = [
        ["greedy", found.greedy] as const,
        ...found.beams.map((each, rank) => [`beam ${rank + 1}`, each] as const),
      ].map(([title, { text, logProbability, score, ended }]) => [
        title,
        logProbability.toFixed(3),
        score.toFixed(3),
        ended ? text : `${text}…`,
      ]);
      out.write(`${source}\n${alignedTable([["", "ln P", "score", ""], ...rows])}`);
    }
    return exitCodes.done;
  },
});

function penaltyOf(written: string): number {
  const number = Number(written);
  if (written.trim() !== "" && number >= 0 && Number.isFinite(number)) return number;
  throw new UsageError(`--length-penalty takes a number from 0 upwards, not "${written}".`);
}
