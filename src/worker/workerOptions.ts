/** What the host passes to the worker as it starts it (`workerData`). */

export interface WorkerOptions {
  /** Absolute paths of the folders that are open: a config in one of them may name files in all of it. */
  readonly workspaceFolders: readonly string[];
}

/** Whatever is missing or strange is left out. */
export function readWorkerOptions(data: unknown): WorkerOptions {
  const folders: unknown =
    typeof data === "object" && data !== null && "workspaceFolders" in data
      ? data.workspaceFolders
      : [];
  return {
    workspaceFolders: Array.isArray(folders)
      ? folders.filter((folder) => typeof folder === "string")
      : [],
  };
}
