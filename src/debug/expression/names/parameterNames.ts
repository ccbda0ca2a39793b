/** The network's parameters by PyTorch's names; those of the layer at hand also without their layer: `weight_hh`. */
import { gradientOf } from "../../../trace/names.ts";
import type { Tensor } from "../../../trace/trace.ts";
import type { Compiled } from "../compiled.ts";
import type { Environment } from "../environment.ts";

/** `weight_hh` of layer 1, reverse → `weight_hh_l1_reverse`; a decoder counts its layers from 0, as `decoder.weight_hh_l0`. */
export function fullName(name: string, { program, layer, direction }: Environment): string {
  const { decoder } = program.trace.model;
  const first = decoder && layer >= decoder.firstLayer ? decoder.firstLayer : 0;
  const prefix = first > 0 ? "decoder." : "";
  return `${prefix}${name}_l${layer - first}${direction === "reverse" ? "_reverse" : ""}`;
}

/** The parameters that a layer works with, and those beside it that belong to no layer. */
export function parametersAround(environment: Environment): readonly string[] {
  const { program, layer } = environment;
  const { layers, decoder } = program.trace.model;
  const suffix = fullName("", environment).replace("decoder.", "");
  const isDecoder = decoder !== undefined && layer >= decoder.firstLayer;
  const beside = [
    ...(layer === 0 ? ["embedding."] : []),
    ...(layer === decoder?.firstLayer ? ["decoder.embedding.", "bridge."] : []),
    ...(layer === layers.length - 1 ? ["attention.", "output."] : []),
  ];
  return [...program.parameters.keys()].filter(
    (name) =>
      (name.endsWith(suffix) && name.startsWith("decoder.") === isDecoder) ||
      beside.some((prefix) => name.startsWith(prefix)),
  );
}

/** With a `d` before it, dL/d that parameter. */
export function compileParameter(name: string, environment: Environment): Compiled | undefined {
  const { parameters, trace } = environment.program;
  const parameter = parameters.get(name) ?? parameters.get(fullName(name, environment));
  if (parameter) {
    const { data } = parameter;
    const tensor = `param.${parameter.name}`;
    return { ...whole(parameter), editable: { tensor, from: 0, count: data.length } };
  }
  if (!name.startsWith("d")) return undefined;
  const own = name.slice(1);
  const gradient = [own, fullName(own, environment)]
    .map((each) => trace.tensors.get(gradientOf(`param.${each}`)))
    .find(Boolean);
  return gradient && whole(gradient);
}

const whole = ({ shape, data }: Tensor): Compiled => ({
  type: { kind: "number", shape },
  at: () => ({ data, offset: 0, shape }),
  isConstant: true,
});
