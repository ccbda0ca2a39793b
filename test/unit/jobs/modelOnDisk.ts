/** Model files with sequences for them, as a person has them in a folder. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeNpy } from "../../../src/formats/npy.ts";
import { writeModel } from "../../../src/models/write/writeModel.ts";
import type { ArraySequence } from "../../../src/protocol/modelContract.ts";
import { networkCase } from "../../golden/written/networks.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

/** The model of a golden fixture as a PyTorch state dict, and its input as NumPy saves it. */
export async function onDisk(name: string) {
  const folder = await temporaryFolder();
  const { network, batch, output } = networkCase(name);
  const [{ bytes }] = writeModel(network, "model.pt", { naming: "module", from: "" });
  const model = { file: join(folder, "model.pt"), answers: {} };
  await writeFile(model.file, bytes);
  const { steps, size, input } = batch;
  const numbers = input.kind === "tokens" ? input.tokens : Float64Array.from(input.values);
  const file = join(folder, "input.npy");
  await writeFile(
    file,
    encodeNpy({
      type: input.kind === "tokens" ? "int32" : "float64",
      shape:
        input.kind === "tokens" ? [steps, size] : [steps, size, numbers.length / (steps * size)],
      bytes: new Uint8Array(numbers.buffer),
    }),
  );
  const write = async (fileName: string, text: string): Promise<string> => {
    await writeFile(join(folder, fileName), text);
    return join(folder, fileName);
  };
  return { model, file, output, batch, write, sequence: { file } satisfies ArraySequence };
}
