/** One sequence for a network of a model file, out of the files that a person chose, with a name for each step. */
import { basename } from "node:path";
import { UserError } from "../config/problem.ts";
import { arrayFromRows } from "../data/arrayText.ts";
import type { Sequence } from "../data/sequences.ts";
import type { StepLabel, TextPlace } from "../data/split.ts";
import type { Encoded, Tokenizer } from "../data/tokenizer/tokenizer.ts";
import { readVocabulary } from "../data/tokenizer/vocabularyFile.ts";
import { visible } from "../data/tokens.ts";
import { isWhole, type FileTensor } from "../formats/fileTensor.ts";
import type { ModelNetwork } from "../models/modelContents.ts";
import type { ArraySequence } from "../protocol/modelContract.ts";
import type { Batch } from "../trace/batch.ts";
import { oneSequence } from "../trace/oneSequence.ts";
import type { LossKind } from "../trace/trace.ts";
import { textPlaces } from "./textPlaces.ts";
import { batchOfArrays } from "./modelBatch.ts";
import { bytesOfFile } from "./modelFile.ts";
import { readSequenceFile, type SequenceContent } from "./sequenceFile.ts";

export interface ModelSequence {
  readonly sequence: Sequence;
  readonly loss: LossKind;
  readonly at: "each-step" | "last-step";
  /** What the network is fed: tokens also where they are one-hot, which its file does not say. */
  readonly input: ModelNetwork["input"];
  /** What the classes of the output are called, where they are classes. */
  readonly classes?: readonly string[];
}

/** Throws `FormatError` or `UserError` for what cannot be read, or does not fit the network. */
export async function modelSequence(
  given: ModelNetwork,
  choice: ArraySequence,
): Promise<ModelSequence> {
  const name = basename(choice.file);
  const tokenizer =
    choice.vocabulary !== undefined
      ? await readTokenizer(choice.vocabulary, given)
      : given.vocabulary !== undefined
        ? readVocabulary(given.vocabulary, "The vocabulary of the model")
        : undefined;
  const content = await readSequenceFile(choice.file);
  const network = readsOneHot(given, content, tokenizer) ? withOneHotInput(given) : given;
  const encoded =
    content.kind === "text" && network.input.kind === "tokens"
      ? encodedText(content.text, tokenizer, name)
      : undefined;
  const input = encoded ? idsOf(encoded) : inputArray(content, network, choice, name);
  const places =
    encoded && content.kind === "text"
      ? textPlaces(name, content.text, encoded.written)
      : undefined;
  const target =
    choice.target === undefined
      ? undefined
      : onlyArray(await readSequenceFile(choice.target), basename(choice.target), undefined);
  // A language model's answers are its next inputs: then gradients need no target of their own.
  const isLanguageModel =
    target === undefined &&
    network.input.kind === "tokens" &&
    isWhole(input) &&
    network.output.linear !== false &&
    network.output.at === "each-step" &&
    network.output.size === network.input.vocabulary;
  const takesClasses = target
    ? holdsClasses(target, network.output.size)
    : isLanguageModel || network.softmax === true;
  const loss: LossKind = takesClasses ? "cross-entropy" : "mean-squared-error";
  const batchFirst = choice.batchFirst ?? false;
  const { batch, at, embedded } = batchOfArrays(network, {
    input,
    ...(target && { target }),
    loss,
    batchFirst,
  });
  if (!embedded && network.input.kind === "tokens") {
    throw new UserError("input", `${name} holds vectors, but this network reads token numbers.`, {
      advice: "Save the numbers of the tokens, as whole numbers.",
    });
  }
  const { index = 0 } = choice;
  requireSequence(index, batch.size);
  const steps = batch.lengths[index];
  if (steps === 0) {
    const which = batch.size > 1 ? `Sequence ${index + 1} of ${name}` : name;
    throw new UserError("input", `${which} holds nothing but what the model skips.`);
  }
  const one = { ...oneSequence(batch, index, { steps, at }), carry: false };
  const answered = isLanguageModel ? withNextTokens(one) : one;
  const size = network.output.size;
  const classes = takesClasses
    ? Array.from({ length: size }, (_, index) =>
        isLanguageModel && tokenizer ? tokenizer.tokens[index] : String(index),
      )
    : undefined;
  return {
    sequence: {
      title:
        batch.size > 1 ? `${name}, sequence ${(choice.index ?? 0) + 1} of ${batch.size}` : name,
      batch: answered,
      steps: labels(answered, tokenizer, classes, at, size, places),
    },
    loss,
    at,
    input: network.input,
    ...(classes && { classes }),
  };
}

/**
 * A file says how many numbers a step has, not that all but one of them are zero: text tells, when there are as many
 * tokens as numbers.
 */
const readsOneHot = (
  { input }: ModelNetwork,
  content: SequenceContent,
  tokenizer: Tokenizer | undefined,
): boolean =>
  content.kind === "text" && input.kind === "dense" && tokenizer?.tokens.length === input.size;

function withOneHotInput(network: ModelNetwork): ModelNetwork {
  const { input } = network;
  if (input.kind === "tokens") return network;
  return { ...network, input: { kind: "tokens", vocabulary: input.size } };
}

/** Whole numbers are classes, unless there is one for each number of the output. */
const holdsClasses = (target: FileTensor, outputs: number): boolean =>
  isWhole(target) && outputs > 1 && !(target.shape.length > 1 && target.shape.at(-1) === outputs);

async function readTokenizer(file: string, { input }: ModelNetwork): Promise<Tokenizer> {
  const name = basename(file);
  const text = new TextDecoder().decode(await bytesOfFile(file, "read the vocabulary"));
  const tokenizer = readVocabulary(text, name);
  const known = input.kind === "tokens" ? input.vocabulary : input.size;
  if (tokenizer.tokens.length > known) {
    throw new UserError(
      "vocabulary",
      `${name} has ${tokenizer.tokens.length} tokens, but the network knows ${known}.`,
      { advice: "Choose the vocabulary that the network was trained with." },
    );
  }
  return tokenizer;
}

function inputArray(
  content: SequenceContent,
  { input }: ModelNetwork,
  choice: ArraySequence,
  name: string,
): FileTensor {
  if (content.kind === "arrays") {
    const array = onlyArray(content, name, choice.array);
    // A column of token numbers, as a CSV or JSON has it, is a row of them.
    const isColumn = input.kind === "tokens" && isWhole(array) && array.shape.length === 2;
    return isColumn && array.shape[1] === 1 ? { ...array, shape: [array.shape[0]] } : array;
  }
  return arrayFromRows(content.text, name);
}

/** Throws `UserError` for what the vocabulary does not know. */
function encodedText(text: string, tokenizer: Tokenizer | undefined, name: string): Encoded {
  if (!tokenizer) {
    throw new UserError(
      "vocabulary",
      `${name} is text, and the file does not say which tokens it knows.`,
      {
        advice: "Choose a vocabulary: a list of tokens, or a tokenizer.json.",
      },
    );
  }
  return tokenizer.encode(text);
}

function idsOf(encoded: Encoded): FileTensor {
  const ids = Int32Array.from(encoded.ids);
  return { type: "int32", shape: [ids.length], bytes: new Uint8Array(ids.buffer) };
}

function onlyArray(content: SequenceContent, name: string, wanted: string | undefined): FileTensor {
  if (content.kind === "text") return arrayFromRows(content.text, name);
  const { arrays } = content;
  const [first] = arrays.values();
  const found = wanted === undefined ? (arrays.size === 1 ? first : undefined) : arrays.get(wanted);
  if (found) return found;
  throw new UserError("sequence", `${name} holds ${arrays.size} arrays.`, {
    advice: `Choose one of: ${[...arrays.keys()].join(", ")}.`,
  });
}

/** Throws `UserError` when there is no such sequence. */
function requireSequence(index: number, size: number): void {
  if (Number.isInteger(index) && index >= 0 && index < size) return;
  throw new UserError("sequence", `There is no sequence ${index + 1}: the array has ${size}.`, {
    advice: `Choose one from 1 to ${size}.`,
  });
}

/** Each token is the answer to the one before it; what follows the last is not known. */
function withNextTokens(batch: Batch): Batch {
  const { input, steps } = batch;
  if (input.kind !== "tokens" || steps < 2) return batch;
  const classes = new Int32Array(steps);
  classes.set(input.tokens.subarray(1));
  const weights = new Float32Array(steps).fill(1, 0, steps - 1);
  return { ...batch, target: { kind: "classes", classes }, weights };
}

/** Numbers of a step that are written out; of hundreds, nobody reads more. */
const mostValues = 8;

function labels(
  { steps, input, target, weights }: Batch,
  tokenizer: Tokenizer | undefined,
  classes: readonly string[] | undefined,
  at: "each-step" | "last-step",
  outputs: number,
  places: readonly TextPlace[] | undefined,
): readonly StepLabel[] {
  return Array.from({ length: steps }, (_, t): StepLabel => {
    const row = at === "each-step" ? t : 0;
    const isAnswered =
      target && (at === "each-step" || t === steps - 1) && (weights?.[row] ?? 1) !== 0;
    return {
      ...inputLabel(input, steps, t, tokenizer),
      ...(places && { place: places[t] }),
      ...(isAnswered &&
        target.kind === "classes" && {
          target: visible(classes?.[target.classes[row]] ?? String(target.classes[row])),
        }),
      ...(isAnswered &&
        target.kind === "values" && {
          targetValues: outputNames(outputs).map((name, index) => ({
            name,
            value: target.values[row * outputs + index],
          })),
        }),
    };
  });
}

function inputLabel(
  input: Batch["input"],
  steps: number,
  t: number,
  tokenizer: Tokenizer | undefined,
): StepLabel {
  if (input.kind === "tokens") {
    const token = input.tokens[t];
    const text = tokenizer?.tokens[token];
    return { input: text ? visible(text) : String(token) };
  }
  const width = input.values.length / steps;
  const shown = Array.from({ length: Math.min(width, mostValues) }, (_, index) => ({
    name: `x${index}`,
    value: input.values[t * width + index],
  }));
  return { input: `step ${t}`, inputValues: shown };
}

/** What the first numbers of the output are called. */
export const outputNames = (outputs: number): readonly string[] =>
  Array.from({ length: Math.min(outputs, mostValues) }, (_, index) => `y${index}`);
