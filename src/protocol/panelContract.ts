/** What a panel that shows a trace may ask the host, and what the host tells all of them. */
import type { WeightsChoice } from "./sequenceChoice.ts";
import type { SnapshotsShown } from "./snapshotsShown.ts";
import type { Cursor, TraceSummary } from "./traceSummary.ts";
import type { WorkerContract } from "./workerContract.ts";

export interface PanelContract {
  readonly calls: {
    /** The whole state, after which only events flow. */
    ready: (request: null) => PanelState;
    /** This trace is on the screen, with all that was asked about it: the next one may come. */
    seen: (request: { trace: string }) => null;
    moveCursor: (request: Partial<Cursor>) => null;
    /** Shows the same sequence through these weights of its run. */
    showThrough: (request: { weights: WeightsChoice }) => null;
    run: (request: { command: PanelCommand }) => null;
    columns: WorkerContract["calls"]["columns"];
    heatmap: WorkerContract["calls"]["heatmap"];
    norms: WorkerContract["calls"]["norms"];
    gradientFlow: WorkerContract["calls"]["gradientFlow"];
    jacobians: WorkerContract["calls"]["jacobians"];
    saliency: WorkerContract["calls"]["saliency"];
  };
  readonly events: {
    /** Replaces the state: a new trace, or none. */
    state: PanelState;
    cursor: Cursor;
    playing: { readonly playing: boolean };
    snapshots: SnapshotsShown | null;
  };
}

export interface PanelState {
  readonly trace?: TraceSummary;
  readonly cursor?: Cursor;
  /** Of the trace's run; absent where it kept none. */
  readonly snapshots?: SnapshotsShown;
  readonly playing: boolean;
  /** A trace is being computed. */
  readonly busy: boolean;
}

export type PanelKind = "timeline" | "gates" | "gradients" | "curves";

/** Commands that a panel may ask the host to run; each is also in the Command Palette. */
export type PanelCommand =
  | "unroll.nextStep"
  | "unroll.previousStep"
  | "unroll.firstStep"
  | "unroll.lastStep"
  | "unroll.play"
  | "unroll.stepThrough"
  | "unroll.showAfterUpdate"
  | "unroll.train"
  | "unroll.pause"
  | "unroll.resume"
  | "unroll.stop"
  | "unroll.newConfig"
  | "unroll.openTimelineInEditor"
  | "unroll.openGatesInEditor"
  | "unroll.openGradientsInEditor"
  | "unroll.openCurvesInEditor";
