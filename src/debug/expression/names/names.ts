/** Finds what a name means: first in the layer, then in the step, then among the parameters. */
import type { Compiled } from "../compiled.ts";
import type { Environment } from "../environment.ts";
import type { Range } from "../syntax.ts";
import { layerMeanings } from "./layerNames.ts";
import { compileParameter, fullName } from "./parameterNames.ts";
import { stepMeanings } from "./stepNames.ts";

export interface NameDescription {
  readonly name: string;
  readonly text: string;
}

export function compileName(
  name: string,
  environment: Environment,
  range: Range,
): Compiled | undefined {
  const meaning = layerMeanings(environment).get(name) ?? stepMeanings(environment).get(name);
  return meaning ? meaning.compile(environment, range) : compileParameter(name, environment);
}

/** A part of the environment's layer, as in `layers[1].h`; a parameter of it too. */
export function compilePart(
  name: string,
  environment: Environment,
  range: Range,
): Compiled | undefined {
  return (
    layerMeanings(environment).get(name)?.compile(environment, range) ??
    compileParameter(fullName(name, environment), environment)
  );
}

export const partsIn = (environment: Environment): readonly NameDescription[] =>
  [...layerMeanings(environment)].map(([name, { text }]) => ({ name, text }));

/** For completions and for "did you mean". */
export const namesIn = (environment: Environment): readonly NameDescription[] => [
  ...partsIn(environment),
  ...[...stepMeanings(environment)].map(([name, { text }]) => ({ name, text })),
  ...[...environment.program.parameters.values()].map(({ name, shape }) => ({
    name,
    text: `parameter, ${shape.join(" × ")}`,
  })),
];
