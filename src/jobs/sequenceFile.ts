/** A sequence as another program saved it: arrays of NumPy, rows of a CSV, lists of JSON, or text. */
import { basename, extname } from "node:path";
import { UserError } from "../config/problem.ts";
import { arrayFromJson, arrayFromRows } from "../data/arrayText.ts";
import type { FileTensor } from "../formats/fileTensor.ts";
import { decodeNpy, isNpy } from "../formats/npy.ts";
import { decodeNpz } from "../formats/npz.ts";
import { isZip } from "../formats/zip.ts";
import { bytesOfFile } from "./modelFile.ts";

export type SequenceContent =
  | { readonly kind: "arrays"; readonly arrays: ReadonlyMap<string, FileTensor> }
  | { readonly kind: "text"; readonly text: string };

/** Text beyond this is no sequence that anybody steps through. */
const mostTextBytes = 2 ** 22;

/** Throws `FormatError` or `UserError`. */
export async function readSequenceFile(file: string): Promise<SequenceContent> {
  const name = basename(file);
  const bytes = await bytesOfFile(file, "read the sequence");
  if (isNpy(bytes) || extname(file) === ".npy") {
    return { kind: "arrays", arrays: new Map([["", decodeNpy(bytes)]]) };
  }
  if (isZip(bytes)) return { kind: "arrays", arrays: arraysIn(bytes, name) };
  if (bytes.length > mostTextBytes) {
    throw new UserError("too-long", `${name} is too large for a sequence: ${bytes.length} bytes.`, {
      advice: "Choose a file with one sequence in it.",
    });
  }
  const text = new TextDecoder().decode(bytes);
  if (extname(file) === ".json") {
    return { kind: "arrays", arrays: new Map([["", arrayFromJson(parsed(text, name), name)]]) };
  }
  if (extname(file) === ".csv" || extname(file) === ".tsv") {
    return { kind: "arrays", arrays: new Map([["", arrayFromRows(text, name)]]) };
  }
  return { kind: "text", text: text.replace(/\r?\n$/, "") };
}

function arraysIn(bytes: Uint8Array, name: string): ReadonlyMap<string, FileTensor> {
  const arrays = decodeNpz(bytes);
  if (arrays.size > 0) return arrays;
  throw new UserError("sequence", `${name} is a zip archive without arrays.`, {
    advice: "Save it with numpy.savez.",
  });
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError("json", `${name} is not JSON: ${(error as Error).message}`, {
      advice: "Write lists of numbers.",
    });
  }
}
