/**
 * What is shown of a layer at a step, in groups. Nearly every line is an expression of the language, so that what one sees
 * here can be written in a condition, and the other way round.
 */
import { attentionWeights, gatesOf, statesOf } from "../../trace/names.ts";
import type { Environment } from "../expression/environment.ts";
import { partsIn } from "../expression/names/names.ts";
import { parametersAround } from "../expression/names/parameterNames.ts";
import { lossAt } from "../expression/names/stepNames.ts";
import { largest } from "../expression/functions/classes.ts";
import { formatNumber } from "../formatNumber.ts";
import type { SubStep } from "../stepping/subSteps.ts";
import { changeItems } from "./changes.ts";
import { itemIfAny, type Shown } from "./expressionItem.ts";
import { percent } from "./summary.ts";
import type { Item } from "./variableStore.ts";

export interface Scope {
  readonly name: string;
  readonly items: () => readonly Item[];
  /** Not opened by itself. */
  readonly isExpensive?: boolean;
}

const scope = (name: string, items: () => readonly Item[], isExpensive = false): Scope => ({
  name,
  items,
  isExpensive,
});

export interface Standpoint {
  readonly t: number;
  /** On the way back gradients come first. */
  readonly isBackward: boolean;
  /** The sub-step that has just been computed in this frame. */
  readonly subStep?: SubStep;
}

/** Of one frame. */
export function scopesOf(
  environment: Environment,
  { t, isBackward, subStep }: Standpoint,
): readonly Scope[] {
  const { program, layer } = environment;
  const { trace } = program;
  const { cell } = trace.model.layers[layer];
  const parts = new Set(partsIn(environment).map(({ name }) => name));
  const gates: readonly string[] = gatesOf[cell];
  const states: readonly string[] = statesOf[cell];
  const shown = (...expressions: readonly string[]) =>
    itemsOf(
      environment,
      t,
      expressions.map((expression) => ({ name: expression, expression })),
    );
  // What dh consists of comes right after it.
  const wholeFirst = ["dh", "dh_above", "dh_future", "growth"];
  const gradients = [
    ...wholeFirst.filter((part) => parts.has(part)),
    ...[...parts].filter((part) => /^d\w+$/.test(part) && !wholeFirst.includes(part)),
  ];
  const gradientScopes =
    gradients.length > 0
      ? [scope("Gradients", () => shown(...gradients, ...(layer === 0 ? ["dx"] : []), "doutput"))]
      : [];
  return [
    ...(subStep
      ? [scope(capital(subStep.title), () => subStepItems(subStep, environment, t))]
      : []),
    ...(program.edits.length > 0
      ? [scope("Changed by the edit", () => changeItems(environment, t))]
      : []),
    ...(isBackward ? gradientScopes : []),
    scope("Input", () => inputItems(environment, t)),
    scope("State", () => shown(...states, ...states.map((state) => `before(${state})`))),
    ...(gates.some((gate) => parts.has(gate)) ? [scope("Gates", () => shown(...gates))] : []),
    scope("Output", () => outputItems(environment, t)),
    ...(isBackward ? [] : gradientScopes),
    ...(trace.tensors.has(attentionWeights)
      ? [scope("Attention", () => itemsOf(environment, t, attentionShown(environment)))]
      : []),
    scope("Weights", () => shown(...parametersAround(environment)), true),
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const itemsOf = (environment: Environment, t: number, shown: readonly Shown[]): readonly Item[] =>
  shown.flatMap((each) => itemIfAny(each, environment, t) ?? []);

function subStepItems(subStep: SubStep, environment: Environment, t: number): readonly Item[] {
  const { equation, terms, expression } = subStep;
  return [
    { name: "equation", value: equation },
    ...itemsOf(environment, t, [...terms, { name: expression, expression }]),
  ];
}

function inputItems(environment: Environment, t: number): readonly Item[] {
  const { input, inputValues = [] } = environment.program.reading(t);
  const ownInput = environment.layer === 0;
  return [
    { name: "token", value: JSON.stringify(input), expression: "token", environment },
    ...inputValues.map(({ name, value }) => ({ name, value: formatNumber(value) })),
    ...itemsOf(environment, t, [
      {
        name: "x",
        expression: "x",
        labels: ownInput ? (index) => inputValues[index]?.name : undefined,
      },
    ]),
  ];
}

const mostPredictions = 8;

function outputItems(environment: Environment, t: number): readonly Item[] {
  const { program } = environment;
  const { classes } = program;
  const probabilities = classes && program.probabilities(t);
  const { target } = program.reading(t);
  const label = (index: number) => (classes ? JSON.stringify(classes[index]) : undefined);
  if (environment.isComputed?.("output") === false) {
    return [{ name: "output", value: "– It is not computed yet at this sub-step." }];
  }
  const ranked = probabilities ? largest(probabilities, mostPredictions) : [];
  return [
    ...ranked.map((index) => ({
      name: label(index) ?? String(index),
      value: percent(probabilities?.[index] ?? NaN),
      expression: `p[${index}]`,
      environment,
    })),
    ...(program.forecast(t) ?? []).map(({ name, predicted, truth }) => ({
      name,
      value: `${formatNumber(predicted)}${truth === undefined ? "" : ` (truth ${formatNumber(truth)})`}`,
    })),
    ...(target === undefined
      ? []
      : [
          {
            name: "target",
            value: label(target) ?? String(target),
            expression: "label(target)",
            environment,
          },
        ]),
    ...(lossAt(program, t) === undefined
      ? []
      : itemsOf(environment, t, [{ name: "loss", expression: "loss" }])),
    ...itemsOf(environment, t, [
      ...(probabilities ? [{ name: "p", expression: "p", labels: label }] : []),
      { name: "output", expression: "output", labels: label },
    ]),
  ];
}

/** Weights by the tokens of the source. */
function attentionShown({ program }: Environment): readonly Shown[] {
  const sourceToken = (s: number) => JSON.stringify(program.reading(s).input);
  return [
    { name: "attention", expression: "attention", labels: sourceToken },
    ...["context", "attention_output", "dcontext"].map((name) => ({ name, expression: name })),
  ];
}
