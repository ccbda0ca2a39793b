/**
 * Arrays as Python saves them, as a batch for a network of a model file. Shapes say what is meant: an input (T,I) is one
 * sequence and (T,B,I) are several; a target with a T belongs to each step, one without it to the last.
 */
import { UserError } from "../config/problem.ts";
import { isWhole, wholeNumbersOf, type FileTensor } from "../formats/fileTensor.ts";
import { normalizeRows } from "../models/layerNorm.ts";
import type { ModelNetwork } from "../models/modelContents.ts";
import type { Batch } from "../trace/batch.ts";
import type { LossKind } from "../trace/trace.ts";
import { numbersOf, shown, timeFirst, type Place } from "./arrayPlace.ts";
import { readClasses, readValues } from "./modelTarget.ts";

export interface ModelArrays {
  readonly input: FileTensor;
  readonly target?: FileTensor;
  readonly loss: LossKind;
  /** (B) valid steps of each sequence; all, where absent. */
  readonly lengths?: FileTensor;
  /** The arrays are (B,T,·), as with PyTorch's batch_first. */
  readonly batchFirst: boolean;
}

export interface ModelBatch {
  readonly batch: Batch;
  /** Where the target's losses are taken. */
  readonly at: "each-step" | "last-step";
  /** False where vectors were given to a network that would look up tokens: its embedding is left out. */
  readonly embedded: boolean;
}

/** Throws `UserError` when an array does not fit the network. */
export function batchOfArrays(network: ModelNetwork, arrays: ModelArrays): ModelBatch {
  const { input, at: place } = readInput(network, arrays);
  const { steps, size } = place;
  const lengths = arrays.lengths
    ? readLengths(arrays.lengths, place)
    : network.lengths
      ? toldLengths(network.lengths, place)
      : lengthsOf(input, place, network.padding);
  const batch = { steps, size, lengths, input: asFed(network, input), carry: true };
  const embedded = input.kind === "tokens";
  const { target, loss } = arrays;
  if (!target) return { batch, at: network.output.at, embedded };
  const read = loss === "cross-entropy" ? readClasses : readValues;
  const taken = read(batch, target, place, network.output.size);
  if (network.pooling && taken.at === "each-step") {
    throw new UserError(
      "target",
      "This network makes one answer of a whole sequence, and the target has one for each step.",
    );
  }
  return { ...taken, embedded };
}

/** Vectors as the lowest layer reads them. */
function asFed({ inputNorm }: ModelNetwork, input: Batch["input"]): Batch["input"] {
  if (!inputNorm || input.kind === "tokens") return input;
  return { kind: "dense", values: normalizeRows(input.values, inputNorm) };
}

function readInput(
  network: ModelNetwork,
  { input, batchFirst }: ModelArrays,
): { readonly input: Batch["input"]; readonly at: Place } {
  const { shape } = input;
  const reads = network.input;
  const asTokens = reads.kind === "tokens" && isWhole(input);
  const size = reads.kind === "dense" ? reads.size : (reads.embedding ?? reads.vocabulary);
  const sizes = asTokens ? shape : shape.slice(0, -1);
  const fits =
    (sizes.length === 1 || sizes.length === 2) && (asTokens || shape[shape.length - 1] === size);
  if (!fits) {
    const wanted = asTokens ? "(T) or (T,B)" : `(T,${size}) or (T,B,${size})`;
    throw new UserError(
      "input",
      `The input has the shape ${shown(shape)}; this network reads ${wanted}: T steps of ` +
        `${asTokens ? "one token" : `${size} numbers`} each, of B sequences.`,
    );
  }
  if (sizes.includes(0)) {
    throw new UserError("input", `The input of shape ${shown(shape)} has no step in it.`);
  }
  const single = sizes.length === 1;
  const [first, second] = single ? [sizes[0], 1] : sizes;
  const swap = batchFirst && !single;
  const at: Place = {
    steps: swap ? second : first,
    size: swap ? first : second,
    single,
    batchFirst: swap,
  };
  if (!asTokens) {
    const values = timeFirst(numbersOf("input", input), at, size);
    return { input: { kind: "dense", values }, at };
  }
  const tokens = Int32Array.from(timeFirst(wholeNumbersOf(input), at, 1));
  const wrong = tokens.findIndex((token) => token < 0 || token >= reads.vocabulary);
  if (wrong >= 0) {
    throw new UserError(
      "input",
      `Token ${tokens[wrong]} at step ${Math.floor(wrong / at.size)} is outside the ${reads.vocabulary} of the embedding.`,
    );
  }
  return { input: { kind: "tokens", tokens }, at };
}

/** As a person gives them, and as torch.nn.utils.rnn.pack_padded_sequence takes them. */
function readLengths(tensor: FileTensor, { steps, size }: Place): Int32Array<ArrayBuffer> {
  const numbers = numbersOf("lengths", tensor);
  const wrong = numbers.findIndex((one) => !Number.isInteger(one) || one < 1 || one > steps);
  if (numbers.length !== size || wrong >= 0) {
    const reason =
      numbers.length === size
        ? `sequence ${wrong} cannot have ${numbers[wrong]} of ${steps} steps`
        : `there are ${numbers.length} for ${size} sequences`;
    throw new UserError("lengths", `The lengths do not fit the input: ${reason}.`);
  }
  return Int32Array.from(numbers);
}

/** As the model has them written down. */
function toldLengths(lengths: readonly number[], { steps, size }: Place): Int32Array<ArrayBuffer> {
  if (lengths.length === size && lengths.every((one) => one >= 1 && one <= steps)) {
    return Int32Array.from(lengths);
  }
  throw new UserError(
    "lengths",
    `The model is made for sequences of ${lengths.slice(0, 10).join(", ")} steps; the input has ${size} of ${steps}.`,
    { advice: "Say how long they are: --lengths FILE.npy" },
  );
}

/** Steps of each sequence, without those at its end that hold nothing but `padding`. */
function lengthsOf(
  input: Batch["input"],
  { steps, size }: Place,
  padding: number | undefined,
): Int32Array<ArrayBuffer> {
  const lengths = new Int32Array(size).fill(steps);
  if (padding === undefined) return lengths;
  const values = input.kind === "tokens" ? input.tokens : input.values;
  const width = values.length / (steps * size);
  const isPadding = (t: number, b: number): boolean => {
    const from = (t * size + b) * width;
    return values.subarray(from, from + width).every((value) => value === padding);
  };
  for (let b = 0; b < size; b++) {
    while (lengths[b] > 0 && isPadding(lengths[b] - 1, b)) lengths[b]--;
    for (let t = 0; t < lengths[b]; t++) {
      if (!isPadding(t, b)) continue;
      throw new UserError(
        "input",
        `Step ${t} of sequence ${b} holds only ${padding}, which the model skips, but others follow it.`,
        { advice: `Put what is to be skipped at the end of the sequence.` },
      );
    }
  }
  return lengths;
}
