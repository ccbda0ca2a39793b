/** What the panel says in words: the training's progress, a run's state, the scale of an axis. */
import type { RunState, TrainingStatus } from "../../src/protocol/training.ts";

export const stateTitles: Readonly<Record<RunState, string>> = {
  training: "Training",
  paused: "Paused",
  finished: "Finished",
  stopped: "Stopped",
  failed: "Failed",
  interrupted: "Interrupted",
};

/** The codicon of each state, the same as in the tree of runs. */
export const stateIcons: Readonly<Record<RunState, string>> = {
  training: "sync",
  paused: "debug-pause",
  finished: "pass",
  stopped: "circle-slash",
  failed: "error",
  interrupted: "warning",
};

export interface StatusPart {
  readonly label: string;
  readonly value: string;
}

/** Label and value of each thing known about a training, in the order in which it is read. */
export function statusParts(status: TrainingStatus): readonly StatusPart[] {
  const parts: StatusPart[] = [
    { label: "epoch", value: `${status.epoch} / ${status.epochs}` },
    { label: "update", value: `${count(status.update)} / ${count(status.updates)}` },
  ];
  if (status.loss !== undefined) parts.push({ label: "loss", value: lossText(status.loss) });
  if (status.validationLoss !== undefined) {
    parts.push({ label: "validation", value: lossText(status.validationLoss) });
  }
  const isRunning = status.state === "training";
  if (isRunning && status.stepsPerSecond !== undefined) {
    parts.push({ label: "speed", value: `${count(Math.round(status.stepsPerSecond))} steps/s` });
  }
  if (isRunning && status.remainingMs !== undefined) {
    parts.push({ label: "left", value: durationText(status.remainingMs) });
  }
  return parts;
}

export function lossText(loss: number): string {
  if (!Number.isFinite(loss)) return "not finite";
  if (loss !== 0 && Math.abs(loss) < 0.001) return loss.toExponential(2).replace("e-", "e−");
  return loss.toPrecision(4);
}

/** In the two largest units: "2 h 5 min", "3 min 20 s", "less than a second". */
export function durationText(milliseconds: number): string {
  const seconds = Math.round(Math.max(0, milliseconds) / 1000);
  if (seconds < 1) return "less than a second";
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${seconds % 60} s`;
  return `${seconds} s`;
}

/** What the losses measure, where all runs agree about it. */
export function lossTitle(runs: readonly { readonly lossUnit: string | undefined }[]): string {
  const units = new Set(runs.map(({ lossUnit }) => lossUnit));
  const [unit] = units;
  return units.size > 1 ? "in different units" : (unit ?? "mean");
}

const count = (value: number): string => value.toLocaleString("en-US");

/** The whole panel in a sentence, for those who hear it. */
export function statusSentence(status: TrainingStatus): string {
  const parts = statusParts(status).map(({ label, value }) => `${label} ${value}`);
  return `${status.runName}: ${stateTitles[status.state].toLowerCase()}, ${parts.join(", ")}.`;
}
