/** Reads the imports of every source file: where each points, and whether it brings only types. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

export interface Import {
  readonly from: string;
  /** A path relative to the root, or a package's name, or `node:…`. */
  readonly to: string;
  readonly typesOnly: boolean;
}

const statement = /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']/gm;

export function importsOf(root: string, patterns: readonly string[]): readonly Import[] {
  const files = globSync([...patterns], { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  return files.flatMap((from) => {
    const text = readFileSync(join(root, from), "utf8");
    return [...text.matchAll(statement)].map(([, type, specifier]) => ({
      from,
      to: specifier.startsWith(".") ? posix.join(dirname(from), specifier) : specifier,
      typesOnly: type !== undefined,
    }));
  });
}
