/**
 * What a model file of any framework contains, in our terms: the recurrent networks in it that can be traced, with their
 * parameters already in our order, and a list of everything else. Each reader converts its framework's conventions in one
 * place, so that nobody after it knows where a model came from.
 */
import type { FileTensor } from "../formats/fileTensor.ts";
import type { LayerNorm } from "./layerNorm.ts";
import type { Cell, LayerDescription, ModelDescription, Real } from "../trace/trace.ts";

export type ModelFormat = "safetensors" | "pytorch" | "onnx" | "keras" | "npz";

export interface ModelContents {
  readonly format: ModelFormat;
  /** For people: "PyTorch checkpoint (zip)", "ONNX, made by pytorch 2.13", "Keras 3.15". */
  readonly title: string;
  /** Every recurrent network that was found; empty when there is none. */
  readonly networks: readonly ModelNetwork[];
  /** Every tensor of the file, in its order, also those that belong to no network. */
  readonly tensors: readonly ListedTensor[];
  /** What the file says of itself. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What a person should know: what was left out, where a trace starts or ends. */
  readonly notes: readonly string[];
}

/** Said of a network with `softmax`. */
export const softmaxNote =
  "A softmax follows: a trace holds the logits that it reads, and shows them as probabilities.";

export interface ListedTensor {
  readonly name: string;
  readonly type: FileTensor["type"];
  readonly shape: readonly number[];
}

/** Recurrent layers on top of each other, with what lies under and over them that is understood. */
export interface ModelNetwork {
  /** As the file has it: `encoder.rnn`; empty for a bare recurrent module. */
  readonly name: string;
  readonly input: ModelDescription["input"];
  readonly layers: readonly LayerDescription[];
  /** The half that writes, of an encoder-decoder; its layers come last. */
  readonly decoder?: ModelDescription["decoder"];
  readonly pooling?: ModelDescription["pooling"];
  /** `linear: false` where no linear layer was found: the output is then what the top layer hands on. */
  readonly output: ModelDescription["output"];
  /**
   * The engine's parameters by its names, in its order. One that the file does not have (a bias that was left out) is
   * absent, and is zero.
   */
  readonly parameters: readonly NetworkParameter[];
  /** (H) per state by its name in a trace, such as `layers.0.forward.h`, where the file gives what to start from. */
  readonly initialStates?: ReadonlyMap<string, Real>;
  /** Of vectors before they are fed: `input` of a trace is what comes out of it. */
  readonly inputNorm?: LayerNorm;
  /** A softmax follows the output, so that it holds logits of classes. */
  readonly softmax?: boolean;
  /** (B) steps of each sequence, where the file has them written down. */
  readonly lengths?: readonly number[];
  /** The model itself reads (B,T,·); absent where the file does not say. */
  readonly batchFirst?: boolean;
  /** Steps at a sequence's end that hold nothing but this are no part of it (token or number), as Keras masks them. */
  readonly padding?: number;
  /** What its tokens are, as `data/tokenizer/vocabularyFile.ts` reads it, where the file says so. */
  readonly vocabulary?: string;
  /** What the file does not say and a person must: the nonlinearity of a plain RNN. */
  readonly questions: readonly ModelQuestion[];
  /** Of this network, as `ModelContents.notes`. */
  readonly notes: readonly string[];
  /** Why it can be looked at, but not run. */
  readonly untraceable?: string;
}

export interface NetworkParameter {
  /** As the engine names it: `weight_ih_l0_reverse`, `output.weight`. */
  readonly name: string;
  /** As the file names it, where it has the same tensor; else what it is called with the network's name before it. */
  readonly source: string;
  readonly shape: readonly number[];
  readonly data: Real;
}

/** `choices` are what `ModelAnswers` takes. */
export interface ModelQuestion {
  readonly about: "nonlinearity" | "head" | "norm";
  readonly choices: readonly string[];
}

/** What a person answered, or what is remembered beside the file. */
export interface ModelAnswers {
  /** Of plain RNNs; tanh, as PyTorch begins, where nobody says. */
  readonly nonlinearity?: "tanh" | "relu";
  /** What the file must hold. */
  readonly cell?: Cell;
  /** Name of the linear layer on top, or "none". */
  readonly head?: string;
  /** Name of the layer normalization on top, or "none". */
  readonly norm?: string;
  /** Name of the embedding, or "none". */
  readonly embedding?: string;
}
