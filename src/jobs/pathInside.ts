/** A path that a config names: whatever it says, and whatever its links point to, it ends inside the workspace. */
import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { UserError } from "../config/problem.ts";

/**
 * The real path, links followed, of what `path` names relative to the config's `folder`. Throws `UserError` when it leaves
 * the folder, or the one of `workspaceFolders` that the folder lies in.
 */
export async function pathInside(
  folder: string,
  path: string,
  workspaceFolders: readonly string[] = [],
): Promise<string> {
  const root = workspaceFolders.find((candidate) => isInside(candidate, folder)) ?? folder;
  const wanted = join(folder, ...path.split(/[/\\]/));
  if (isAbsolute(path) || /^[A-Za-z]:/.test(path) || !isInside(root, wanted)) throw outside(path);
  const real = await realpath(wanted);
  if (!isInside(await realpath(root), real)) throw outside(path);
  return real;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

const outside = (path: string): UserError =>
  new UserError("data", `"${path}" leads outside the workspace.`, {
    place: { file: path },
    advice: "Copy the file into the workspace, or open the folder that holds both.",
  });
