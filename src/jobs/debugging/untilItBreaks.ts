/** Attaching to a training: waits until one of its numbers is no number, and says meanwhile how far it is. */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../config/problem.ts";
import type { LaunchContext } from "../../debug/debuggee.ts";
import { recordingFile } from "../../runs/recording.ts";
import { readRun } from "../../runs/runFolder.ts";

const betweenLooksMs = 250;
const betweenReportsMs = 5000;

/** Throws `UserError` when the training ended and nothing broke; rejects when the session ends before. */
export async function untilItBreaks(
  runFolder: string,
  { signal, report }: LaunchContext,
): Promise<void> {
  let reportedAt = -Infinity;
  for (;;) {
    const { record } = await readRun(runFolder);
    const isRunning = record.state === "training" || record.state === "paused";
    if (!isRunning) {
      if (existsSync(recordingFile(runFolder))) return;
      throw new UserError(
        "training",
        `"${record.name}" is ${record.state}, and no number of it broke.`,
        {
          advice: "Debug a sequence with what it has learnt instead.",
        },
      );
    }
    if (performance.now() - reportedAt > betweenReportsMs) {
      const loss =
        record.trainLoss === undefined ? "" : `, loss ${record.trainLoss.toPrecision(4)}`;
      report(`${record.name}: ${record.update} updates${loss}; every number is finite.`);
      reportedAt = performance.now();
    }
    await sleep(betweenLooksMs, undefined, { signal });
  }
}
