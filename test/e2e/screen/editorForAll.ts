/** Starts one editor, with the packaged extension installed as a user would, for all screen tests. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { installExtension, startEditor, type EditorPlace } from "../../host/editor.ts";
import { packageExtension } from "../../host/package.ts";
import { scratch, vsixFile } from "../../host/paths.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly editor: EditorPlace;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = join(scratch, "screen");
  await rm(home, { recursive: true, force: true });
  // `npm test` has just made it; whoever runs these tests alone wants the code as it is now.
  if (!existsSync(vsixFile) || process.env["UNROLL_VSIX_IS_FRESH"] === undefined) {
    await packageExtension();
  }
  const extensionsDir = join(home, "extensions");
  await installExtension(vsixFile, extensionsDir);
  const editor = await startEditor({ userDataDir: join(home, "user"), extensionsDir });
  project.provide("editor", { address: editor.address, userDataDir: editor.userDataDir });
  return () => editor.stop();
}
