/** Everything that crosses a boundary, declared once: worker ⇄ host, and panel ⇄ host. */
import type { ModelCalls, ModelTrace } from "./modelContract.ts";
import type { Heatmap, HeatmapSlice } from "../trace/heatmap.ts";
import type { Direction, ModelDescription, Axis } from "../trace/trace.ts";

// ---------------------------------------------------------------- shared by both boundaries

/** The one cursor that all panels and the debugger share. The host owns it. */
export interface Cursor {
  readonly layer: number;
  readonly direction: Direction;
  /** Step, 0..T−1. */
  readonly t: number;
  readonly unit?: number;
}

/** Lines and columns count from 1, columns in UTF-16 units. */
export interface TextPosition {
  readonly line: number;
  /** Absent: the line's beginning, or at the end of a range the line's end. */
  readonly column?: number;
}

/** Which sequence to look at: one of the data set, a part of a file, or one that the person typed. */
export type SequenceChoice =
  | {
      readonly kind: "example";
      readonly split: "training" | "validation";
      readonly index: number;
      readonly steps?: number;
    }
  | { readonly kind: "typed"; readonly text: string }
  /** A range of a text file, half-open where columns are given. */
  | {
      readonly kind: "file";
      /** Absolute, or relative to the config's folder. */
      readonly file: string;
      readonly from: TextPosition;
      readonly to?: TextPosition;
      readonly steps?: number;
    }
  /** Rows of the table that the run was trained on, counted from 1 below the header, both ends included. */
  | { readonly kind: "rows"; readonly first: number; readonly last: number }
  /** The one in which the run's training broke, with the weights that it had then. */
  | { readonly kind: "broken" };

export type CheckpointChoice = "best" | "last";

export interface TensorSummary {
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly shape: readonly number[];
}

/** What a panel must know of a trace to draw its frame; the tensors themselves stay in the worker. */
export interface TraceSummary {
  readonly id: string;
  readonly runFolder: string;
  readonly runName: string;
  /** Where it is no run, but a network of this file: there is no checkpoint then, and no update. */
  readonly modelFile?: string;
  readonly checkpoint: CheckpointChoice;
  /** Updates that the weights had seen. */
  readonly update: number;
  readonly sequence: { readonly choice: SequenceChoice; readonly title: string };
  readonly model: ModelDescription;
  readonly steps: number;
  /** In an encoder-decoder, the steps of the source, which come first. */
  readonly sourceSteps?: number;
  /** Mean loss over the steps that have one. */
  readonly loss?: number;
  /** Of a network whose labels have no places (CTC). */
  readonly decoding?: LabelDecoding;
  readonly tensors: readonly TensorSummary[];
  /** What would have been, had somebody not edited a value; absent when nobody did. */
  readonly counterfactual?: Counterfactual;
}

/**
 * A trace whose values were edited, against the one that it branched off. It also has the tensors `change.` and a name:
 * its own minus the original's.
 */
export interface Counterfactual {
  /** The original's id. */
  readonly original: string;
  /** In words, in the order in which they were made: "h[3] of layer 0 at step 12: 0.412 → 0". */
  readonly edits: readonly string[];
  /** The first step at which anything differs. */
  readonly from: number;
  readonly originalLoss?: number;
}

/** A heatmap of one of the traces that the worker holds. */
export interface HeatmapRequest extends HeatmapSlice {
  readonly trace: string;
}

/** The labels that the outputs of a whole sequence say. */
export interface LabelDecoding {
  /** Of the likeliest path: repeated classes merged, blanks dropped. */
  readonly labels: readonly string[];
  /** The step at which each of them begins. */
  readonly starts: readonly number[];
  /** The likeliest labels over all paths, by prefix beam search; natural logarithms. Empty for very long sequences. */
  readonly beams: readonly {
    readonly labels: readonly string[];
    readonly logProbability: number;
  }[];
  readonly target?: readonly string[];
  /** Insertions, deletions and replacements that make `labels` the target. */
  readonly edits?: number;
}

/** One layer's cell at one step, summarised for the unrolled timeline. */
export interface CellSummary {
  readonly layer: number;
  readonly direction: Direction;
  /** Mean activation and saturated share per gate, in the cell's own order. */
  readonly gates: readonly {
    readonly part: string;
    readonly mean: number;
    readonly saturated: number;
  }[];
  /** L2 norms. */
  readonly hNorm: number;
  readonly cNorm?: number;
  /** L2 norms of dL/dh_t and dL/dc_t, total; absent when no loss was taken. */
  readonly hGradientNorm?: number;
  readonly cGradientNorm?: number;
  /** The two parts of dL/dh_t: through the layer above at this step, and through the next step. */
  readonly hGradientFromAboveNorm?: number;
  readonly hGradientFromFutureNorm?: number;
  /** What of dL/dc_t comes through the next step's cell state. */
  readonly cGradientFromFutureNorm?: number;
}

export interface TimelineColumn {
  readonly t: number;
  /** The token, or the row's name (a date), as text. */
  readonly input: string;
  /** For dense input: named values in the data's own units. */
  readonly inputValues?: readonly { readonly name: string; readonly value: number }[];
  readonly cells: readonly CellSummary[];
  /** Most probable classes first. */
  readonly predictions?: readonly { readonly label: string; readonly probability: number }[];
  readonly targetLabel?: string;
  /** The label that begins here on the likeliest path, where labels have no places. */
  readonly begins?: string;
  /** For forecasts: values in the data's own units. */
  readonly forecast?: readonly {
    readonly name: string;
    readonly predicted: number;
    readonly truth?: number;
    /** σ of a Gaussian forecast. */
    readonly deviation?: number;
  }[];
  readonly loss?: number;
  /** How much this step looks at each step of the source; they sum to 1. */
  readonly attention?: readonly number[];
  /** L2 norm of dL/dx_t. */
  readonly inputGradientNorm?: number;
  /** In a counterfactual trace: what the original has here. */
  readonly original?: OriginalColumn;
}

export interface OriginalColumn {
  readonly loss?: number;
  readonly predictions?: TimelineColumn["predictions"];
  readonly forecast?: TimelineColumn["forecast"];
  /** Of each cell, in the order of `cells`: L2 norm of the change of h. */
  readonly hChangeNorms: readonly number[];
}

/** ‖∂L_t/∂h_k‖ for loss steps t (rows) and source steps k ≤ t (columns). */
export interface GradientFlow {
  /** Uint32 step numbers of rows and columns. */
  readonly lossSteps: ArrayBuffer;
  readonly sourceSteps: ArrayBuffer;
  /** Float32, (rows, columns); NaN where k > t. */
  readonly values: ArrayBuffer;
}

export interface NormSeries {
  /** Float32, (columns): L2 norm over units at each step, the largest of each bucket. */
  readonly values: ArrayBuffer;
  /** Uint32, (columns): step of each. */
  readonly stepNumbers: ArrayBuffer;
}

/**
 * Singular values of the Jacobian of a layer's state by the state one step before, at some steps: how much a gradient is
 * stretched, at most and in the middle, as it goes back one step.
 */
export interface JacobianSpectra {
  /** Uint32, (columns): ascending. */
  readonly stepNumbers: ArrayBuffer;
  /** Of ∂h_t/∂h_{t−1}. */
  readonly h: SpectrumSeries;
  /** Of the whole state (h,c), for cells that have a c. */
  readonly joint?: SpectrumSeries;
}

/** Float32, (columns) each. */
export interface SpectrumSeries {
  readonly largest: ArrayBuffer;
  readonly median: ArrayBuffer;
  readonly smallest: ArrayBuffer;
}

export type SaliencyMethod = "gradient" | "gradient-input" | "integrated";

/** Which inputs an output depends on. */
export interface Saliency {
  /** Step of the output: the one that was asked about, or the only one, or a decoder's first for a step of its source. */
  readonly t: number;
  /** The class or the number that is explained, and its value: of a class its logit. */
  readonly output: string;
  /** Which number of the output that is. */
  readonly index: number;
  readonly score: number;
  /** What the output would be for an input of zeros, for integrated gradients: their sum is the difference. */
  readonly baselineScore?: number;
  /** Float32, (T): for `gradient` the L2 norm over the numbers of a step's input, else their sum. */
  readonly values: ArrayBuffer;
  /** Of each number of the input apart, where they have names. */
  readonly features?: {
    readonly names: readonly string[];
    /** Float32, (names,T) row-major. */
    readonly values: ArrayBuffer;
  };
  readonly choices: readonly SaliencyChoice[];
}

/** What could be explained at the step: classes, the likeliest first, or all numbers. */
export interface SaliencyChoice {
  readonly output: number;
  readonly name: string;
  /** Of a class. */
  readonly probability?: number;
  readonly isRight?: true;
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

export interface SequenceSummary {
  readonly choice: SequenceChoice;
  readonly title: string;
  readonly detail: string;
}

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

// ---------------------------------------------------------------- worker ⇄ host

export interface WorkerContract {
  readonly calls: ModelCalls & {
    /** Reads the data that a config names. `configFile` is an absolute path; `text` may be unsaved. */
    inspect: (request: { configFile: string; text: string }) => Inspection;
    /** Aborting the call stops the training after the current batch, with a checkpoint saved. */
    train: (request: {
      configFile: string;
      text: string;
      resume?: { runFolder: string };
    }) => TrainingResult;
    /** Compares gradients with differences of the loss; the page to read. */
    checkGradients: (request: { configFile: string; text: string }) => {
      readonly text: string;
      readonly passed: boolean;
    };
    pause: (request: null) => null;
    resume: (request: null) => null;

    sequences: (request: {
      runFolder: string;
      split: "training" | "validation";
      offset: number;
      limit: number;
    }) => {
      readonly total: number;
      readonly items: readonly SequenceSummary[];
    };
    /** Forward and backward over one sequence; the trace stays in the worker until released. */
    trace: (request: {
      runFolder: string;
      checkpoint: CheckpointChoice;
      choice: SequenceChoice;
    }) => TraceSummary;
    /** The same for a network of a model file. */
    traceModel: (request: ModelTrace) => TraceSummary;
    release: (request: { trace: string }) => null;
    /** Of a trace that is in memory: one that the debugger computed. */
    summary: (request: { trace: string }) => TraceSummary;
    columns: (request: { trace: string; steps: readonly [from: number, to: number] }) => {
      readonly columns: readonly TimelineColumn[];
    };
    heatmap: (request: HeatmapRequest) => Heatmap;
    norms: (request: { trace: string; tensor: string; columns: number }) => NormSeries;
    gradientFlow: (request: {
      trace: string;
      layer: number;
      direction: Direction;
      rows: number;
      columns: number;
    }) => GradientFlow;
    /** At most `columns` steps, evenly spread; each costs a step of as many copies as the layer has units. */
    jacobians: (request: {
      trace: string;
      layer: number;
      direction: Direction;
      columns: number;
    }) => JacobianSpectra;
    /**
     * Of the output at step `t`: number `output`, or the right answer where one is known, or else the likeliest class, or the
     * first number.
     */
    saliency: (request: {
      trace: string;
      method: SaliencyMethod;
      t: number;
      output?: number | "right";
    }) => Saliency;
    generate: (request: {
      runFolder: string;
      checkpoint: CheckpointChoice;
      prompt: string;
      /** The class of the text, where the network writes texts of classes. */
      condition?: string;
      length: number;
      temperature: number;
      topK?: number;
      seed: number;
    }) => { readonly text: string };
    /** What an encoder-decoder writes for a source. */
    translate: (request: TranslationRequest) => {
      readonly greedy: Translation;
      /** The best first. */
      readonly beams: readonly Translation[];
    };
    /** Feeds predictions back as inputs for `steps` rows beyond the table's end. */
    forecast: (request: { runFolder: string; checkpoint: CheckpointChoice; steps: number }) => {
      readonly names: readonly string[];
      readonly rows: readonly (readonly number[])[];
      /** σ of each, of a Gaussian forecast: given the rows before it, its own forecasts taken for the truth. */
      readonly deviations?: readonly (readonly number[])[];
    };
    /** A message of the Debug Adapter Protocol for a session; the first one begins it. Answers come as events. */
    debugSend: (request: { session: string; message: unknown }) => null;
    /** The session is over. */
    debugEnd: (request: { session: string }) => null;
  };
  readonly events: {
    /** A message of the Debug Adapter Protocol from a session. */
    debugMessage: { readonly session: string; readonly message: unknown };
    /** At most ten a second. */
    progress: { readonly status: TrainingStatus; readonly rows: readonly MetricsRow[] };
    /** Derivatives that a gradient check has compared so far; at most ten times a second. */
    checked: { readonly done: number; readonly total: number };
  };
}

export interface TranslationRequest {
  readonly runFolder: string;
  readonly checkpoint: CheckpointChoice;
  readonly source: string;
  /** Unfinished outputs that the search keeps at each step. */
  readonly beams: number;
  /** 0 ranks by probability alone. */
  readonly lengthPenalty: number;
}

export interface Translation {
  readonly text: string;
  /** ln P(text | source), its end included. */
  readonly logProbability: number;
  /** The same after the length penalty. */
  readonly score: number;
  /** False when it was cut for its length. */
  readonly ended: boolean;
}

// ---------------------------------------------------------------- panel ⇄ host

export type PanelKind = "timeline" | "gates" | "gradients" | "curves";

/** Commands that a panel may ask the host to run; each is also in the Command Palette. */
export type PanelCommand =
  | "unroll.nextStep"
  | "unroll.previousStep"
  | "unroll.firstStep"
  | "unroll.lastStep"
  | "unroll.play"
  | "unroll.stepThrough"
  | "unroll.train"
  | "unroll.pause"
  | "unroll.resume"
  | "unroll.stop"
  | "unroll.newConfig"
  | "unroll.openTimelineInEditor"
  | "unroll.openGatesInEditor"
  | "unroll.openGradientsInEditor"
  | "unroll.openCurvesInEditor";

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

export interface PanelState {
  readonly trace?: TraceSummary;
  readonly cursor?: Cursor;
  readonly playing: boolean;
  /** A trace is being computed. */
  readonly busy: boolean;
  readonly curves: readonly CurveRun[];
  readonly training?: TrainingStatus;
}

export interface PanelContract {
  readonly calls: {
    /** The whole state, after which only events flow. */
    ready: (request: null) => PanelState;
    moveCursor: (request: Partial<Cursor>) => null;
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
    progress: { readonly status: TrainingStatus; readonly rows: readonly MetricsRow[] };
  };
}
