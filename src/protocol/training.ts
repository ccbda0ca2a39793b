/** What is told of a training, before, during and after it. */

/** What a config amounts to once its data was read: for the CodeLens and for diagnostics. */
export interface Inspection {
  readonly parameterCount?: number;
  readonly summary?: string;
  /** Memory of training: parameters, optimizer, states of a whole batch. */
  readonly trainingBytes?: number;
  readonly problems: readonly {
    readonly severity: "error" | "warning";
    readonly message: string;
    readonly path: readonly (string | number)[];
  }[];
}

export type RunState = "training" | "paused" | "finished" | "stopped" | "failed" | "interrupted";

export interface TrainingStatus {
  readonly runFolder: string;
  readonly runName: string;
  readonly state: RunState;
  readonly epoch: number;
  readonly epochs: number;
  readonly update: number;
  readonly updates: number;
  readonly loss?: number;
  readonly validationLoss?: number;
  readonly stepsPerSecond?: number;
  readonly remainingMs?: number;
  /** Updates that the newest snapshot on the disk has seen; absent when the config asks for none. */
  readonly snapshot?: number;
}

export interface TrainingResult {
  readonly runFolder: string;
  readonly state: "finished" | "stopped" | "failed";
  readonly updates: number;
  readonly trainLoss?: number;
  readonly validationLoss?: number;
  readonly bestValidationLoss?: number;
  readonly stoppedEarly: boolean;
  readonly elapsedMs: number;
  /** Why it failed, for the person. */
  readonly failure?: string;
}

/** One row of a run's metrics file; absent values were not measured at that update. */
export interface MetricsRow {
  readonly update: number;
  readonly epoch: number;
  readonly elapsedMs: number;
  readonly trainLoss?: number;
  readonly validationLoss?: number;
  /** Share of right answers, for classes. */
  readonly validationAccuracy?: number;
  /** For labels without places: edits that make what was decoded right, for each label. */
  readonly validationLabelErrorRate?: number;
  /** Share of targets that an encoder-decoder gets right from beginning to end. */
  readonly validationExactMatch?: number;
  /** L2 norm of the whole gradient before and after clipping. */
  readonly gradientNorm?: number;
  readonly clippedNorm?: number;
  /** Share of updates whose gradient was clipped. */
  readonly clippedShare?: number;
  readonly learningRate?: number;
  /** Time steps of all sequences trained per second. */
  readonly stepsPerSecond?: number;
}
