/**
 * Writes networks of every kind in every format into a folder, with an input and the output that our engine gives, for
 * checkWritten.py to compare with what the real libraries make of them.
 *
 *   node test/golden/written/writeEvery.ts FOLDER
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeSafetensors, type StoredTensor } from "../../../src/formats/safetensors.ts";
import { writeModel } from "../../../src/models/write/writeModel.ts";
import { networkCase, networkCaseNames } from "./networks.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Say which folder.");
mkdirSync(folder, { recursive: true });

for (const name of networkCaseNames) {
  const { network, batch, output } = networkCase(name);
  for (const extension of ["safetensors", "onnx", "py"]) {
    const fileName = `${name}.${extension}`;
    for (const file of writeModel(network, fileName, { naming: "module", from: name })) {
      writeFileSync(join(folder, file.name), file.bytes);
    }
  }
  const { input, steps, size } = batch;
  const given: StoredTensor =
    input.kind === "tokens"
      ? { shape: [steps, size], data: input.tokens }
      : { shape: [steps, size, input.values.length / (steps * size)], data: input.values };
  const expected = new Map([
    ["input", given],
    ["output", { shape: output.shape, data: output.data }],
  ]);
  writeFileSync(join(folder, `${name}.expected`), encodeSafetensors(expected));
}
console.log(`${networkCaseNames.length} networks in ${folder}`);
