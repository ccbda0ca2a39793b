/** A training uses all processors for hours; the editor beside it has to answer keys meanwhile. */
import { constants, getPriority, setPriority } from "node:os";

/**
 * Lowers the priority of this thread and of those that it starts: it computes as fast as ever on an idle machine, and
 * leaves the processors to whatever a person waits for. Only where a priority is a thread's own (Linux, which is also
 * what most remote editors run on: setpriority(2)); elsewhere it would be that of the whole extension host.
 */
export function giveWay(): void {
  if (process.platform !== "linux") return;
  const lower = constants.priority.PRIORITY_BELOW_NORMAL;
  try {
    if (getPriority() < lower) setPriority(lower);
  } catch {
    // A sandbox may forbid it; then the training is only less polite.
  }
}
