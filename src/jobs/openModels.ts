/** Model files that were opened lately: looking at a layer does not read 200 MB again. */
import { stat } from "node:fs/promises";
import type { ModelContents, ModelNetwork } from "../models/modelContents.ts";
import type { ModelFile } from "../protocol/modelContract.ts";
import { explained } from "../runs/fileProblem.ts";
import { chosenNetwork, readModelFile } from "./modelFile.ts";

export interface OpenModels {
  /** Reads the file again when it has changed. Throws `FormatError` or `UserError`. */
  contentsOf(model: ModelFile): Promise<OpenModel>;
  networkOf(model: ModelFile, name: string | undefined): Promise<ModelNetwork>;
}

export interface OpenModel {
  readonly contents: ModelContents;
  /** Of the file. */
  readonly bytes: number;
}

/** Each may hold hundreds of megabytes. */
const mostKept = 2;

export function createOpenModels(): OpenModels {
  const kept = new Map<string, Promise<OpenModel>>();

  async function contentsOf({ file, answers }: ModelFile): Promise<OpenModel> {
    const { size, mtimeMs } = await explained("read the model", file, () => stat(file));
    const key = JSON.stringify([file, size, mtimeMs, answers]);
    const known = kept.get(key);
    kept.delete(key);
    const opening =
      known ?? readModelFile(file, answers).then((contents) => ({ contents, bytes: size }));
    kept.set(key, opening);
    for (const oldest of [...kept.keys()].slice(0, -mostKept)) kept.delete(oldest);
    opening.catch(() => kept.delete(key));
    return opening;
  }

  return {
    contentsOf,
    async networkOf(model, name) {
      const { contents } = await contentsOf(model);
      return chosenNetwork(contents, name);
    },
  };
}
