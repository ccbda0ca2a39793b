/**
 * Large things that only tests and `npm start` need are installed when they are first asked for, into
 * `.vscode-test/<name>`: whole or not at all, at pinned versions, from the npm registry.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { scratch } from "./paths.ts";
import { run } from "./processes.ts";

export interface OnDemand {
  /** Folder below `.vscode-test`. */
  readonly name: string;
  /** What a person reads while waiting. */
  readonly title: string;
  /** Exact versions; another set is installed anew. */
  readonly packages: readonly string[];
  /** What remains to be done inside the folder once the packages are there. */
  readonly finish?: (folder: string) => Promise<void>;
  /** Changes with what `finish` does, so that what was installed before is installed anew. */
  readonly revision?: number;
}

const attempts = 3;

/** Returns the folder in which the thing is installed, after installing it when it is not. */
export async function installOnDemand(thing: OnDemand): Promise<string> {
  const folder = join(scratch, thing.name);
  if (isComplete(folder, thing)) return folder;

  console.log(`Installing ${thing.title} into .vscode-test/${thing.name} …`);
  await mkdir(scratch, { recursive: true });
  await removeLeftovers(thing.name);
  const staging = `${folder}.partial-${process.pid}`;
  for (let attempt = 1; ; attempt++) {
    try {
      await install(thing, staging);
      break;
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      if (attempt === attempts) throw error;
      console.log(`  ${error instanceof Error ? error.message : String(error)}\n  Trying again.`);
      await delay(2_000 * attempt ** 2);
    }
  }

  // Another process may have been faster; then its installation is as good as this one.
  if (!isComplete(folder, thing)) {
    const outdated = `${folder}.outdated-${process.pid}`;
    if (existsSync(folder)) await rename(folder, outdated);
    await rename(staging, folder);
    await rm(outdated, { recursive: true, force: true });
  }
  await rm(staging, { recursive: true, force: true });
  return folder;
}

async function install(thing: OnDemand, staging: string): Promise<void> {
  await mkdir(staging, { recursive: true });
  await writeFile(join(staging, "package.json"), '{ "private": true }\n');
  await npmInstall(staging, thing.packages);
  await thing.finish?.(staging);
  await writeFile(marker(staging), contentOfMarker(thing));
}

/** Runs `npm install` in a folder of its own, whatever project the calling npm is in. */
export async function npmInstall(folder: string, packages: readonly string[] = []): Promise<void> {
  const { code, output } = await run(
    process.platform === "win32" ? "npm.cmd" : "npm",
    [
      "install",
      "--prefix",
      folder,
      "--omit=dev",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      ...packages,
    ],
    { cwd: folder },
  );
  if (code !== 0) {
    const reason = output.trim().split("\n").slice(-12).join("\n  ");
    throw new Error(`npm install ${packages.join(" ")} ended with code ${code}:\n  ${reason}`);
  }
}

const marker = (folder: string): string => join(folder, "complete.json");

const contentOfMarker = ({ packages, revision = 1 }: OnDemand): string =>
  JSON.stringify({ packages, revision });

function isComplete(folder: string, thing: OnDemand): boolean {
  const file = marker(folder);
  return existsSync(file) && readFileSync(file, "utf8") === contentOfMarker(thing);
}

/** Removes what a process that no longer lives left half-made. */
async function removeLeftovers(name: string): Promise<void> {
  for (const entry of await readdir(scratch)) {
    const match = /^(.+)\.(?:partial|outdated)-(\d+)$/.exec(entry);
    if (match?.[1] !== name || isAlive(Number(match[2]))) continue;
    await rm(join(scratch, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
