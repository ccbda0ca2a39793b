/** Runs of all configs below a folder: each config keeps its own beside itself. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readRuns, runsFolderOf, type RunListing } from "./runFolder.ts";

const maximumDepth = 5;

/** Newest first over all configs. A folder that cannot be read is skipped with the reason. */
export async function findRuns(root: string): Promise<RunListing> {
  const folders = await configFolders(root, maximumDepth);
  const listings = await Promise.all(
    folders.map(async (folder): Promise<RunListing> => {
      try {
        return await readRuns(folder);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { runs: [], skipped: [{ folder: runsFolderOf(folder), reason }] };
      }
    }),
  );
  return {
    runs: listings
      .flatMap((listing) => listing.runs)
      .sort((a, b) => b.record.createdAt.localeCompare(a.record.createdAt)),
    skipped: listings.flatMap((listing) => listing.skipped),
  };
}

/** Folders that hold runs. */
async function configFolders(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inner = entries.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules",
  );
  const below =
    depth === 0
      ? []
      : await Promise.all(inner.map((entry) => configFolders(join(folder, entry.name), depth - 1)));
  return [...((await exists(runsFolderOf(folder))) ? [folder] : []), ...below.flat()];
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
