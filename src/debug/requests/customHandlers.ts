/** What the extension asks beyond the protocol; see `customRequests.ts`. */
import { clampRange } from "../../trace/buckets.ts";
import type { CustomRequests, StepSummary } from "../customRequests.ts";
import type { Program } from "../debuggee.ts";
import { compile } from "../expression/compile.ts";
import { largest } from "../expression/functions/classes.ts";
import { lossAt } from "../expression/names/stepNames.ts";
import { formatNumber } from "../formatNumber.ts";
import { programOf, undoEdit } from "../session.ts";
import { percent, short } from "../variables/summary.ts";
import { ablate, ablateUnit, unitOf } from "./assign.ts";
import { findItem } from "./findItem.ts";
import type { Handlers } from "./requests.ts";
import { goToStep } from "./stepping.ts";

export const customHandlers: Handlers<keyof CustomRequests> = {
  "unroll/moveCursor"(session, { t }) {
    goToStep(session, t);
    return null;
  },
  async "unroll/ablate"(session, request) {
    if ("name" in request) {
      const { expression, environment } = findItem(
        session,
        request.variablesReference,
        request.name,
      );
      await ablate(session, expression, environment);
    } else await ablateUnit(session, request);
    return null;
  },
  async "unroll/undo"(session) {
    await undoEdit(session);
    return null;
  },
  "unroll/tensorOfVariable"(session, { variablesReference, name }) {
    const { expression, environment } = findItem(session, variablesReference, name);
    const compiled = compile(expression, environment);
    return { tensor: compiled.tensor, ...compiled.cell, unit: unitOf(compiled)?.unit };
  },
  "unroll/steps"(session, { from, to }) {
    const program = programOf(session);
    const [start, end] = clampRange([from, to], program.trace.steps);
    return {
      total: program.trace.steps,
      steps: Array.from({ length: end - start }, (_, k) => summaryOf(program, start + k)),
    };
  },
};

function summaryOf(program: Program, t: number): StepSummary {
  const { place, input, target, targetValues } = program.reading(t);
  const loss = lossAt(program.trace, t);
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
