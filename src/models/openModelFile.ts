/** Opens a model file of any framework. The bytes decide what it is; its name only helps to say what it is not. */
import { UserError } from "../config/problem.ts";
import type { FileTensor } from "../formats/fileTensor.ts";
import { openSafetensors } from "../formats/safetensors.ts";
import type { ModelAnswers, ModelContents } from "./modelContents.ts";
import { networksOfStateDict } from "./stateDict.ts";

/**
 * Throws `FormatError` for damaged files and `UserError` for what is whole but cannot be read. A file without a
 * recurrent network is neither: its contents say so.
 */
export function openModelFile(
  bytes: Uint8Array,
  name: string,
  answers: ModelAnswers = {},
): ModelContents {
  if (bytes.length === 0) {
    throw new UserError("model", `${name} is empty.`, { advice: "Save the model again." });
  }
  const { tensors, metadata } = openSafetensors(bytes);
  return stateDictContents("safetensors", "safetensors", tensors, metadata, answers);
}

function stateDictContents(
  format: ModelContents["format"],
  title: string,
  tensors: ReadonlyMap<string, FileTensor>,
  metadata: ModelContents["metadata"],
  answers: ModelAnswers,
): ModelContents {
  const networks = networksOfStateDict(tensors, answers);
  return {
    format,
    title,
    networks,
    tensors: [...tensors].map(([name, { type, shape }]) => ({ name, type, shape })),
    metadata,
    notes: networks.length === 0 ? ["It holds no recurrent layer (no weight_ih, weight_hh)."] : [],
  };
}
