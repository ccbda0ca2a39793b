/**
 * Writes networks of every kind in every format into a folder, with an input and the output that our engine gives, for
 * checkWritten.py to compare with what the real libraries make of them.
 *
 *   node test/golden/written/writeEvery.ts FOLDER
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeSafetensors, type StoredTensor } from "../../../src/formats/safetensors.ts";
import { UserError } from "../../../src/config/problem.ts";
import { writeModel, type WriteOptions } from "../../../src/models/write/writeModel.ts";
import { mostWritten, networkCase, networkCaseNames } from "./networks.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Say which folder.");
mkdirSync(folder, { recursive: true });

/** What a decoder needs to end, which no shape tells. */
const meaning = { kind: "written", mostTokens: mostWritten } as const;

for (const name of networkCaseNames) {
  const { network, batch, output, written } = networkCase(name);
  const options: WriteOptions = {
    naming: "module",
    from: name,
    ...(network.decoder && { meaning }),
  };
  for (const extension of ["safetensors", "onnx", "py"]) {
    try {
      for (const file of writeModel(network, `${name}.${extension}`, options)) {
        writeFileSync(join(folder, file.name), file.bytes);
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      writeFileSync(join(folder, `${name}.${extension}.refused`), error.message);
    }
  }
  const { input, steps, size, decoder } = batch;
  const given: StoredTensor =
    input.kind === "tokens"
      ? { shape: [steps, size], data: input.tokens }
      : { shape: [steps, size, input.values.length / (steps * size)], data: input.values };
  const expected = new Map<string, StoredTensor>([
    ["input", given],
    ["output", { shape: output.shape, data: output.data }],
    ...(decoder ? [["read", { shape: [decoder.steps, size], data: decoder.tokens }] as const] : []),
  ]);
  const metadata = written && { written: JSON.stringify(written) };
  writeFileSync(join(folder, `${name}.expected`), encodeSafetensors(expected, metadata));
}
console.log(`${networkCaseNames.length} networks in ${folder}`);
