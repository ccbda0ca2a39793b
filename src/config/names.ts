/** What a config file and a run are called. Paths may be POSIX, Windows or URI paths. */

const segments = (path: string): string[] => path.split(/[/\\]/).filter((part) => part !== "");

/** Whether a file is a config by its name: `unroll.json`, or `something.unroll.json`. */
export const isConfigName = (path: string): boolean =>
  /(^|\.)unroll\.json$/i.test(segments(path).at(-1) ?? "");

/**
 * The name of a run whose config has no `name`: its folder's, and the part before `.unroll.json` where
 * a folder holds several. `weather/unroll.json` → `weather`; `adding/lstm.unroll.json` → `adding lstm`.
 * A path that is no config's is taken to be the folder itself.
 */
export function defaultConfigName(path: string): string {
  const parts = segments(path);
  if (!isConfigName(path)) return parts.at(-1) ?? "experiment";
  const variant = (parts.at(-1) ?? "").slice(0, -"unroll.json".length).replace(/\.$/, "");
  return [parts.at(-2), variant].filter(Boolean).join(" ") || "experiment";
}
