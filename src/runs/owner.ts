/**
 * Who trains a run. When that process is gone and the run still says "training", it was interrupted:
 * the machine went down, the editor was closed, or the process was killed.
 */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import * as z from "zod";

export const ownerSchema = z.object({
  processId: z.int().positive(),
  host: z.string(),
  /** What tells this process from a later one with the same id; absent where the system does not say. */
  processStart: z.string().optional(),
});
export type Owner = z.output<typeof ownerSchema>;

/** A trainer rewrites its record at least this often, also while it is paused. */
export const heartbeatMs = 10_000;
/** So long without a heartbeat means that it stopped, even when its process lives on. */
const silenceMs = 120_000;

export function currentOwner(): Owner {
  return { processId: process.pid, host: hostname(), processStart: processStart(process.pid) };
}

/** `updatedAt`: the last heartbeat, milliseconds since 1970. */
export function isAlive(owner: Owner, updatedAt: number, now = Date.now()): boolean {
  if (now - updatedAt > silenceMs) return false;
  // A folder shared between machines or containers: only the heartbeat can tell.
  if (owner.host !== hostname()) return true;
  if (!processExists(owner.processId)) return false;
  return owner.processStart === undefined || owner.processStart === processStart(owner.processId);
}

function processExists(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Somebody else's process exists too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Linux: clock ticks from boot to the start of the process, and which boot it was. */
function processStart(processId: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${processId}/stat`, "utf8");
    // The second field is the program's name, which may itself hold spaces and brackets.
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}
