/** A training's progress in words: for the status bar, the notification and the runs tree. */
import type { RunState, TrainingStatus } from "../../protocol/training.ts";

const decimals = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** "epoch 3 of 10 · loss 1.234 (validation 1.301) · 12,345 steps/s · 2 min left" */
export function describeProgress(status: TrainingStatus): string {
  const validation =
    status.validationLoss === undefined ? "" : ` (validation ${formatLoss(status.validationLoss)})`;
  const parts = [
    `epoch ${status.epoch} of ${status.epochs}`,
    status.loss === undefined ? undefined : `loss ${formatLoss(status.loss)}${validation}`,
    status.state === "paused" ? "paused" : undefined,
    status.state === "paused" || status.stepsPerSecond === undefined
      ? undefined
      : `${decimals.format(status.stepsPerSecond)} steps/s`,
    status.state === "paused" || status.remainingMs === undefined
      ? undefined
      : `${formatDuration(status.remainingMs)} left`,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}

/** Share of all updates that are done, 0..1; 0 before the number of updates is known. */
export const completion = (status: TrainingStatus): number =>
  status.updates > 0 ? Math.min(status.update / status.updates, 1) : 0;

/** Four significant digits, so that neither 0.00012 nor 1234.5 loses its meaning. */
export function formatLoss(loss: number): string {
  if (!Number.isFinite(loss)) return String(loss);
  const magnitude = Math.abs(loss);
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5)) return loss.toExponential(2);
  return String(Number(loss.toPrecision(4)));
}

/** "850 ms", "12 s", "3 min 20 s", "2 h 5 min" */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${minutes} min${seconds % 60 ? ` ${seconds % 60} s` : ""}`;
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
}

export const stateTitles: Readonly<Record<RunState, string>> = {
  training: "training",
  paused: "paused",
  finished: "finished",
  stopped: "stopped",
  failed: "failed",
  interrupted: "interrupted",
};
