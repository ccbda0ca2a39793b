/**
 * Compares the weights that a training is to begin with with those that its network has: all have to fit, or with
 * `"only": "matching"` some, and then it is said which begin as they are drawn.
 */
import { UserError } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { classesOf, type Encoding } from "../../data/encoding.ts";
import { parameterShapes, type ParameterShape } from "../../engine/parameterShapes.ts";
import type { StoredParameter } from "../../runs/checkpoint.ts";
import type { ModelDescription } from "../../trace/trace.ts";
import { layerMisfit, layerPath, type Misfit } from "./layerMisfit.ts";
import { fromPath, tokensOf, type StartSource } from "./startSource.ts";

export interface FittedStart {
  /** Values of parameters by name, all zero where the file leaves a bias out. */
  readonly taken: ReadonlyMap<string, StoredParameter["data"] | "zero">;
  /** What begins as it is drawn, in words. */
  readonly warnings: readonly {
    readonly path: readonly (string | number)[];
    readonly message: string;
  }[];
}

/** Throws `UserError` at the key of the config that does not fit, and where nothing does. */
export function fitStart(
  source: StartSource,
  config: Config,
  description: ModelDescription,
  encoding: Encoding,
): FittedStart {
  const misfits = layerMisfits(source, config, description);
  const taken = new Map<string, StoredParameter["data"] | "zero">();
  const left: { readonly name: string; readonly misfit: Misfit }[] = [];
  const shapes = parameterShapes(description);
  for (const parameter of shapes) {
    const found = valueFor(parameter, { source, description, encoding, misfits });
    if ("reason" in found) left.push({ name: parameter.name, misfit: found });
    else taken.set(parameter.name, found.value);
  }
  const [first] = left;
  if (config.training.start?.only === undefined) {
    const other = first?.misfit ?? unused(source, shapes);
    if (other)
      throw unfit(source, other, 'Make both the same, or take only what fits: "only": "matching".');
  }
  if (taken.size === 0 && first) {
    throw unfit(source, first.misfit, "Nothing of it fits: take another file, or remove this.");
  }
  return { taken, warnings: first ? [leftOut(source, shapes.length, left)] : [] };
}

const unfit = ({ name }: StartSource, { path, reason }: Misfit, advice: string): UserError =>
  new UserError("start", `${name} does not fit this network: ${reason}.`, { path, advice });

/** By the number of the layer in this network. */
function layerMisfits(
  { layers }: StartSource,
  config: Config,
  description: ModelDescription,
): ReadonlyMap<number, Misfit> {
  const misfits = new Map<number, Misfit>();
  for (const [index, own] of description.layers.entries()) {
    const misfit = layerMisfit(layers[index], own, layerPath(config, index), `layer ${index}`);
    if (misfit) misfits.set(index, misfit);
  }
  return misfits;
}

interface Comparison {
  readonly source: StartSource;
  readonly description: ModelDescription;
  readonly encoding: Encoding;
  readonly misfits: ReadonlyMap<number, Misfit>;
}

function valueFor(
  { name, shape }: ParameterShape,
  { source, description, encoding, misfits }: Comparison,
): { readonly value: StoredParameter["data"] | "zero" } | Misfit {
  const layer = layerOf(name, description);
  const misfit = layer === undefined ? undefined : misfits.get(layer);
  if (misfit) return misfit;
  const stored = source.parameters.get(name);
  if (!stored) {
    const weight = source.parameters.has(name.replace("bias", "weight"));
    return /bias/.test(name) && weight ? { value: "zero" } : missing(name, source);
  }
  if (stored.shape.join() !== shape.join()) return otherSize(name, stored.shape, shape);
  const { input } = description;
  const readsTokens =
    name === "embedding.weight" || (isOneHot(input) && name.startsWith("weight_ih_l0"));
  if (readsTokens && differ(source.tokens, tokensOf(encoding))) {
    return { path: fromPath, reason: "it was trained on other tokens than those of this data" };
  }
  if (name.startsWith("output.") && differ(source.classes, classesOf(encoding))) {
    return { path: fromPath, reason: "it tells other classes apart than those of this data" };
  }
  return { value: stored.data };
}

const isOneHot = (input: ModelDescription["input"]): boolean =>
  input.kind === "tokens" && input.embedding === undefined;

/** Whether both are known, and not the same. */
const differ = (
  theirs: readonly string[] | undefined,
  own: readonly string[] | undefined,
): boolean => theirs !== undefined && own !== undefined && theirs.join("\n") !== own.join("\n");

/** The layer whose own parameter it is. */
function layerOf(name: string, { decoder }: ModelDescription): number | undefined {
  const { half, number } =
    /^(?<half>decoder\.)?\w+_l(?<number>\d+)(_reverse)?$/.exec(name)?.groups ?? {};
  if (number === undefined) return undefined;
  return Number(number) + (half === undefined ? 0 : (decoder?.firstLayer ?? 0));
}

function missing(name: string, { heads }: StartSource): Misfit {
  if (!name.startsWith("output.")) return { path: fromPath, reason: `it has no ${name}` };
  const reason = heads
    ? `several linear layers fit on top of it, ${heads.filter((head) => head !== "none").join(", ")}: say which with "head"`
    : "it has no linear layer on top that is understood";
  return { path: fromPath, reason };
}

function otherSize(name: string, theirs: readonly number[], own: readonly number[]): Misfit {
  if (name === "embedding.weight") {
    const isWidth = theirs[1] !== own[1];
    return {
      path: isWidth ? ["model", "embedding"] : fromPath,
      reason: isWidth
        ? `its embedding has ${theirs[1]} numbers for each token, and this config ${own[1]}`
        : `it knows ${theirs[0]} tokens, and this data has ${own[0]}`,
    };
  }
  if (name.startsWith("output.")) {
    return {
      path: fromPath,
      reason: `it puts out ${theirs[0]} numbers, and this data needs ${own[0]}`,
    };
  }
  if (name.startsWith("weight_ih_l0")) {
    return {
      path: fromPath,
      reason: `it reads ${theirs[1]} numbers at each step, and here are ${own[1]}`,
    };
  }
  return {
    path: fromPath,
    reason: `its ${name} has the shape (${theirs.join(",")}) instead of (${own.join(",")})`,
  };
}

/** What it has besides would no longer be computed. */
function unused(
  { parameters, layers }: StartSource,
  shapes: readonly ParameterShape[],
): Misfit | undefined {
  const known = new Set(shapes.map(({ name }) => name));
  const [name] = [...parameters.keys()].filter((each) => !known.has(each));
  if (name === undefined) return undefined;
  const reason = /_l\d+(_reverse)?$/.test(name)
    ? `it has ${layers.length} recurrent layers, more than this config`
    : `it also has ${name}, for which this config has no place`;
  return { path: ["model"], reason };
}

function leftOut(
  { name }: StartSource,
  count: number,
  left: readonly { readonly name: string; readonly misfit: Misfit }[],
): FittedStart["warnings"][number] {
  const reasons = [...new Set(left.map(({ misfit }) => misfit.reason))];
  const names = left.map((each) => each.name);
  const shown =
    names.length > 4
      ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`
      : names.join(", ");
  return {
    path: ["training", "start", "only"],
    message: `${count - left.length} of ${count} parameters are those of ${name}. As they are drawn begin ${shown}: ${reasons.join("; ")}.`,
  };
}
