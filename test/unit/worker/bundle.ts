/** The scripts that ship, bundled as they ship, for tests that need a real process or thread. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll } from "vitest";
import { bundles } from "../../../esbuild.mjs";

/** Call at the top of a test file's `beforeAll`; answers the path of the script. */
export async function bundled(
  entry: "src/worker/main.ts" | "src/worker/shardMain.ts" | "src/cli/main.ts",
): Promise<string> {
  const options = bundles.find(
    ({ entryPoints }) => Array.isArray(entryPoints) && entryPoints.some((one) => one === entry),
  );
  if (!options) throw new Error(`esbuild.mjs does not bundle ${entry}.`);
  const folder = await mkdtemp(join(tmpdir(), "unroll-bundle-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const outfile = join(folder, "script.mjs");
  await build({ ...options, outfile, sourcemap: false });
  return outfile;
}
