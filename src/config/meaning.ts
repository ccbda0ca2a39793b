/**
 * What the schema allows but cannot work, or does not do what it seems to; as far as it can be told
 * without reading the data. `checkAgainstData` in src/data tells the rest.
 */
import { decoderProblems } from "./meaning/decoderMeaning.ts";
import { dataProblems } from "./meaning/dataMeaning.ts";
import type { IsWritten } from "./meaning/judgement.ts";
import { framesProblems } from "./meaning/framesMeaning.ts";
import { modelProblems } from "./meaning/modelMeaning.ts";
import { soundProblems } from "./meaning/soundMeaning.ts";
import { trainingProblems } from "./meaning/trainingMeaning.ts";
import type { Config } from "./schema.ts";
import { fieldOf } from "./schemaTree.ts";
import type { PathProblem } from "./validate.ts";

/** `written` is the config as parsed, before defaults: only what somebody wrote can be superfluous. */
export function problemsOfMeaning(config: Config, written: unknown): PathProblem[] {
  const isWritten: IsWritten = (...path) => has(written, path);
  return [
    ...dataProblems(config, isWritten),
    ...framesProblems(config, isWritten),
    ...soundProblems(config, isWritten),
    ...modelProblems(config, isWritten),
    ...decoderProblems(config),
    ...trainingProblems(config, isWritten),
  ];
}

const has = (root: unknown, path: readonly string[]): boolean =>
  path.reduce((value: unknown, key) => fieldOf(value, key), root) !== undefined;
