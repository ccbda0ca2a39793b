/**
 * What a model may be. Honest files stay far below; a hostile one may refer to the same weights from many places, so that
 * converting each would take more memory and time than its size lets one expect.
 */
import { UserError } from "../config/problem.ts";

/** Recurrent modules, or nodes, of one file. */
const mostModules = 256;
/** Layers of any kind in a Keras config. */
const mostLayers = 4096;
/** Bytes of weights for each byte of the file; shared weights are counted as often as they are used. */
const mostBytesPerByte = 8;
const alwaysAllowed = 2 ** 24;

export function refuseTooMany(what: "recurrent modules" | "layers", count: number): void {
  const most = what === "layers" ? mostLayers : mostModules;
  if (count <= most) return;
  throw new UserError("model", `The file has ${count} ${what}; at most ${most} are read.`, {
    advice: "Save a part of the model.",
  });
}

/** `bytes` of weights are about to be used out of a file of `fileBytes`. */
export function refuseTooLarge(bytes: number, fileBytes: number): void {
  if (bytes <= mostBytesPerByte * fileBytes + alwaysAllowed) return;
  throw new UserError(
    "model",
    "The recurrent layers have many times more weights than the file is large.",
    {
      advice: "The file may be damaged. Save the model again.",
    },
  );
}
