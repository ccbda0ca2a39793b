/** One array of a file: .npy, .npz, .csv or .json. */
import { basename } from "node:path";
import { UserError } from "../config/problem.ts";
import type { FileTensor } from "../formats/fileTensor.ts";
import { readSequenceFile } from "./sequenceFile.ts";

/**
 * The only array of a file, or, of an archive with several, the one that is named: `x.npz:NAME`. Throws `FormatError` or
 * `UserError`.
 */
export async function readArray(path: string): Promise<FileTensor> {
  const [, archive = "", name] = /^(.*\.npz):([^/\\]+)$/i.exec(path) ?? [];
  const file = archive === "" ? path : archive;
  const content = await readSequenceFile(file);
  if (content.kind === "text") {
    throw new UserError("input", `${basename(file)} is text, not an array.`, {
      advice: 'Save it with numpy.save("x.npy", x), or as rows of a .csv.',
    });
  }
  const { arrays } = content;
  const [only] = arrays.values();
  const array = name === undefined && arrays.size === 1 ? only : arrays.get(name ?? "");
  if (array) return array;
  const names = [...arrays.keys()].map((key) => `${basename(file)}:${key}`);
  throw new UserError("input", `${basename(file)} has ${arrays.size} arrays. Say which one.`, {
    ...(names.length > 0 && { advice: `There are: ${names.slice(0, 20).join(", ")}` }),
  });
}
