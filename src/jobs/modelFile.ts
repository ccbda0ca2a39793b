/** Model files and arrays from the disk. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { UserError } from "../config/problem.ts";
import type { ModelAnswers, ModelContents, ModelNetwork } from "../models/modelContents.ts";
import { openModelFile, savedModel } from "../models/openModelFile.ts";
import { stackNetworks } from "../models/stackNetworks.ts";
import { explained } from "../runs/fileProblem.ts";

/** Throws `FormatError` or `UserError`. */
export async function readModelFile(file: string, answers: ModelAnswers): Promise<ModelContents> {
  if (existsSync(join(file, "saved_model.pb"))) throw savedModel(basename(file));
  const bytes = await bytesOfFile(file, "read the model");
  return openModelFile(bytes, basename(file), answers, fileBeside(dirname(file)));
}

/** Files that a model names, none of them outside its folder, through a symbolic link either. */
function fileBeside(folder: string): (path: string) => Uint8Array | undefined {
  const read = new Map<string, Uint8Array>();
  return (path) => {
    const known = read.get(path);
    if (known) return known;
    const file = resolve(folder, path);
    if (!existsSync(file)) return undefined;
    const inside = relative(realpathSync(folder), realpathSync(file));
    if (inside.startsWith("..") || isAbsolute(inside)) return undefined;
    const bytes = new Uint8Array(readFileSync(file));
    read.set(path, bytes);
    return bytes;
  };
}

/** Throws `UserError` when the system refuses. */
export async function bytesOfFile(file: string, action: string): Promise<Uint8Array> {
  return explained(action, file, async () => new Uint8Array(await readFile(file)));
}

/** The network that is meant: by name, several by names with commas between, or the only one. Throws `UserError` when that leaves a choice. */
export function chosenNetwork(contents: ModelContents, name: string | undefined): ModelNetwork {
  const { networks } = contents;
  const names = networks.map((network) => `"${network.name}"`).join(", ");
  if (networks.length === 0) {
    throw new UserError("model", `The file has no recurrent network. ${contents.notes.join(" ")}`, {
      advice: `It holds ${contents.tensors.length} tensors: ${contents.tensors
        .slice(0, 10)
        .map((tensor) => tensor.name)
        .join(", ")}${contents.tensors.length > 10 ? ", …" : ""}`,
    });
  }
  if (name === undefined && networks.length === 1) return networks[0];
  const byName = (wanted: string) => networks.find((network) => network.name === wanted);
  const chosen = name === undefined ? undefined : byName(name);
  if (chosen) return chosen;
  const several = (name ?? "").split(",").map((one) => byName(one.trim()));
  if (several.length > 1 && several.every((network) => network !== undefined)) {
    return stackNetworks(several);
  }
  const message =
    name === undefined
      ? `The file has ${networks.length} recurrent networks.`
      : `The file has no recurrent network "${name}".`;
  throw new UserError("model", message, {
    advice: `Choose one with --module: ${names}; or several that lie on each other, input first, with commas between.`,
  });
}
