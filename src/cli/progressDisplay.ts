/** Shows a training's progress: one line that is redrawn on a terminal, plain lines elsewhere. */
import type { ProgressReport } from "../jobs/trainingReport.ts";
import type { TrainingStatus } from "../protocol/training.ts";
import type { Output } from "./environment.ts";
import { count, duration, measured } from "./inWords.ts";

export interface ProgressDisplay {
  show(report: ProgressReport): void;
  /** Leaves the terminal on a fresh line. */
  end(): void;
}

const barWidth = 20;
const blocks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/** Plain lines go to log files: one per validation, and one now and then between them. */
const betweenLinesMs = 10_000;

export const createProgressDisplay = (output: Output): ProgressDisplay =>
  output.terminal ? redrawnLine(output, output.terminal) : plainLines(output);

function redrawnLine(output: Output, terminal: { readonly columns: number }): ProgressDisplay {
  const clear = "\r\x1b[K";
  let drawn = false;
  return {
    show(report) {
      const { status } = report;
      const lasting = validationLines(report);
      const line = Array.from(statusLine(status))
        .slice(0, Math.max(0, terminal.columns - 1))
        .join("");
      output.write(clear + lasting + line);
      drawn = true;
    },
    end() {
      if (drawn) output.write(clear);
    },
  };
}

function plainLines(output: Output): ProgressDisplay {
  let lastLine = performance.now();
  return {
    show(report) {
      const lines = validationLines(report);
      if (lines === "" && performance.now() - lastLine < betweenLinesMs) return;
      lastLine = performance.now();
      output.write(lines === "" ? `${plainStatus(report.status)}\n` : lines);
    },
    end() {},
  };
}

/** A lasting line for each validation, however many there were since the last report. */
function validationLines({ status, rows }: ProgressReport): string {
  return rows
    .filter(({ validationLoss }) => validationLoss !== undefined)
    .map(({ epoch, update, validationLoss, validationAccuracy, validationExactMatch }) => {
      const accuracy =
        validationAccuracy === undefined
          ? ""
          : `  accuracy ${(validationAccuracy * 100).toFixed(1)} %`;
      const exact =
        validationExactMatch === undefined
          ? ""
          : `  exact match ${(validationExactMatch * 100).toFixed(1)} %`;
      const loss = rows.findLast(
        (row) => row.trainLoss !== undefined && row.update <= update,
      )?.trainLoss;
      return `epoch ${epoch}/${status.epochs}  update ${count(update)}  loss ${measured(loss ?? status.loss)}  validation ${measured(validationLoss)}${accuracy}${exact}\n`;
    })
    .join("");
}

const plainStatus = (status: TrainingStatus): string =>
  [`${percent(status)} %`, ...details(status)].join("  ");

const statusLine = (status: TrainingStatus): string =>
  [`${bar(status)} ${String(percent(status)).padStart(3)} %`, ...details(status)].join("  ");

function details(status: TrainingStatus): string[] {
  const { epoch, epochs, loss, validationLoss, stepsPerSecond, remainingMs } = status;
  const parts = [`epoch ${epoch}/${epochs}`];
  if (loss !== undefined) parts.push(`loss ${measured(loss)}`);
  if (validationLoss !== undefined) parts.push(`validation ${measured(validationLoss)}`);
  if (stepsPerSecond !== undefined) parts.push(`${count(stepsPerSecond)} steps/s`);
  if (remainingMs !== undefined) parts.push(`${duration(remainingMs)} left`);
  return parts;
}

const shareOf = ({ update, updates }: TrainingStatus): number =>
  updates === 0 ? 1 : Math.min(1, update / updates);

const percent = (status: TrainingStatus): number => Math.floor(shareOf(status) * 100);

function bar(status: TrainingStatus): string {
  const eighths = Math.round(shareOf(status) * barWidth * 8);
  const drawn = "█".repeat(Math.floor(eighths / 8)) + blocks[eighths % 8];
  return `▕${drawn.padEnd(barWidth)}▏`;
}
