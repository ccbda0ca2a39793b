/** What is asked about a model file: by the host of the worker, and by the model editor of the host. */
import type { LayerSummary } from "../analysis/weights/layerSummary.ts";
import type { MatrixPicture } from "../analysis/weights/matrixPicture.ts";
import type { ListedTensor, ModelAnswers, ModelQuestion } from "../models/modelContents.ts";
import type { Direction, LayerDescription, ModelDescription } from "../trace/trace.ts";

// Panels may import nothing deeper than the contract.
export type { GateSummary, LayerSummary } from "../analysis/weights/layerSummary.ts";
export type { WeightStatistics } from "../analysis/weights/weightStatistics.ts";
export type { ModelAnswers } from "../models/modelContents.ts";

/** A model file, and what a person said about it. */
export interface ModelFile {
  /** Absolute. */
  readonly file: string;
  readonly answers: ModelAnswers;
}

/** What a file contains, without its numbers. */
export interface ModelOverview {
  /** For people: "PyTorch checkpoint (zip)". */
  readonly title: string;
  readonly bytes: number;
  readonly networks: readonly NetworkOverview[];
  /** The first of them, where there are thousands. */
  readonly tensors: readonly (ListedTensor & { readonly usedAs?: string })[];
  readonly tensorCount: number;
  /** Numbers in all tensors together. */
  readonly elementCount: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

export interface NetworkOverview {
  readonly name: string;
  readonly input: ModelDescription["input"];
  readonly layers: readonly LayerDescription[];
  readonly output: ModelDescription["output"];
  readonly parameterCount: number;
  readonly questions: readonly ModelQuestion[];
  readonly notes: readonly string[];
  readonly untraceable?: string;
  /** The file says what its tokens are. */
  readonly hasVocabulary?: boolean;
}

/** One recurrent layer in one direction. */
export interface LayerPlace {
  /** Name of the network. */
  readonly network: string;
  readonly layer: number;
  readonly direction: Direction;
}

/** A gate's matrix, at the resolution at which it will be seen. */
export interface WeightsRequest extends LayerPlace {
  readonly part: string;
  readonly matrix: "input" | "recurrent";
  /** Upper bounds of the answer's size. */
  readonly rows: number;
  readonly columns: number;
}

export interface WeightsPicture extends MatrixPicture {
  /** Of the matrix: units, and inputs or units. */
  readonly units: number;
  readonly reads: number;
}

export interface SpectrumRequest extends LayerPlace {
  readonly part: string;
}

/** Eigenvalues of the square matrix by which a gate carries h over to the next step. */
export interface Spectrum {
  /** Float64. */
  readonly real: ArrayBuffer;
  readonly imaginary: ArrayBuffer;
  /** Largest |λ|. */
  readonly radius: number;
  /** ‖W‖₂ */
  readonly norm: number;
}

/** A sequence for a network of a model file, in files that another program saved. All paths are absolute. */
export interface ArraySequence {
  /** .npy, .npz, .csv, .json, or text. */
  readonly file: string;
  /** Which of several arrays in it. */
  readonly array?: string;
  /** What turns text into token numbers, and names them: a list of tokens, or a tokenizer.json. */
  readonly vocabulary?: string;
  /** What gradients are taken against; a language model needs none. */
  readonly target?: string;
  /** The first axis is the batch, the second time. */
  readonly batchFirst?: boolean;
  /** Which of several sequences, from 0. */
  readonly index?: number;
}

/** What to trace of a model file; enough to do it again after a window was reloaded. */
export interface ModelTrace {
  readonly model: ModelFile;
  readonly network?: string;
  readonly sequence: ArraySequence;
}

/** A tensor of a running program. */
export interface SavedTensor {
  readonly name: string;
  /** `torch.float32` */
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: ArrayBuffer;
}

/** Of the worker. A type and not an interface, which would not do as a record of calls. */
export type ModelCalls = {
  modelOverview: (request: ModelFile) => ModelOverview;
  modelLayer: (request: ModelFile & LayerPlace) => LayerSummary;
  modelSpectrum: (request: ModelFile & SpectrumRequest) => Spectrum;
  modelWeights: (request: ModelFile & WeightsRequest) => WeightsPicture;
  /** As .safetensors, or one of them as .npy. */
  saveTensors: (request: {
    readonly file: string;
    readonly tensors: readonly SavedTensor[];
  }) => null;
  /** What a person must be asked about a file before it can be traced; no arrays where it is text. */
  sequenceArrays: (request: { readonly file: string }) => {
    readonly arrays?: readonly ListedTensor[];
  };
  /** Writes a network of a file, or of a run, in the format that the name asks for. */
  exportModel: (request: {
    readonly source:
      | (ModelFile & { readonly network?: string })
      | { readonly runFolder: string; readonly checkpoint: "best" | "last" };
    readonly out: string;
  }) => {
    /** Absolute, the one that was asked for first. */
    readonly files: readonly string[];
  };
};

export type ModelAction = "trace" | "debug" | "config" | "export";

export interface ModelEditorState {
  /** Without its folder. */
  readonly name: string;
  /** Absent while the file is being read, and when it could not be. */
  readonly overview?: ModelOverview;
  readonly answers: ModelAnswers;
  /** Why the file could not be read, and what to do. */
  readonly failure?: { readonly message: string; readonly advice?: string };
}

/** Editor → host. */
export interface ModelEditorContract {
  readonly calls: {
    /** The whole state, after which only events flow. */
    ready: (request: null) => ModelEditorState;
    layer: (request: LayerPlace) => LayerSummary;
    spectrum: (request: SpectrumRequest) => Spectrum;
    weights: (request: WeightsRequest) => WeightsPicture;
    /** Remembered beside the file; the state follows. */
    answer: (request: ModelAnswers) => null;
    run: (request: { readonly action: ModelAction; readonly network: string }) => null;
  };
  readonly events: {
    state: ModelEditorState;
  };
}
