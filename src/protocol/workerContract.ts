/** What the host may ask a worker, and what a worker tells by itself. */
import type { Heatmap } from "../trace/heatmap.ts";
import type { Direction } from "../trace/trace.ts";
import type {
  GradientFlow,
  HeatmapRequest,
  JacobianSpectra,
  NormSeries,
  Saliency,
  SaliencyMethod,
} from "./instruments.ts";
import type { ModelCalls, ModelTrace } from "./modelContract.ts";
import type {
  CheckpointChoice,
  SequenceChoice,
  SequenceSummary,
  WeightsChoice,
} from "./sequenceChoice.ts";
import type { TimelineColumn } from "./timelineColumn.ts";
import type { TraceSummary } from "./traceSummary.ts";
import type { Inspection, MetricsRow, TrainingResult, TrainingStatus } from "./training.ts";

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
      checkpoint: WeightsChoice;
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
    /** Translates what was held back from the training, and says how well, as a page to read. */
    scoreTranslations: (request: { runFolder: string; checkpoint: CheckpointChoice }) => {
      readonly text: string;
    };
    /** What a classifier takes for what, of the data that was held back, as a page to read. */
    confusion: (request: { runFolder: string; checkpoint: CheckpointChoice }) => {
      readonly text: string;
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
    /** Something of a training went wrong without which it goes on. */
    warned: { readonly message: string };
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
