/** Over the person's own text a hover is about what happened there, not about a name that the word may happen to be. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { sourceIndex } from "../breakpoints/resolve.ts";
import { stepIndexOf } from "../breakpoints/stepIndex.ts";
import { fromClientColumn, fromClientLine } from "../clientView.ts";
import type { StepSummary } from "../customRequests.ts";
import { RequestError } from "../requestError.ts";
import { programOf, type Session } from "../session.ts";
import { stepText, summarizeStep } from "../stepSummary.ts";
import { short } from "../variables/summary.ts";
import type { Item } from "../variables/variableStore.ts";

/** Undefined when it is not a hover over a text that the sequence reads. */
export function hoveredSteps(
  session: Session,
  { expression, source, line, column }: DebugProtocol.EvaluateArguments,
): Item | undefined {
  if (!source || line === undefined || column === undefined) return undefined;
  const program = programOf(session);
  const index = sourceIndex(source, program);
  if (index === undefined) return undefined;
  const from = fromClientColumn(session, column);
  const steps = stepIndexOf(program)
    .on(index, fromClientLine(session, line))
    .map((t) => summarizeStep(program, t))
    .filter(({ place }) => {
      const isOver = place.endLine > place.line || place.endColumn > from;
      return isOver && place.column < from + expression.length;
    });
  if (steps.length === 0) throw new RequestError("The sequence reads nothing here.");
  if (steps.length > 1) return wordItem(expression, steps);
  const { name, value } = stepItem(steps[0]);
  return { name, value: `step ${steps[0].t}: ${value}` };
}

const stepItem = (step: StepSummary): Item => ({
  name: `step ${step.t} ${JSON.stringify(step.input)}`,
  value: stepText(step) || "nothing is predicted here",
});

/** A word that is read letter by letter. */
function wordItem(word: string, steps: readonly StepSummary[]): Item {
  const losses = steps.flatMap(({ loss }) => loss ?? []);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const told = losses.length === 0 ? "" : `, mean loss ${short(mean)}`;
  return {
    name: word,
    value: `steps ${steps[0].t} to ${steps[steps.length - 1].t}${told}`,
    inside: { namedCount: steps.length, named: () => steps.map(stepItem) },
  };
}
