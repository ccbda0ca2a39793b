/**
 * One debug session: its program, where it stands and why. Requests change it through the functions here, which also tell
 * the editor and the panels; how messages look otherwise is no matter of this file.
 */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { createBreakpoints, type Breakpoints } from "./breakpoints/breakpoints.ts";
import { toBreakpoint } from "./clientView.ts";
import type { PositionEvent } from "./customRequests.ts";
import type { Debuggee, Program, ProgramEdit } from "./debuggee.ts";
import type { Environment } from "./expression/environment.ts";
import { RequestError } from "./requestError.ts";
import { createCourse, type Course } from "./stepping/course.ts";
import { describePosition } from "./stepping/describePosition.ts";
import type { Position } from "./stepping/position.ts";
import { computedAt, hasBackward, lookedAt, stackAt, type Frame } from "./stepping/stack.ts";
import { afterCell, subStepsOf } from "./stepping/subSteps.ts";
import type { Stop } from "./stop.ts";
import { createVariableStore, type VariableStore } from "./variables/variableStore.ts";

/** The only thread: time. */
export const threadId = 1;

export type Emit = (event: string, body?: unknown) => void;

export interface Client {
  readonly linesStartAt1: boolean;
  readonly columnsStartAt1: boolean;
  readonly supportsInvalidatedEvent: boolean;
}

export interface Launched {
  readonly program: Program;
  readonly course: Course;
}

export interface Session {
  readonly debuggee: Debuggee;
  readonly emit: Emit;
  readonly breakpoints: Breakpoints;
  readonly variables: VariableStore;
  readonly abort: AbortController;
  client: Client;
  launched?: Launched;
  /** The configuration that it was launched with, for restarting. */
  launchedWith?: { readonly request: "launch" | "attach"; readonly stopOnEntry: boolean };
  position: Position;
  stop: Stop;
  /** A run in progress. */
  run?: { pauseRequested: boolean; done: Promise<void> };
}

export function createSession(debuggee: Debuggee, emit: Emit): Session {
  return {
    debuggee,
    emit,
    breakpoints: createBreakpoints(),
    variables: createVariableStore(),
    abort: new AbortController(),
    client: { linesStartAt1: true, columnsStartAt1: true, supportsInvalidatedEvent: false },
    position: { phase: "forward", t: 0, inside: 0 },
    stop: { reason: "entry" },
  };
}

export function launchedIn({ launched }: Session): Launched {
  if (!launched) throw new RequestError("Nothing has been launched yet.");
  return launched;
}

export const programOf = (session: Session): Program => launchedIn(session).program;

/**
 * Takes over a program, at its launch or after an edit. Positions keep their meaning, since no edit changes T; but an edit
 * may leave nothing to go back through, and then the session stands at the same step on the way forward.
 */
export function takeProgram(session: Session, program: Program): void {
  const { trace } = program;
  const { phase } = session.position;
  if (!hasBackward(trace) && (phase === "loss" || phase === "backward")) {
    session.position = { phase: "forward", t: lookedAt(trace, session.position), inside: 0 };
  }
  const course = createCourse({
    steps: trace.steps,
    hasBackward: hasBackward(trace),
    insideOf: (phase, t) => subStepsOf(trace, phase, t).length,
    afterCell: (phase, t, inside) => afterCell(subStepsOf(trace, phase, t), inside),
  });
  session.launched = { program, course };
  session.variables.clear();
  for (const breakpoint of session.breakpoints.resolve(program)) {
    session.emit("breakpoint", {
      reason: "changed",
      breakpoint: toBreakpoint(session, breakpoint),
    });
  }
}

/** Stands at `position` and says so. */
export function stopAt(session: Session, position: Position, stop: Stop): void {
  session.position = position;
  session.stop = stop;
  session.variables.clear();
  const { reason, description, text, hitBreakpointIds } = stop;
  const body: DebugProtocol.StoppedEvent["body"] = {
    reason,
    ...(description !== undefined && { description }),
    ...(text !== undefined && { text }),
    ...(hitBreakpointIds && { hitBreakpointIds: [...hitBreakpointIds] }),
    threadId,
    allThreadsStopped: true,
  };
  session.emit("stopped", body);
  tellPosition(session);
}

function tellPosition(session: Session): void {
  const { trace, traceId, edits } = programOf(session);
  const { title, cursor } = describePosition(trace, session.position);
  session.debuggee.cursorMoved({ traceId, ...cursor });
  const { phase } = session.position;
  const event: PositionEvent = { phase, traceId, ...cursor, title, edits: edits.length };
  session.emit("unroll/position", event);
}

export function endSession(session: Session): void {
  session.emit("terminated");
}

export function framesOf(session: Session): readonly Frame[] {
  return stackAt(programOf(session).trace, session.position);
}

/** The step that is looked at. */
export const stepNow = (session: Session): number =>
  lookedAt(programOf(session).trace, session.position);

/** What names mean in a frame; without one, in the topmost. */
export function environmentOf(session: Session, frameId?: number): Environment {
  const frames = framesOf(session);
  const frame = frames[(frameId ?? 1) - 1] ?? frames[0];
  const program = programOf(session);
  return {
    program,
    layer: frame.layer,
    direction: frame.direction,
    now: stepNow(session),
    isComputed: computedAt(program.trace, session.position),
  };
}

/** Computes the program anew with an edit, and shows what is different now. */
export async function editProgram(session: Session, edit: ProgramEdit): Promise<void> {
  const { debuggee, abort } = session;
  takeProgram(session, await debuggee.edit(programOf(session), edit, abort.signal));
  tellChange(session);
}

export async function undoEdit(session: Session): Promise<void> {
  const { debuggee, abort } = session;
  const program = programOf(session);
  if (program.edits.length === 0) throw new RequestError("Nothing has been edited.");
  takeProgram(session, await debuggee.undo(program, abort.signal));
  tellChange(session);
}

function tellChange(session: Session): void {
  if (session.client.supportsInvalidatedEvent) {
    session.emit("invalidated", { areas: ["stacks", "variables"] });
  }
  tellPosition(session);
}
