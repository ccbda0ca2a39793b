/** A position in words, and as the cursor that panels share. */
import type { Trace } from "../../trace/trace.ts";
import type { DebugCursor } from "../debuggee.ts";
import { lookedAt, stackAt, subStepAt } from "./stack.ts";
import type { Position } from "./position.ts";

export interface PositionDescription {
  /** `step 12`, `step 12 · layer 0 · forget gate`, `backward, step 3`. */
  readonly title: string;
  readonly cursor: Omit<DebugCursor, "traceId">;
}

export function describePosition(trace: Trace, position: Position): PositionDescription {
  const t = lookedAt(trace, position);
  const [{ layer, direction }] = stackAt(trace, position);
  return { title: titleOf(trace, position), cursor: { t, layer, direction } };
}

function titleOf(trace: Trace, position: Position): string {
  switch (position.phase) {
    case "loss":
      return "the loss, before the backward pass";
    case "end":
      return "the end";
    case "forward":
    case "backward": {
      const step = `${position.phase === "backward" ? "backward, " : ""}step ${position.t}`;
      const subStep = subStepAt(trace, position);
      if (!subStep) return step;
      const { cell, title } = subStep;
      return cell ? `${step} · layer ${cell.layer} · ${title}` : `${step} · ${title}`;
    }
  }
}
