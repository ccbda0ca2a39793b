/** The counterfactual against the original: what an edit changed at a step, in states, outputs and loss, and by how much. */
import type { ProgramEdit } from "../debuggee.ts";
import type { Environment } from "../expression/environment.ts";
import { compile } from "../expression/compile.ts";
import { orAbsent } from "../expression/orAbsent.ts";
import { normOf } from "../expression/value.ts";
import { formatNumber } from "../formatNumber.ts";
import { itemIfAny } from "./expressionItem.ts";
import { short } from "./summary.ts";
import type { Item } from "./variableStore.ts";

export function changeItems(environment: Environment, t: number): readonly Item[] {
  const { program } = environment;
  const differences = ["h", "c", "p", "output"].flatMap((name): readonly Item[] => {
    const expression = `${name} - original(${name})`;
    const item = itemIfAny({ name: `Δ${name}`, expression }, environment, t);
    return item?.inside
      ? [{ ...item, value: `${relative(name, environment, t)} · ${item.value}` }]
      : [];
  });
  return [
    ...program.edits.map((edit, index) => ({
      name: `edit ${index + 1}`,
      value: describeEdit(edit),
    })),
    ...numberItem("loss", "loss", environment, t),
    ...numberItem("mean loss", "mean(loss)", environment, t),
    ...differences,
  ];
}

/** `‖Δ‖ is 12 % of the original`. */
function relative(name: string, environment: Environment, t: number): string {
  const normAt = (expression: string): number =>
    orAbsent(() => normOf(compile(expression, environment).at(t)), NaN);
  const change = normAt(`${name} - original(${name})`);
  if (change === 0) return "unchanged";
  return `${short((100 * change) / normAt(`original(${name})`))} %`;
}

function numberItem(
  name: string,
  expression: string,
  environment: Environment,
  t: number,
): readonly Item[] {
  if (!environment.program.trace.tensors.has("loss")) return [];
  const valueOf = (text: string): number | undefined =>
    orAbsent(() => Number(compile(text, environment).at(t)), undefined);
  const now = valueOf(expression);
  const before = valueOf(`original(${expression})`);
  if (now === undefined || before === undefined) return [];
  const difference = now - before;
  const sign = difference > 0 ? "+" : "";
  return [
    {
      name,
      value: `${formatNumber(before)} → ${formatNumber(now)} (${sign}${short(difference)})`,
      expression: `${expression} - original(${expression})`,
      environment,
    },
  ];
}

/** `number 3 of h, layer 0, set to 0.5 at step 12`. */
export function describeEdit(edit: ProgramEdit): string {
  const { t } = edit;
  if (edit.kind === "ablation") {
    const { unit, layer, direction } = edit;
    return `unit ${unit} of layer ${layer}${direction === "reverse" ? ", reverse," : ""} held at zero from step ${t} on`;
  }
  const { indices, values } = edit;
  const what = indices.length === 1 ? `number ${indices[0]}` : `${indices.length} numbers`;
  const isOne = values.every((value) => value === values[0]);
  const to = isOne ? ` to ${formatNumber(values[0])}` : "";
  return `${what} of ${tensorText(edit.tensor)}, set${to} at step ${t}`;
}

/** `h, layer 0`, `weight_hh_l0`, `the input`. */
function tensorText(name: string): string {
  const [, layer, direction, part] = /^layers\.(\d+)\.(\w+)\.(\w+)$/.exec(name) ?? [];
  if (part !== undefined) {
    return `${part}, layer ${layer}${direction === "reverse" ? " reverse" : ""}`;
  }
  return name === "input" ? "the input" : name.replace("param.", "");
}
