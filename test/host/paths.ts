/** Where things are. Everything that is downloaded or made by running editors lies in `.vscode-test`. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** Ignored by git, and where `@vscode/test-electron` puts its own downloads too. */
export const scratch = join(root, ".vscode-test");

export const screenshotFolder = join(scratch, "screenshots");

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly version: string;
}

export const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

export const extensionId = `${manifest.publisher}.${manifest.name}`;

/** The packaged extension, made by `npm run package`. */
export const vsixFile = join(root, `${manifest.name}-${manifest.version}.vsix`);
