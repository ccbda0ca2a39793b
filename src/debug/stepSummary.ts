/** A step in a few words: what was read, what was said, what was right, and how wrong that was. */
import type { StepSummary } from "./customRequests.ts";
import type { Program } from "./debuggee.ts";
import { largest } from "./expression/functions/classes.ts";
import { lossAt } from "./expression/names/stepNames.ts";
import { formatNumber } from "./formatNumber.ts";
import { percent, short } from "./variables/summary.ts";

export function summarizeStep(program: Program, t: number): StepSummary {
  const { place, input, target, targetValues } = program.reading(t);
  const loss = lossAt(program, t);
  const prediction = predictionAt(program, t);
  const right =
    target === undefined
      ? targetValues?.map(({ name, value }) => `${name} ${formatNumber(value)}`).join(", ")
      : JSON.stringify(program.classes?.[target] ?? target);
  return {
    t,
    place,
    input,
    ...(loss !== undefined && { loss }),
    ...(prediction !== undefined && { prediction }),
    ...(right !== undefined && { target: right }),
  };
}

/** `predicts "a" 18.4 %, right is "c", loss 2.19`; of a step that says nothing, nothing. */
export function stepText({ prediction, target, loss }: StepSummary): string {
  return [
    ...(prediction === undefined ? [] : [`predicts ${prediction}`]),
    ...(target === undefined ? [] : [`right is ${target}`]),
    ...(loss === undefined ? [] : [`loss ${short(loss)}`]),
  ].join(", ");
}

function predictionAt(
  { classes, probabilities, forecast }: Program,
  t: number,
): string | undefined {
  const values = classes && probabilities(t);
  if (classes && values) {
    const [best] = largest(values, 1);
    return `${JSON.stringify(classes[best])} ${percent(values[best])}`;
  }
  return forecast(t)
    ?.map(({ name, predicted }) => `${name} ${short(predicted)}`)
    .join(", ");
}
