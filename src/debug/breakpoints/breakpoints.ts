/** All breakpoints of a session: kept as they were asked for, since the editor may ask before there is a program. */
import type { Program } from "../debuggee.ts";
import { ExpressionError } from "../expression/expressionError.ts";
import type { Stop } from "../stop.ts";
import type { Answer, Requested } from "./requested.ts";
import { resolve } from "./resolve.ts";
import { isTripped, type Tripwire } from "./tripwire.ts";

/** Distributes over the kinds, so that each keeps its own fields. */
type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;
export type NewBreakpoint = WithoutId<Requested>;

export interface Breakpoints {
  /** Replaces a group, such as all of one file, and says what became of each. */
  replace(group: string, wanted: readonly NewBreakpoint[], program?: Program): readonly Answer[];
  /** Takes them over to a program. Returns the answers that are different now. */
  resolve(program: Program): readonly Answer[];
  /** What stops the session at a step, if anything; log points write their lines on the way. */
  check(phase: "forward" | "backward", t: number, write: (text: string) => void): Stop | undefined;
  /** Hit counts begin anew. */
  reset(): void;
}

interface Kept {
  readonly requested: Requested;
  answer: Answer;
  wires: readonly Tripwire[];
  /** What went wrong while it was tested, so that it is said once. */
  failure?: string;
}

const pending = "Waits for the sequence to be loaded.";

export function createBreakpoints(): Breakpoints {
  const groups = new Map<string, readonly Kept[]>();
  let lastId = 0;
  const all = (): readonly Kept[] => [...groups.values()].flat();

  function keep(wanted: NewBreakpoint, program: Program | undefined): Kept {
    const requested: Requested = { ...wanted, id: ++lastId };
    if (program) return { requested, ...resolve(requested, program) };
    const answer = { id: requested.id, verified: false, message: pending };
    return { requested, answer, wires: [] };
  }

  return {
    replace(group, wanted, program) {
      const kept = wanted.map((each) => keep(each, program));
      groups.set(group, kept);
      return kept.map(({ answer }) => answer);
    },
    resolve(program) {
      return all().flatMap((kept) => {
        const { answer, wires } = resolve(kept.requested, program);
        const isDifferent = JSON.stringify(answer) !== JSON.stringify(kept.answer);
        // An edit makes another program, but the same hits have been counted.
        wires.forEach((wire, index) => (wire.hits = kept.wires[index]?.hits ?? 0));
        Object.assign(kept, { answer, wires });
        return isDifferent ? [answer] : [];
      });
    },
    check(phase, t, write) {
      const stops = all().flatMap((kept) => stopOf(kept, phase, t, write) ?? []);
      if (stops.length === 0) return undefined;
      const hitBreakpointIds = stops.flatMap((stop) => stop.hitBreakpointIds ?? []);
      return { ...stops[0], ...(hitBreakpointIds.length > 0 && { hitBreakpointIds }) };
    },
    reset() {
      for (const { wires } of all()) for (const wire of wires) wire.hits = 0;
    },
  };
}

function stopOf(
  kept: Kept,
  phase: "forward" | "backward",
  t: number,
  write: (text: string) => void,
): Stop | undefined {
  try {
    for (const wire of kept.wires) {
      if (!isTripped(wire, phase, t)) continue;
      if (!wire.message) return wire.stop;
      write(wire.message(t));
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    if (kept.failure !== error.message) {
      write(`A breakpoint's expression has no value at step ${t}: ${error.message}`);
    }
    kept.failure = error.message;
  }
  return undefined;
}
