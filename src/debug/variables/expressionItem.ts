/** The value of an expression as a line of the Variables view: a number, a text, or a tensor to be opened. */
import { compile } from "../expression/compile.ts";
import type { Compiled } from "../expression/compiled.ts";
import type { Environment } from "../expression/environment.ts";
import { ExpressionError } from "../expression/expressionError.ts";
import { describeType, isNumbers, type Numbers, type Value } from "../expression/value.ts";
import { formatNumber } from "../formatNumber.ts";
import { memoryName } from "./memory.ts";
import { percent, summarize, summaryLine } from "./summary.ts";
import { valueText } from "./valueText.ts";
import type { Inside, Item } from "./variableStore.ts";

export interface Shown {
  readonly name: string;
  readonly expression: string;
  /** What the numbers of a vector are called, for example the labels of classes. */
  readonly labels?: (index: number) => string | undefined;
}

/** An absent value is told in words; what is wrong with the expression is thrown. */
export function expressionItem(shown: Shown, environment: Environment, t: number): Item {
  const compiled = compile(shown.expression, environment);
  const { name, expression } = shown;
  const type = describeType(compiled.type);
  try {
    return valueItem(shown, compiled, compiled.at(t), environment, t);
  } catch (error) {
    if (!(error instanceof ExpressionError && error.isAbsence)) throw error;
    return { name, value: `– ${error.message}`, type, expression, environment };
  }
}

/** The same, or undefined where the names in it have no meaning for this network. */
export function itemIfAny(shown: Shown, environment: Environment, t: number): Item | undefined {
  try {
    return expressionItem(shown, environment, t);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

export function valueItem(
  { name, expression, labels }: Shown,
  compiled: Compiled,
  value: Value,
  environment: Environment,
  t: number,
): Item {
  const type = describeType(compiled.type);
  const common = {
    name,
    expression,
    environment,
    type,
    isEditable: compiled.editable !== undefined,
  };
  if (!isNumbers(value)) return { ...common, value: valueText(value) };
  const { activation } = compiled.type;
  return {
    ...common,
    value: summaryLine(value, activation),
    memory: memoryName(environment, t, expression),
    inside: tensorInside({ name, expression, labels }, compiled, value, environment, t),
  };
}

function tensorInside(
  { expression, labels }: Shown,
  { type, editable }: Compiled,
  numbers: Numbers,
  environment: Environment,
  t: number,
): Inside {
  const inner = needsParentheses(expression) ? `(${expression})` : expression;
  const statistics = statisticItems(numbers, type, expression, environment);
  const [count] = numbers.shape;
  return {
    namedCount: statistics.length,
    named: () => statistics,
    indexed: {
      count,
      at(index) {
        const part = `${inner}[${index}]`;
        const label = labels?.(index);
        const name = label === undefined ? `[${index}]` : `[${index}] ${label}`;
        if (numbers.shape.length > 1) {
          return expressionItem({ name, expression: part }, environment, t);
        }
        const value = numbers.data[numbers.offset + index];
        return {
          name,
          value: type.kind === "truth" ? String(value !== 0) : formatNumber(value),
          type: type.kind === "truth" ? "truth" : "number",
          expression: part,
          environment,
          isEditable: editable !== undefined,
        };
      },
    },
  };
}

/** Names, calls and indices bind tighter than an index after them; everything else needs parentheses. */
const needsParentheses = (expression: string): boolean =>
  !/^[\w.[\]]+(\([^()]*\))?$/.test(expression);

function statisticItems(
  numbers: Numbers,
  { kind, activation }: Compiled["type"],
  expression: string,
  environment: Environment,
): readonly Item[] {
  const shape = { name: "shape", value: numbers.shape.join(" × ") };
  if (kind !== "number") return [shape];
  const { minimum, maximum, mean, norm, saturated, notFinite } = summarize(numbers, activation);
  const statistic = (name: string, value: string, formula?: string): Item => ({
    name,
    value,
    ...(formula !== undefined && { expression: formula, environment }),
  });
  return [
    shape,
    statistic("min", formatNumber(minimum), `min(${expression})`),
    statistic("max", formatNumber(maximum), `max(${expression})`),
    statistic("mean", formatNumber(mean), `mean(${expression})`),
    statistic("norm", formatNumber(norm), `norm(${expression})`),
    ...(saturated === undefined
      ? []
      : [statistic("saturated", percent(saturated), `saturated(${expression})`)]),
    ...(notFinite === 0 ? [] : [statistic("not finite", String(notFinite))]),
  ];
}
