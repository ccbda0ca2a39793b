/**
 * How a run is, when two tell of it: what its training said last in this window, and its record on disk, which
 * is written and read later, and so may go on saying "training" for a while after the end.
 */
import type { RunState, TrainingStatus } from "../../protocol/training.ts";
import type { RunRecord } from "../../runs/record.ts";

/** What a training said, and when (milliseconds since 1970). */
export interface Heard {
  readonly status: Pick<TrainingStatus, "state">;
  readonly at: number;
}

const goesOn = (state: RunState): boolean => state === "training" || state === "paused";

/** Undefined for a run of which nobody told anything. @param runsHere whether its training runs in this window now */
export function runState(
  record: Pick<RunRecord, "state" | "updatedAt"> | undefined,
  heard: Heard | undefined,
  runsHere: boolean,
): RunState | undefined {
  if (!heard) return record?.state;
  if (runsHere || !record) return heard.status.state;
  // Something else may have gone on with it since, which only its record knows.
  const isOlder = Date.parse(record.updatedAt) <= heard.at;
  return isOlder && goesOn(record.state) ? heard.status.state : record.state;
}
