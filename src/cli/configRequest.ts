/** A config named on the command line, with what `--set` changes in it: read, validated, ready for a job. */
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { applyOverrides } from "../config/overrides.ts";
import { UserError } from "../config/problem.ts";
import { parseConfig } from "../config/validate.ts";
import { explained } from "../runs/fileProblem.ts";
import type { Environment } from "./environment.ts";
import { describeProblems } from "./failure.ts";

export interface ConfigRequest {
  /** Absolute. */
  readonly configFile: string;
  readonly text: string;
  readonly workspaceFolders: readonly string[];
}

/** Undefined when the config is wrong, which has then been told. */
export async function requestOf(
  path: string,
  overrides: readonly string[],
  { folder, error }: Environment,
): Promise<ConfigRequest | undefined> {
  const configFile = await configFileAt(resolve(folder, path));
  const text = await readConfig(configFile);
  const changed = applyOverrides(text, overrides);
  const { config, problems } = parseConfig(changed);
  // What --set brought in has no place in the file.
  const written = new Map(parseConfig(text).problems.map((problem) => [keyOf(problem), problem]));
  for (const problem of problems) {
    const inFile = written.get(keyOf(problem));
    error.write(
      inFile
        ? describeProblems([inFile], configFile, text, folder)
        : `--set ${problem.path.join(".")}: ${problem.severity}: ${problem.message}\n`,
    );
  }
  return config && { configFile, text: changed, workspaceFolders: [folder] };
}

const keyOf = (problem: { message: string; path: readonly (string | number)[] }): string =>
  JSON.stringify([problem.path, problem.message]);

/** A folder stands for the unroll.json in it. */
async function configFileAt(path: string): Promise<string> {
  const status = await stat(path).catch(() => undefined);
  return status?.isDirectory() ? join(path, "unroll.json") : path;
}

async function readConfig(file: string): Promise<string> {
  try {
    return await explained("read", file, () => readFile(file, "utf8"));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError("config", error.message, {
      place: { file },
      advice: "Name a config: unroll train path/to/unroll.json",
    });
  }
}
