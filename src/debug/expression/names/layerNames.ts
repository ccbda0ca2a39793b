/** Names of what one layer holds in one direction: states, gates, their gradients, and what it reads. */
import { gradientFromAbove, gradientOf, layerTensor, partTitles } from "../../../trace/names.ts";
import type { Trace } from "../../../trace/trace.ts";
import { isWithin, stepsOfLayer } from "../../../trace/activeSteps.ts";
import { layerInput } from "../../layerInput.ts";
import type { Compiled } from "../compiled.ts";
import type { Environment } from "../environment.ts";
import { ExpressionError } from "../expressionError.ts";
import type { Range } from "../syntax.ts";
import { isNumbers, listOf, normOf, numbersOf } from "../value.ts";
import {
  absence,
  compileTensor,
  stepBefore,
  tensorMeaning,
  type Meaning,
  type Meanings,
} from "./meaning.ts";

const cache = new WeakMap<Trace, Map<string, Meanings>>();

/** Of the environment's layer and direction. */
export function layerMeanings({ program: { trace }, layer, direction }: Environment): Meanings {
  const ofTrace = cache.get(trace) ?? new Map<string, Meanings>();
  cache.set(trace, ofTrace);
  const prefix = layerTensor(layer, direction, "");
  const meanings = ofTrace.get(prefix) ?? meaningsOf(trace, prefix);
  ofTrace.set(prefix, meanings);
  return meanings;
}

function meaningsOf(trace: Trace, prefix: string): Meanings {
  const meanings = new Map<string, Meaning>();
  for (const tensor of trace.tensors.values()) {
    if (!tensor.name.startsWith(prefix)) continue;
    const part = tensor.name.slice(prefix.length);
    // The states before the first step are read with before(h).
    if (part.endsWith("0")) continue;
    const title = partTitles[part] ?? part;
    meanings.set(part, tensorMeaning(tensor, title, { isEditable: true }));
    const gradient = trace.tensors.get(gradientOf(tensor.name));
    if (gradient) meanings.set(`d${part}`, tensorMeaning(gradient, `dL/d ${title}`));
  }
  meanings.set("x", { text: "what the layer reads", compile: readInput });
  const above = trace.tensors.get(`grad.${prefix}h.above`);
  if (above) {
    meanings.set(
      "dh_above",
      tensorMeaning(above, "the part of dh that comes from above: from the next layer or the loss"),
    );
    meanings.set("dh_future", {
      text: "the part of dh that comes back through time",
      compile: readFuture,
    });
  }
  if (meanings.has("dh")) {
    meanings.set("growth", {
      text: "‖dh‖ one step further back, over ‖dh‖ here: below 1 the gradient shrinks on its way back",
      compile: readGrowth,
    });
  }
  return meanings;
}

function readInput(environment: Environment, range: Range): Compiled {
  const { layer } = environment;
  const { trace } = environment.program;
  const steps = stepsOfLayer(trace, layer);
  const input = trace.tensors.get("input");
  if (layer === 0 && input) {
    return compileTensor(input, environment, range, { isEditable: true, steps });
  }
  return {
    type: { kind: "number", shape: [trace.model.layers[layer].inputSize] },
    at(t) {
      if (!isWithin(steps, t)) throw absence(`There is none at step ${t}.`, range);
      return numbersOf(layerInput(trace, layer, t));
    },
  };
}

function partOf(part: string, environment: Environment, range: Range): Compiled {
  const compiled = layerMeanings(environment).get(part)?.compile(environment, range);
  if (!compiled) throw new ExpressionError(`This layer has no ${part}.`, range);
  return compiled;
}

function readFuture(environment: Environment, range: Range): Compiled {
  const total = partOf("dh", environment, range);
  const { layer, direction } = environment;
  const above = environment.program.trace.tensors.get(gradientFromAbove(layer, direction));
  return {
    type: total.type,
    cell: total.cell,
    at(t) {
      const all = total.at(t);
      if (!above || !isNumbers(all)) return NaN;
      const { offset } = all;
      return numbersOf(listOf(all).map((value, k) => value - above.data[offset + k]));
    },
  };
}

function readGrowth(environment: Environment, range: Range): Compiled {
  const total = partOf("dh", { ...environment, isComputed: undefined }, range);
  return {
    type: { kind: "number", shape: [] },
    at(t) {
      const earlier = stepBefore(t, environment.direction);
      const norm = normOf(total.at(t));
      if (norm === 0) throw absence(`No gradient arrives at step ${t}.`, range);
      return normOf(total.at(earlier)) / norm;
    },
  };
}
