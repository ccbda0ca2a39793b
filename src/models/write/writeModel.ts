/** A network in the format that a file's name asks for, and what belongs beside it. */
import { UserError } from "../../config/problem.ts";
import { encodeSafetensors } from "../../formats/safetensors.ts";
import { encodeTorchStateDict } from "../../formats/torchStateDict.ts";
import type { ModelNetwork } from "../modelContents.ts";
import type { OutputMeaning } from "./outputMeaning.ts";
import { stateDictOf, type StateDictNaming } from "./stateDict.ts";
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
  switch (extension) {
    case "safetensors": {
      const bytes = encodeSafetensors(stateDictOf(network, naming), {
        format: "pt",
        // What names and shapes do not tell: nonlinearity, where the reset gate acts, residual connections.
        "unroll.model": JSON.stringify({
          input: network.input,
          layers: network.layers,
          decoder: network.decoder,
          pooling: network.pooling,
          output: network.output,
        }),
      });
      return [{ name: fileName, bytes }];
    }
    case "pt":
    case "pth":
      return [{ name: fileName, bytes: encodeTorchStateDict(stateDictOf(network, naming)) }];
    case "onnx":
      return [{ name: fileName, bytes: writeOnnx(network) }];
    case "py": {
      const weightsFile = fileName.replace(/\.py$/i, ".pt");
      const source = writePython(network, { weightsFile, from, ...(meaning && { meaning }) });
      return [
        { name: fileName, bytes: new TextEncoder().encode(source) },
        { name: weightsFile, bytes: encodeTorchStateDict(stateDictOf(network, "module")) },
      ];
    }
    default:
      throw new UserError("format", `A model cannot be written as "${fileName}".`, {
        advice: `Give it one of these endings: ${writableExtensions.map((each) => `.${each}`).join(", ")}.`,
      });
  }
}
