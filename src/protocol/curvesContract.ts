/**
 * What the curves panel asks, and what it is told. A contract of its own, because what was measured in hours of training
 * is megabytes, which the panels that show a trace would take in again with every trace.
 */
import type { PanelContract } from "./panelContract.ts";
import type { MetricsRow, RunState, TrainingStatus } from "./training.ts";

export interface CurvesContract {
  readonly calls: {
    /** The whole state, after which only events flow. */
    ready: (request: null) => CurvesState;
    run: PanelContract["calls"]["run"];
  };
  readonly events: {
    /** Replaces the state: other runs are shown, or one has another name or state. */
    state: CurvesState;
    progress: TrainingNews;
  };
}

export interface CurvesState {
  readonly runs: readonly CurveRun[];
  readonly training?: TrainingStatus;
}

/** How far a training is, and what it has measured since it said so last. */
export interface TrainingNews {
  readonly status: TrainingStatus;
  readonly rows: readonly MetricsRow[];
}

export interface CurveRun {
  readonly runFolder: string;
  readonly name: string;
  readonly state: RunState;
  readonly rows: readonly MetricsRow[];
  /**
   * What the run's losses measure, for the axis of their curve: "cross-entropy, nats per step", "mean squared error, in
   * standardized units". Runs whose units differ cannot be compared on one axis. Absent until the run's folder was read.
   */
  readonly lossUnit?: string;
}
