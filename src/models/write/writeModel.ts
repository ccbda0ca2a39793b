/** A network in the format that a file's name asks for, and what belongs beside it. */
import { UserError } from "../../config/problem.ts";
import { encodeSafetensors } from "../../formats/safetensors.ts";
import { encodeTorchStateDict } from "../../formats/torchStateDict.ts";
import type { ModelNetwork } from "../modelContents.ts";
import { describeForFile, descriptionKey, vocabularyKey } from "../ownDescription.ts";
import type { OutputMeaning } from "./outputMeaning.ts";
import { renamed, stateDictOf, type StateDictNaming } from "./stateDict.ts";
import { writeOnnx } from "./onnx/writeOnnx.ts";
import { writePython } from "./python/writePython.ts";

export interface WrittenFile {
  /** Without a folder. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const writableExtensions = ["safetensors", "pt", "pth", "onnx", "py"] as const;

export interface WriteOptions {
  readonly naming: StateDictNaming;
  /** What the network is called, for people. */
  readonly from: string;
  readonly meaning?: OutputMeaning;
}

/** The first file is the one that was asked for. Throws `UserError` for what cannot be written, or not in this format. */
export function writeModel(
  network: ModelNetwork,
  fileName: string,
  { naming, from, meaning }: WriteOptions,
): readonly WrittenFile[] {
  const extension = fileName.slice(fileName.lastIndexOf(".") + 1).toLowerCase();
  // What names and shapes do not tell; see `ownDescription.ts`, which reads it.
  const describedAs = (names: StateDictNaming): Readonly<Record<string, string>> => ({
    [descriptionKey]: describeForFile(renamed(network, names)),
    ...(network.vocabulary !== undefined && { [vocabularyKey]: network.vocabulary }),
  });
  const described = describedAs(naming);
  switch (extension) {
    case "safetensors": {
      const metadata = { format: "pt", ...described };
      return [{ name: fileName, bytes: encodeSafetensors(stateDictOf(network, naming), metadata) }];
    }
    case "pt":
    case "pth":
      return [
        { name: fileName, bytes: encodeTorchStateDict(stateDictOf(network, naming), described) },
      ];
    case "onnx":
      return [{ name: fileName, bytes: writeOnnx(network) }];
    case "py": {
      const weightsFile = fileName.replace(/\.py$/i, ".pt");
      const source = writePython(network, { weightsFile, from, ...(meaning && { meaning }) });
      return [
        { name: fileName, bytes: new TextEncoder().encode(source) },
        {
          name: weightsFile,
          bytes: encodeTorchStateDict(stateDictOf(network, "module"), describedAs("module")),
        },
      ];
    }
    default:
      throw new UserError("format", `A model cannot be written as "${fileName}".`, {
        advice: `Give it one of these endings: ${writableExtensions.map((each) => `.${each}`).join(", ")}.`,
      });
  }
}
