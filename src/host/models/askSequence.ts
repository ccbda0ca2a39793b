/**
 * Asks which sequence shall go through a network of a model file, and what its files do not say. What belongs to the model
 * (its vocabulary, whether the batch is the first axis) is asked once and remembered beside it.
 */
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import * as vscode from "vscode";
import type { ArraySequence, ModelCalls, NetworkOverview } from "../../protocol/modelContract.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";
import { readMemory, writeMemory, type ModelMemory } from "./modelAnswers.ts";

type Arrays = NonNullable<ReturnType<ModelCalls["sequenceArrays"]>["arrays"]>;

interface Question {
  /** Asked for when absent. */
  readonly file?: string;
  /** What is to be done with the sequence. */
  readonly doing?: "Trace" | "Debug";
}

/** Undefined when the person changed their mind. */
export async function askSequence(
  worker: LazyWorker,
  model: vscode.Uri,
  network: NetworkOverview,
  { file: given, doing = "Trace" }: Question = {},
): Promise<ArraySequence | undefined> {
  const title = `Unroll: ${doing} a Sequence`;
  const file = given ?? (await askFile(model, network, doing));
  if (file === undefined) return undefined;
  const { arrays } = await worker.call("sequenceArrays", { file });
  const array = arrays && (await askArray(title, arrays));
  if (arrays && !array) return undefined;
  const memory = await readMemory(model);
  const named = array && array.name !== "" ? { array: array.name } : {};

  const vocabulary = await askVocabulary(title, model, network, memory, array === undefined);
  if (vocabulary === undefined) return undefined;
  const batchFirst = array && (await askBatchFirst(title, model, network, memory, array.shape));
  if (array && batchFirst === undefined) return undefined;
  const several = array && countOf(network, array.shape, batchFirst ?? false);
  const index = several === undefined || several < 2 ? 0 : await askIndex(title, several);
  if (index === undefined) return undefined;
  const target = await askTarget(title, network, basename(file), array === undefined);
  if (target === undefined) return undefined;
  return {
    file,
    ...named,
    ...(vocabulary !== "" && { vocabulary }),
    ...(target !== "" && { target }),
    ...(batchFirst && { batchFirst }),
    ...(index > 0 && { index }),
  };
}

async function askFile(
  model: vscode.Uri,
  { input }: NetworkOverview,
  openLabel: string,
): Promise<string | undefined> {
  const reads =
    input.kind === "tokens"
      ? "token numbers or text"
      : `${input.size} numbers at each step, (T, ${input.size}) or (T, B, ${input.size})`;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: `A sequence for ${basename(model.path)}: ${reads}`,
      openLabel,
      defaultUri: vscode.Uri.joinPath(model, ".."),
      filters: { Sequences: ["npy", "npz", "csv", "tsv", "json", "txt"], "All files": ["*"] },
    })) ?? [];
  return chosen?.fsPath;
}

async function askArray(title: string, arrays: Arrays): Promise<Arrays[number] | undefined> {
  if (arrays.length < 2) return arrays[0];
  const items = arrays.map((array) => ({
    label: array.name,
    description: `(${array.shape.join(", ")}) ${array.type}`,
    array,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: "Which array is the input?",
  });
  return picked?.array;
}

/** An empty text where none is needed. */
async function askVocabulary(
  title: string,
  model: vscode.Uri,
  { input, hasVocabulary }: NetworkOverview,
  memory: ModelMemory,
  isNeeded: boolean,
): Promise<string | undefined> {
  if (hasVocabulary && memory.vocabulary === undefined) return "";
  // Text may also be for a network whose tokens are one-hot, of which its file does not know.
  if (input.kind !== "tokens" && !isNeeded) return "";
  const folder = dirname(model.fsPath);
  if (memory.vocabulary !== undefined) {
    return isAbsolute(memory.vocabulary) ? memory.vocabulary : join(folder, memory.vocabulary);
  }
  const choose = "Choose a vocabulary…";
  const without = "Without: show token numbers";
  if (!isNeeded) {
    const answer = await vscode.window.showQuickPick([choose, without], {
      title,
      placeHolder: "What are the tokens called? A list, or a tokenizer.json; it is remembered",
    });
    if (answer !== choose) return answer === without ? "" : undefined;
  }
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: "The vocabulary of the model: a list of tokens, or a tokenizer.json",
      openLabel: "Use",
      defaultUri: vscode.Uri.file(folder),
    })) ?? [];
  if (!chosen) return undefined;
  const inside = relative(folder, chosen.fsPath);
  const vocabulary = inside.startsWith("..") ? chosen.fsPath : inside;
  await writeMemory(model, { ...memory, vocabulary });
  return chosen.fsPath;
}

/** Axes before the numbers of a step. */
const axesOf = ({ input }: NetworkOverview, shape: readonly number[]): readonly number[] =>
  input.kind === "tokens" ? shape : shape.slice(0, -1);

async function askBatchFirst(
  title: string,
  model: vscode.Uri,
  network: NetworkOverview,
  memory: ModelMemory,
  shape: readonly number[],
): Promise<boolean | undefined> {
  const axes = axesOf(network, shape);
  if (axes.length < 2) return false;
  if (memory.batchFirst !== undefined) return memory.batchFirst;
  const [first, second] = axes;
  const items = [
    {
      label: `${first} steps of ${second} sequences`,
      description: "(T, B, …), as PyTorch by default",
      batchFirst: false,
    },
    {
      label: `${first} sequences of ${second} steps`,
      description: "(B, T, …), as batch_first=True and Keras",
      batchFirst: true,
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: `The array has the shape (${shape.join(", ")}). What are its axes? Remembered beside the model`,
  });
  if (!picked) return undefined;
  await writeMemory(model, { ...memory, batchFirst: picked.batchFirst });
  return picked.batchFirst;
}

function countOf(
  network: NetworkOverview,
  shape: readonly number[],
  batchFirst: boolean,
): number | undefined {
  const axes = axesOf(network, shape);
  return axes.length < 2 ? undefined : axes[batchFirst ? 0 : 1];
}

async function askIndex(title: string, count: number): Promise<number | undefined> {
  const typed = await vscode.window.showInputBox({
    title,
    prompt: `Which of the ${count} sequences? 1 to ${count}`,
    value: "1",
    validateInput: (text) =>
      /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= count
        ? undefined
        : `A whole number from 1 to ${count}.`,
  });
  return typed === undefined ? undefined : Number(typed) - 1;
}

/** An empty text for none. A language model's answers are its next inputs. */
async function askTarget(
  title: string,
  { input: reads, output }: NetworkOverview,
  input: string,
  isText: boolean,
): Promise<string | undefined> {
  const tokens = reads.kind === "tokens" ? reads.vocabulary : isText ? reads.size : undefined;
  const isLanguageModel = output.linear !== false && output.size === tokens;
  if (isLanguageModel) return "";
  const without = "Without gradients";
  const choose = "Choose a target…";
  const answer = await vscode.window.showQuickPick(
    [
      { label: without, description: "states, gates and outputs only" },
      {
        label: choose,
        description: `what the network should have said of ${input}; gradients are taken against it`,
      },
    ],
    { title, placeHolder: "Gradients?" },
  );
  if (answer?.label === without) return "";
  if (!answer) return undefined;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: "What the network should have said: numbers, or class numbers",
      openLabel: "Use",
      filters: { Targets: ["npy", "npz", "csv", "json"], "All files": ["*"] },
    })) ?? [];
  return chosen?.fsPath;
}
