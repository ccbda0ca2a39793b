/**
 * `npm run package`: builds for production and packs `unroll-<version>.vsix`, says what it weighs, and
 * fails when the extension itself, without the data of the samples, is more than 2 MB.
 */
import { readFile, rm } from "node:fs/promises";
import { relative } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { unzipSync } from "fflate";
import { root, vsixFile } from "./paths.ts";
import { run } from "./processes.ts";

const limitBytes = 2_000_000;

/** Files of the sample workspaces that are data, not texts of ours. */
const isSampleData = (path: string): boolean =>
  path.startsWith("extension/dist/samples/") && !/(?:unroll\.json|\.md)$/.test(path);

/** Builds `dist` as a developer does, with source maps. */
export async function buildExtension(): Promise<void> {
  const { code, output } = await run(process.execPath, ["esbuild.mjs"], { cwd: root });
  if (code !== 0) throw new Error(`The build failed:\n${output}`);
}

export interface Package {
  readonly file: string;
  readonly bytes: number;
  /** Compressed, as they lie in the package. */
  readonly bytesWithoutSampleData: number;
  readonly contents: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly packed: number;
  }[];
}

/** Makes the .vsix; vsce runs the production build (`vscode:prepublish`) first. */
export async function packageExtension(): Promise<Package> {
  await rm(vsixFile, { force: true });
  await createVSIX({
    cwd: root,
    packagePath: vsixFile,
    dependencies: false,
    // The repository has no public address yet to which the README's links could be rewritten.
    rewriteRelativeLinks: false,
    allowMissingRepository: true,
  });
  return inspectPackage(vsixFile);
}

export async function inspectPackage(file: string): Promise<Package> {
  const archive = await readFile(file);
  const sizes = new Map<string, { bytes: number; packed: number }>();
  unzipSync(archive, {
    filter({ name, size, originalSize }) {
      if (!name.endsWith("/")) sizes.set(name, { bytes: originalSize, packed: size });
      return false;
    },
  });
  const contents = [...sizes].map(([path, size]) => ({ path, ...size }));
  const data = contents.filter(({ path }) => isSampleData(path));
  return {
    file,
    bytes: archive.length,
    bytesWithoutSampleData: archive.length - data.reduce((sum, { packed }) => sum + packed, 0),
    contents: contents.sort((a, b) => b.packed - a.packed),
  };
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1).padStart(9)} kB`;

export function printPackage({ file, bytes, bytesWithoutSampleData, contents }: Package): void {
  for (const { path, packed } of contents) {
    console.log(`${kilobytes(packed)}  ${path.replace(/^extension\//, "")}`);
  }
  console.log(`${kilobytes(bytes)}  ${relative(root, file)}`);
  console.log(`${kilobytes(bytesWithoutSampleData)}  of these without the samples' data`);
}

/** Why the package may not ship, or nothing. */
export function complaints({ bytesWithoutSampleData, contents }: Package): readonly string[] {
  const found: string[] = [];
  if (bytesWithoutSampleData > limitBytes) {
    found.push(`Without the samples' data it weighs more than ${limitBytes / 1e6} MB.`);
  }
  const needed = [
    "dist/extension.cjs",
    "dist/worker.js",
    "dist/cli.js",
    "dist/unroll.js",
    "dist/unroll.schema.json",
  ];
  for (const path of needed) {
    if (!contents.some((entry) => entry.path === `extension/${path}`))
      found.push(`${path} is missing.`);
  }
  const foreign = /^extension\/(?:src|test|webview|node_modules|\.)|\.map$/;
  for (const { path } of contents) {
    if (foreign.test(path)) found.push(`${path} does not belong into it.`);
  }
  return found;
}

if (import.meta.main) {
  const made = await packageExtension();
  printPackage(made);
  const troubles = complaints(made);
  for (const trouble of troubles) console.error(trouble);
  process.exitCode = troubles.length > 0 ? 1 : 0;
}
