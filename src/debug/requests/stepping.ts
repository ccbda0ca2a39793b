/** Moving through the sequence. */
import { fromClientColumn, fromClientLine, toClientColumn, toClientLine } from "../clientView.ts";
import { sourceIndex } from "../breakpoints/resolve.ts";
import { stepAtColumn, stepIndexOf } from "../breakpoints/stepIndex.ts";
import { RequestError } from "../requestError.ts";
import { endSession, launchedIn, programOf, stopAt, threadId, type Session } from "../session.ts";
import type { Position } from "../stepping/position.ts";
import { startRun, stopHere } from "../stepping/run.ts";
import { subStepsOf, type SubStep } from "../stepping/subSteps.ts";
import type { Handlers } from "./requests.ts";

export const stepping: Handlers<
  | "threads"
  | "next"
  | "stepIn"
  | "stepInTargets"
  | "stepOut"
  | "stepBack"
  | "continue"
  | "reverseContinue"
  | "pause"
  | "gotoTargets"
  | "goto"
> = {
  threads: ({ launched }) => ({
    threads: [{ id: threadId, name: launched?.program.title ?? "sequence" }],
  }),
  next(session) {
    land(session, standing(session).course.next(session.position));
  },
  stepIn(session, { targetId }) {
    const { course } = standing(session);
    const target =
      targetId === undefined ? undefined : { ...whole(session.position), inside: targetId };
    land(session, target ?? course.into(session.position));
  },
  /** Each layer and direction by its first sub-step, and what belongs to no layer. */
  stepInTargets(session) {
    const { position } = session;
    if (!("t" in position)) return { targets: [] };
    const { trace } = programOf(session);
    const targets = subStepsOf(trace, position.phase, position.t).flatMap((subStep, index, all) =>
      isSameCell(subStep, all[index - 1]) ? [] : { id: index + 1, label: cellLabel(subStep) },
    );
    return { targets };
  },
  stepOut(session) {
    const { course } = standing(session);
    const out = course.out(session.position);
    if (out) land(session, out);
    else startRun(session, "forwards");
  },
  stepBack(session) {
    const { course } = standing(session);
    const previous = course.previous(session.position);
    stopAt(session, previous ?? session.position, {
      reason: "step",
      ...(!previous && { description: "The beginning" }),
    });
  },
  continue(session) {
    standing(session);
    startRun(session, "forwards");
    return { allThreadsContinued: true };
  },
  reverseContinue(session) {
    standing(session);
    startRun(session, "backwards");
  },
  pause(session) {
    if (session.run) session.run.pauseRequested = true;
  },
  gotoTargets(session, { source, line, column }) {
    const program = programOf(session);
    const wanted = fromClientLine(session, line);
    const index = sourceIndex(source, program);
    if (index === undefined) return { targets: [] };
    const steps = stepIndexOf(program).on(index, wanted);
    const chosen =
      column === undefined
        ? undefined
        : stepAtColumn(program, steps, fromClientColumn(session, column));
    const shown = chosen === undefined ? steps.slice(0, mostTargets) : [chosen];
    return {
      targets: shown.map((t) => {
        const { input, place } = program.reading(t);
        return {
          id: t,
          label: `step ${t} ${JSON.stringify(input)}`,
          line: toClientLine(session, place.line),
          column: toClientColumn(session, place.column),
          endLine: toClientLine(session, place.endLine),
          endColumn: toClientColumn(session, place.endColumn),
        };
      }),
    };
  },
  goto(session, { targetId }) {
    goToStep(session, targetId);
  },
};

/** More than this nobody picks from. */
const mostTargets = 50;

/** To a step, in the pass in which the session is. */
export function goToStep(session: Session, t: number): void {
  const { steps } = standing(session).program.trace;
  if (!Number.isInteger(t) || t < 0 || t >= steps) {
    throw new RequestError(`There is no step ${t}: they go from 0 to ${steps - 1}.`);
  }
  const phase = session.position.phase === "backward" ? "backward" : "forward";
  stopAt(session, { phase, t, inside: 0 }, { reason: "goto" });
}

/** While it runs there is nowhere to step from. */
function standing(session: Session) {
  if (session.run) throw new RequestError("The sequence is running. Pause it first.");
  return launchedIn(session);
}

/** Stops after a step, at a breakpoint when there is one; ends the session after the end. */
function land(session: Session, position: Position | undefined): void {
  if (!position) return endSession(session);
  const isWhole = !("inside" in position) || position.inside === 0;
  stopAt(session, position, (isWhole && stopHere(session, position)) || { reason: "step" });
}

const whole = (position: Position): Position & { readonly phase: "forward" | "backward" } => {
  if ("t" in position) return position;
  throw new RequestError("There is no step to go into between the passes.");
};

const isSameCell = (a: SubStep, b: SubStep | undefined): boolean =>
  a.cell !== undefined && a.cell.layer === b?.cell?.layer && a.cell.direction === b.cell.direction;

const cellLabel = ({ cell, title }: SubStep): string =>
  cell ? `layer ${cell.layer}, ${cell.direction}` : title;
