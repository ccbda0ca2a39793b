/** What a name of the expression language stands for, and how a tensor of the trace is read at a step. */
import { activationOf } from "../../../trace/activation.ts";
import type { Direction, Tensor, Trace } from "../../../trace/trace.ts";
import { isWithin, stepsOfLayer, type StepRange } from "../../../trace/activeSteps.ts";
import type { Compiled } from "../compiled.ts";
import type { Environment } from "../environment.ts";
import { ExpressionError } from "../expressionError.ts";
import type { Range } from "../syntax.ts";
import { countOf, numbersOf, type Value } from "../value.ts";

export interface Meaning {
  /** For completions and documentation. */
  readonly text: string;
  readonly compile: (environment: Environment, range: Range) => Compiled;
}

export type Meanings = ReadonlyMap<string, Meaning>;

export const absence = (message: string, range: Range): ExpressionError =>
  new ExpressionError(message, range, true);

export function checkStep(t: number, { steps }: Trace, range: Range): void {
  if (!(t >= 0 && t < steps)) throw absence(`There is no step ${t}.`, range);
}

export function checkComputed(
  tensor: string,
  { isComputed, now }: Environment,
  t: number,
  range: Range,
): void {
  if (isComputed && t === now && !isComputed(tensor)) {
    throw absence("It is not computed yet at this sub-step.", range);
  }
}

/** The step that a cell read before step `t`. */
export const stepBefore = (t: number, direction: Direction): number =>
  direction === "forward" ? t - 1 : t + 1;

interface TensorOptions {
  readonly isEditable?: boolean;
  /** Where it has values, when that is not to be seen from the tensor. */
  readonly steps?: StepRange;
}

export function tensorMeaning(tensor: Tensor, text: string, options: TensorOptions = {}): Meaning {
  return {
    text,
    compile: (environment, range) => compileTensor(tensor, environment, range, options),
  };
}

/**
 * One step of a tensor with the axes (T,B,·) or (T,B), B = 1. What has fewer rows than the sequence has steps belongs to
 * the last ones: to the steps of a decoder, or, like what has no axis of time, to the last step alone.
 */
export function compileTensor(
  tensor: Tensor,
  environment: Environment,
  range: Range,
  { isEditable = false, steps }: TensorOptions = {},
): Compiled {
  const { trace } = environment.program;
  const timed = tensor.axes[0] === "T" || tensor.axes[0] === "D";
  const shape = tensor.shape.slice(tensor.axes.indexOf("B") + 1);
  const size = countOf(shape);
  const rows = timed ? tensor.shape[0] : 1;
  const cell = cellOf(tensor.name);
  const usual: StepRange = cell
    ? stepsOfLayer(trace, cell.layer)
    : [trace.steps - rows, trace.steps];
  const valued = steps ?? usual;
  const at = (t: number): Value => {
    checkComputed(tensor.name, environment, t, range);
    if (!isWithin(valued, t)) throw absence(`There is none at step ${t}.`, range);
    const row = t - (trace.steps - rows);
    if (shape.length === 0) return tensor.data[row];
    return { data: tensor.data, offset: row * size, shape };
  };
  const activation = activationOf(tensor.name, trace.model);
  return {
    type: { kind: "number", shape, activation },
    at,
    tensor: tensor.name,
    cell,
    initial: initialOf(tensor.name, trace),
    ...(isEditable && { editable: { tensor: tensor.name, from: 0, count: size } }),
  };
}

/** h0 of h, c0 of c. */
function initialOf(tensor: string, trace: Trace): Compiled["initial"] {
  const initial = tensor.startsWith("layers.") ? trace.tensors.get(`${tensor}0`) : undefined;
  return initial && (() => numbersOf(initial.data));
}

const cellName = /^(?:grad\.)?layers\.(\d+)\.(forward|reverse)\./;

function cellOf(tensor: string): Compiled["cell"] {
  const match = cellName.exec(tensor);
  if (!match) return undefined;
  return { layer: Number(match[1]), direction: match[2] === "reverse" ? "reverse" : "forward" };
}
