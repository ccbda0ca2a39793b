/**
 * What a state dict has around a recurrent module. It says nothing of who calls whom, so that shapes and names must tell:
 * a matrix with as many columns as the top layer hands on is a linear layer on it; one with as many columns as the bottom
 * layer reads, and a name to match, is an embedding.
 */
import { UserError } from "../config/problem.ts";
import { isReal, realsOf, type FileTensor } from "../formats/fileTensor.ts";
import type { ModelAnswers, NetworkParameter } from "./modelContents.ts";

export interface Surroundings {
  /** All that belongs to no recurrent module. */
  readonly tensors: ReadonlyMap<string, FileTensor>;
  /** Those of them that may be the weight of a linear layer or an embedding. */
  readonly matrices: readonly Entry[];
  /** The only recurrent module of the file: whatever fits belongs to it. */
  readonly alone: boolean;
  readonly answers: ModelAnswers;
}

interface Head {
  /** O; undefined where there is no linear layer, or nobody knows which. */
  readonly size?: number;
  readonly parameters: readonly NetworkParameter[];
  /** What a person must choose from. */
  readonly choices?: readonly string[];
  readonly notes: readonly string[];
}

const noHead: Head = { parameters: [], notes: [] };

/** The linear layer that reads the `width` numbers which the top layer hands on. */
export function findHead(prefix: string, width: number, around: Surroundings): Head {
  const { tensors, matrices, alone } = around;
  const { head } = around.answers;
  if (head === "none") return noHead;
  const fitting = matrices.filter(([, { shape }]) => shape[1] === width);
  if (head !== undefined) {
    const chosen = fitting.find(([name]) => name === head || layerName(name) === head);
    if (!chosen) throw unknown("linear layer", head, `(·,${width})`, fitting);
    return headOf(chosen, tensors, []);
  }
  const linear = fitting.filter(
    ([name]) => !isEmbedding(name) && (alone || isBeside(name, prefix)),
  );
  const withBias = linear.filter(([name]) => tensors.has(biasOf(name)));
  const candidates = withBias.length > 0 ? withBias : linear;
  if (candidates.length === 0) return noHead;
  if (candidates.length > 1) {
    return { ...noHead, choices: [...candidates.map(([name]) => layerName(name)), "none"] };
  }
  const [[name, { shape }]] = candidates;
  const isRead = matrices.some(
    ([other, tensor]) => other !== name && tensor.shape[1] === shape[0] && !isEmbedding(other),
  );
  const notes = isRead
    ? [`The trace ends after "${layerName(name)}"; the file does not say what happens to it then.`]
    : [];
  return headOf(candidates[0], tensors, notes);
}

/** A table of vectors of `size` numbers, one for each token. */
export function findEmbedding(
  prefix: string,
  size: number,
  { matrices, alone, answers }: Surroundings,
): NetworkParameter | undefined {
  const { embedding } = answers;
  if (embedding === "none") return undefined;
  const fitting = matrices.filter(([, { shape }]) => shape[1] === size);
  const wanted =
    embedding === undefined
      ? fitting.filter(([name]) => isEmbedding(name) && (alone || isBeside(name, prefix)))
      : fitting.filter(([name]) => name === embedding || layerName(name) === embedding);
  if (embedding !== undefined && wanted.length === 0) {
    throw unknown("embedding", embedding, `(·,${size})`, fitting);
  }
  if (wanted.length !== 1) return undefined;
  const [[source, tensor]] = wanted;
  return { name: "embedding.weight", source, shape: tensor.shape, data: realsOf(tensor) };
}

function headOf(
  [name, tensor]: readonly [string, FileTensor],
  tensors: Surroundings["tensors"],
  notes: readonly string[],
): Head {
  const bias = tensors.get(biasOf(name));
  const [size] = tensor.shape;
  const parameters: NetworkParameter[] = [
    { name: "output.weight", source: name, shape: tensor.shape, data: realsOf(tensor) },
  ];
  if (bias?.shape.length === 1 && bias.shape[0] === size && isReal(bias)) {
    const source = biasOf(name);
    parameters.push({ name: "output.bias", source, shape: bias.shape, data: realsOf(bias) });
  }
  return { size, parameters, notes };
}

type Entry = readonly [name: string, tensor: FileTensor];

export const matricesOf = (tensors: Surroundings["tensors"]): readonly Entry[] =>
  [...tensors].filter(
    ([name, tensor]) =>
      /(^|\.)weight$/.test(name) &&
      tensor.shape.length === 2 &&
      !tensor.shape.includes(0) &&
      isReal(tensor),
  );

const biasOf = (weight: string): string => weight.replace(/weight$/, "bias");
const layerName = (weight: string): string => weight.replace(/\.?weight$/, "");
const isEmbedding = (name: string): boolean => /emb|wte|lookup|word_?vec/i.test(name);

/** `decoder.embedding.weight` and `decoder.out.0.weight` are beside `decoder.rnn`. */
export function isBeside(name: string, prefix: string): boolean {
  const parent = prefix.slice(0, prefix.lastIndexOf(".") + 1);
  return parent === "" ? !layerName(name).includes(".") : name.startsWith(parent);
}

function unknown(what: string, name: string, shape: string, fitting: readonly Entry[]): UserError {
  const names = fitting.map(([found]) => layerName(found)).join(", ");
  return new UserError("model", `There is no ${what} "${name}" of shape ${shape} in the file.`, {
    advice: names === "" ? "None fits." : `These fit: ${names}.`,
  });
}
