/** What the checks of meaning share: how they say what is wrong, and what was really written. */
import type { ConfigPath } from "../positions.ts";
import type { Config, SyntheticTask } from "../schema.ts";
import type { PathProblem } from "../validate.ts";

/** Whether somebody wrote the key, rather than left it to its default. */
export type IsWritten = (...path: string[]) => boolean;

export const error = (path: ConfigPath, message: string): PathProblem => ({
  severity: "error",
  path,
  message,
});
export const warning = (path: ConfigPath, message: string): PathProblem => ({
  severity: "warning",
  path,
  message,
});
/** About a key that is there but does nothing. */
export const idle = (path: ConfigPath, message: string): PathProblem => ({
  ...warning(path, message),
  at: "key",
});

/** Tasks that read numbers rather than symbols. */
const numericTasks: ReadonlySet<SyntheticTask> = new Set(["adding", "waveform", "phonemes"]);

type FrameData = Extract<Config["data"], { kind: "labelled-frames" | "labelled-sound" }>;

const hasFrames = (data: Config["data"]): data is FrameData =>
  data.kind === "labelled-frames" || data.kind === "labelled-sound";

/** Whether it predicts labels whose places are not known. */
export const hasLabels = (data: Config["data"]): boolean =>
  (hasFrames(data) && data.predict === "transcript") ||
  (data.kind === "synthetic" && data.task === "phonemes");

/** Whether it reads numbers and predicts classes of them. */
export const hasClassesOfNumbers = (data: Config["data"]): boolean =>
  hasFrames(data) && data.predict !== "transcript";

/** Whether the network reads numbers, rather than symbols; where it predicts no labels or classes, it predicts numbers too. */
export const hasNumbers = (data: Config["data"]): boolean =>
  data.kind === "table" ||
  hasFrames(data) ||
  (data.kind === "synthetic" && numericTasks.has(data.task));

const pairTasks: ReadonlySet<SyntheticTask> = new Set(["dates", "reversal"]);

/** Whether each source has a target of a length of its own, so that a decoder has to write it. */
export const hasPairs = (data: Config["data"]): boolean =>
  data.kind === "pairs" || (data.kind === "synthetic" && pairTasks.has(data.task));
