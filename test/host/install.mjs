/**
 * Runs before `npm start`, `npm test` and `npm run check`, on whatever Node the machine has (20 or later)
 * and with nothing installed: installs the dependencies when they are missing or older than the lock file.
 * What follows then runs on the Node that is among them.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

// npm writes this file last, so that an installation which broke off does not count.
const installed = join(root, "node_modules/.package-lock.json");
const lock = join(root, "package-lock.json");

const isCurrent =
  existsSync(installed) &&
  statSync(installed).mtimeMs >= statSync(lock).mtimeMs &&
  existsSync(join(root, "node_modules/node/bin"));

if (!isCurrent) {
  console.log("Installing dependencies (npm ci) …");
  // Inside `npm test` the same npm is used that runs this script.
  const npm = process.env.npm_execpath;
  const options = { cwd: root, stdio: "inherit" };
  const { status, error } = npm?.endsWith(".js")
    ? spawnSync(process.execPath, [npm, "ci"], options)
    : spawnSync("npm ci", { ...options, shell: true });
  if (error) console.error(error.message);
  if (status !== 0) {
    console.error("The dependencies could not be installed; see npm's message above.");
    process.exit(1);
  }
}
