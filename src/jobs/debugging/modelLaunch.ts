/**
 * What a launch configuration asks for that names a model file in place of a run. Like any, it comes from a person's
 * launch.json; the editor has added what it asked about the file.
 */
import { dirname, isAbsolute, resolve } from "node:path";
import type { ArraySequence, ModelTrace } from "../../protocol/modelContract.ts";
import { isRecord, launchRefused, type Json } from "./launchRequest.ts";

/** Undefined when it names none. Throws `UserError` naming the key. */
export function readModelLaunch({
  model,
  network,
  answers,
  sequence,
}: Json): ModelTrace | undefined {
  if (model === undefined) return undefined;
  if (typeof model !== "string" || !isAbsolute(model)) {
    throw launchRefused("model", "it has to be the path of a model file");
  }
  if (network !== undefined && typeof network !== "string") {
    throw launchRefused("network", "it has to be the name of a network in the file");
  }
  return {
    model: { file: model, answers: isRecord(answers) ? answers : {} },
    ...(network !== undefined && { network }),
    sequence: arraySequence(sequence, dirname(model)),
  };
}

/** Paths are relative to the model's folder. */
function arraySequence(value: unknown, folder: string): ArraySequence {
  if (!isRecord(value) || typeof value.file !== "string" || value.file === "") {
    throw launchRefused(
      "sequence",
      "a model file has no data of its own",
      'Write { "file": "input.npy" }, or leave it out to be asked.',
    );
  }
  const { batchFirst, index } = value;
  const textOf = (key: string): string | undefined => {
    const text = value[key];
    if (text === undefined) return undefined;
    if (typeof text === "string" && text !== "") return text;
    throw launchRefused(`sequence.${key}`, "it has to be a text");
  };
  const pathOf = (key: string): string | undefined => {
    const path = textOf(key);
    return path === undefined ? undefined : resolve(folder, path);
  };
  if (batchFirst !== undefined && typeof batchFirst !== "boolean") {
    throw launchRefused("sequence.batchFirst", "it has to be true or false");
  }
  if (
    index !== undefined &&
    !(typeof index === "number" && Number.isInteger(index) && index >= 0)
  ) {
    throw launchRefused("sequence.index", "it has to be a whole number", "The first one is 0.");
  }
  const array = textOf("array");
  const vocabulary = pathOf("vocabulary");
  const target = pathOf("target");
  return {
    file: resolve(folder, value.file),
    ...(array !== undefined && { array }),
    ...(vocabulary !== undefined && { vocabulary }),
    ...(target !== undefined && { target }),
    ...(batchFirst !== undefined && { batchFirst }),
    ...(index !== undefined && { index }),
  };
}
