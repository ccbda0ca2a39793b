/** What the host passes to the worker as it starts it (`workerData`). */

export interface WorkerOptions {
  /** Absolute paths of the folders that are open: a config in one of them may name files in all of it. */
  readonly workspaceFolders: readonly string[];
  /** Whether training tries 256-bit vectors. */
  readonly wideVectors: boolean;
}

/** Whatever is missing or strange is left out. */
export function readWorkerOptions(data: unknown): WorkerOptions {
  const given: Readonly<Record<string, unknown>> =
    typeof data === "object" && data !== null ? { ...data } : {};
  const { workspaceFolders: folders, wideVectors } = given;
  return {
    workspaceFolders: Array.isArray(folders)
      ? folders.filter((folder) => typeof folder === "string")
      : [],
    wideVectors: wideVectors === true,
  };
}
