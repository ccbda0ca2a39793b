/** The sub-steps of one time step in the order in which the engine computes them, forward and backward. */
import { attentionOutput, gradientOf, layerTensor, partTitles } from "../../trace/names.ts";
import type { Direction, LayerDescription, ModelDescription, Trace } from "../../trace/trace.ts";
import { isActive, isDecoding, isWithin, stepsOfOutput } from "../../trace/activeSteps.ts";
import type { CellEquations, Term } from "./equations/equation.ts";
import { gruEquations } from "./equations/gru.ts";
import { lstmEquations } from "./equations/lstm.ts";
import { rnnEquations } from "./equations/rnn.ts";
import {
  attentionOutputStep,
  contextStep,
  decoderGradients,
  decoderInputStep,
  inputGradient,
  inputStep,
  outputGradient,
  outputSteps,
} from "./surroundings.ts";

export interface SubStep {
  /** `forget gate`, `gradient of the cell state`. */
  readonly title: string;
  readonly equation: string;
  readonly terms: readonly Term[];
  /** What it computes, as in the trace. */
  readonly tensor: string;
  /** The same as an expression of the language. */
  readonly expression: string;
  /** Absent for what belongs to no layer: the input, the output, the loss. */
  readonly cell?: { readonly layer: number; readonly direction: Direction };
}

/** Every sub-step of step `t`. Those whose tensors the trace does not have are left out. */
export function subStepsOf(
  trace: Trace,
  phase: "forward" | "backward",
  t: number,
): readonly SubStep[] {
  const all = phase === "forward" ? forwardSteps(trace, t) : backwardSteps(trace, t);
  return all.filter(({ tensor }) => trace.tensors.has(tensor));
}

/** Attention comes after the step where the output reads it, and before it otherwise. */
function forwardSteps(trace: Trace, t: number): readonly SubStep[] {
  const { model } = trace;
  const cells = activeCells(trace, "forward", t);
  const said = isWithin(stepsOfOutput(trace), t) ? outputSteps(model) : [];
  if (!isDecoding(trace, t)) return [inputStep(model), ...cells, ...said];
  return trace.tensors.has(attentionOutput)
    ? [decoderInputStep, ...cells, contextStep, attentionOutputStep, ...said]
    : [contextStep, decoderInputStep, ...cells, ...said];
}

function backwardSteps(trace: Trace, t: number): readonly SubStep[] {
  const said = isWithin(stepsOfOutput(trace), t) ? [outputGradient(trace.model)] : [];
  const cells = activeCells(trace, "backward", t);
  return isDecoding(trace, t)
    ? [...said, ...decoderGradients, ...cells]
    : [...said, ...cells, inputGradient];
}

const activeCells = (trace: Trace, phase: "forward" | "backward", t: number): readonly SubStep[] =>
  cellSteps(trace.model, phase).filter(({ cell }) => !cell || isActive(trace, cell.layer, t));

const cellCache = new WeakMap<ModelDescription, { forward: SubStep[]; backward: SubStep[] }>();

function cellSteps(model: ModelDescription, phase: "forward" | "backward"): readonly SubStep[] {
  const known = cellCache.get(model);
  if (known) return known[phase];
  const cells = model.layers.flatMap((description, layer) =>
    description.directions.map((direction) => {
      const equations = equationsOf(description);
      return {
        forward: partSteps(equations.forward, layer, direction, false),
        backward: partSteps(equations.backward, layer, direction, true),
      };
    }),
  );
  const made = {
    forward: cells.flatMap((cell) => cell.forward),
    backward: cells.toReversed().flatMap((cell) => cell.backward),
  };
  cellCache.set(model, made);
  return made[phase];
}

function equationsOf(layer: LayerDescription): CellEquations {
  switch (layer.cell) {
    case "rnn":
      return rnnEquations(layer);
    case "lstm":
      return lstmEquations(layer);
    case "gru":
      return gruEquations(layer);
  }
}

function partSteps(
  equations: CellEquations["forward"],
  layer: number,
  direction: Direction,
  isGradient: boolean,
): readonly SubStep[] {
  const inItsOwnTime = direction === "reverse" ? readBackwards : (text: string) => text;
  return equations.map(({ part, equation, terms }) => {
    const tensor = layerTensor(layer, direction, part);
    const title = partTitles[part] ?? part;
    return {
      title: isGradient ? `gradient of the ${title}` : title,
      equation: inItsOwnTime(equation),
      terms: terms.map(({ name, expression }) => ({ name: inItsOwnTime(name), expression })),
      tensor: isGradient ? gradientOf(tensor) : tensor,
      expression: isGradient ? `d${part}` : part,
      cell: { layer, direction },
    };
  });
}

/** What a cell that reads backwards has behind it is the step after. */
const readBackwards = (text: string): string =>
  text.replaceAll(/[₋₊]/g, (sign) => (sign === "₋" ? "₊" : "₋"));

/** The first sub-step, counted from 1, of what is computed after the cell in which sub-step `inside` lies. */
export function afterCell(subSteps: readonly SubStep[], inside: number): number | undefined {
  const current = subSteps[inside - 1]?.cell;
  const after = subSteps.findIndex(
    ({ cell }, index) =>
      index >= inside && (cell?.layer !== current?.layer || cell?.direction !== current?.direction),
  );
  return after < 0 ? undefined : after + 1;
}
