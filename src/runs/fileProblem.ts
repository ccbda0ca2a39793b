/** Turns what the file system refuses into something that a person can act on. */
import { UserError } from "../config/problem.ts";

const reasons: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  ENOSPC: ["the disk is full", "Free some space and try again."],
  EDQUOT: ["your disk quota is used up", "Free some space and try again."],
  EACCES: ["there is no permission", "Change the permissions of the folder, or use another one."],
  EPERM: ["there is no permission", "Change the permissions of the folder, or use another one."],
  EROFS: ["the file system is read-only", "Copy the folder to a place that can be written."],
  ENOTDIR: ["a file is where a folder should be", "Move that file away."],
  EEXIST: ["a file is where a folder should be", "Move that file away."],
  EISDIR: ["a folder is where a file should be", "Move that folder away."],
  ENOENT: ["it does not exist", "It may have been deleted or moved."],
  EMFILE: ["too many files are open", "Close some programs and try again."],
  EBUSY: ["another program is using it", "Close that program and try again."],
};

/**
 * `action` reads as "write the checkpoint". Errors that do not come from the file system are bugs,
 * and are returned as they are.
 */
export function fileProblem(error: unknown, action: string, file: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const [reason, advice] = reasons[code] ?? [`the system answered ${code}`, undefined];
  return new UserError("file", `Cannot ${action} ${file}: ${reason}.`, { place: { file }, advice });
}

/** Runs file operations, rethrowing what the system refuses as `UserError`. */
export async function explained<T>(
  action: string,
  file: string,
  operation: () => Promise<T>,
): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw fileProblem(error, action, file);
  }
}

/** `ENOENT` and the like; undefined for errors of any other origin. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
