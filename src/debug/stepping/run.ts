/** Continue and Reverse Continue: from step to step until something stops it. */
import type { Stop } from "../stop.ts";
import { writeFrom } from "../clientView.ts";
import { endSession, launchedIn, stopAt, type Session } from "../session.ts";
import type { Position } from "./position.ts";

export type Way = "forwards" | "backwards";

/**
 * Goes on in the background; whoever pauses sets `pauseRequested`. Stops at breakpoints, where one pass ends and the next
 * begins, and at the beginning; ends the session when it sets out from the end.
 */
export function startRun(session: Session, way: Way): void {
  const run = { pauseRequested: false, done: Promise.resolve() };
  session.run = run;
  run.done = runOn(session, way, run)
    .catch((error: unknown) => {
      // A mistake of ours must not leave the session running for ever.
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      session.emit("output", { category: "stderr", output: `${text}\n` });
      stopAt(session, session.position, { reason: "pause", text: "The run broke off." });
    })
    .finally(() => (session.run = undefined));
}

async function runOn(
  session: Session,
  way: Way,
  run: { readonly pauseRequested: boolean },
): Promise<void> {
  const { course } = launchedIn(session);
  const move = (from: Position) => (way === "forwards" ? course.next(from) : course.previous(from));
  let position = whole(session.position);
  for (;;) {
    const next = move(position);
    if (!next) {
      if (way === "forwards") endSession(session);
      else stopAt(session, position, { reason: "step", description: "The beginning" });
      return;
    }
    position = next;
    const stop = stopHere(session, position);
    if (stop) return stopAt(session, position, stop);
    await session.debuggee.breathe();
    if (session.abort.signal.aborted) return;
    if (run.pauseRequested) return stopAt(session, position, { reason: "pause" });
  }
}

/** Running goes from step to step, also when it sets out from inside one. */
const whole = (position: Position): Position =>
  "inside" in position ? { ...position, inside: 0 } : position;

/** Why one would stop here rather than pass. */
export function stopHere(session: Session, position: Position): Stop | undefined {
  switch (position.phase) {
    case "loss":
      return { reason: "step", description: "The loss" };
    case "end":
      return { reason: "step", description: "The end" };
    case "forward":
    case "backward":
      return session.breakpoints.check(position.phase, position.t, (text) =>
        writeFrom(session, position.t, text),
      );
  }
}
