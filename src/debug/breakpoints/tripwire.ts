/**
 * What every kind of breakpoint comes down to once the program is known: something that holds at a step or does not. It
 * counts how often it has held, and stops the session or writes a line.
 */
import { compileCondition } from "../expression/compile.ts";
import type { Environment } from "../expression/environment.ts";
import { compileTemplate } from "../expression/template.ts";
import type { Stop } from "../stop.ts";
import { parseHitCondition } from "./hitCondition.ts";
import { mentionsGradient } from "./mentionsGradient.ts";

export interface Tripwire {
  readonly id: number;
  readonly stop: Stop;
  /** In which pass it is tested. */
  readonly passes: "forward" | "backward" | "both";
  readonly holdsAt: (t: number) => boolean;
  readonly hitCondition?: (hits: number) => boolean;
  /** Writes a line instead of stopping. */
  readonly message?: (t: number) => string;
  hits: number;
}

export interface Condition {
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
}

/** Conditions that are not written are left out. Throws what is wrong with them. */
export function createTripwire(
  id: number,
  stop: Stop,
  { condition = "", hitCondition = "", logMessage = "" }: Condition,
  environment: Environment,
  holdsAt: (t: number) => boolean = () => true,
): Tripwire {
  const tested = condition.trim() === "" ? undefined : compileCondition(condition, environment);
  return {
    id,
    stop,
    passes: !tested ? "both" : mentionsGradient(condition) ? "backward" : "forward",
    holdsAt: tested ? (t) => holdsAt(t) && tested(t) : holdsAt,
    ...(hitCondition.trim() !== "" && { hitCondition: parseHitCondition(hitCondition) }),
    ...(logMessage.trim() !== "" && { message: compileTemplate(logMessage, environment) }),
    hits: 0,
  };
}

/** Counts, and says whether it is time. */
export function isTripped(wire: Tripwire, phase: "forward" | "backward", t: number): boolean {
  if (wire.passes !== "both" && wire.passes !== phase) return false;
  if (!wire.holdsAt(t)) return false;
  wire.hits++;
  return wire.hitCondition?.(wire.hits) ?? true;
}
