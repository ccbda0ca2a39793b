/** Finds what a name means: first in the layer, then in the step, then among the parameters. */
import { gradientOf } from "../../../trace/names.ts";
import type { Tensor } from "../../../trace/trace.ts";
import type { Compiled } from "../compiled.ts";
import type { Environment } from "../environment.ts";
import type { Range } from "../syntax.ts";
import { layerMeanings } from "./layerNames.ts";
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
    compileParameter(`${name}${suffixOf(environment)}`, environment)
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

/** PyTorch's: `_l0`, `_l0_reverse`. */
const suffixOf = ({ layer, direction }: Environment): string =>
  `_l${layer}${direction === "reverse" ? "_reverse" : ""}`;

/** `weight_hh_l0`, or `weight_hh` of the environment's layer; with a `d` before it, dL/d that. */
function compileParameter(name: string, environment: Environment): Compiled | undefined {
  const { parameters, trace } = environment.program;
  const full = [name, `${name}${suffixOf(environment)}`];
  const parameter = full.map((each) => parameters.get(each)).find(Boolean);
  if (parameter) {
    const { shape, data } = parameter;
    const tensor = `param.${parameter.name}`;
    return {
      ...whole(parameter),
      editable: { tensor, from: 0, count: data.length },
      type: { kind: "number", shape },
    };
  }
  const gradient = full
    .map((each) => trace.tensors.get(gradientOf(`param.${each.slice(1)}`)))
    .find(Boolean);
  return gradient && name.startsWith("d") ? whole(gradient) : undefined;
}

const whole = ({ shape, data }: Tensor): Compiled => ({
  type: { kind: "number", shape },
  at: () => ({ data, offset: 0, shape }),
  isConstant: true,
});
