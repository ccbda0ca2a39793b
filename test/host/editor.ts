/**
 * The embedded editor: the very workbench and extension host of VS Code, served to a browser by the npm
 * package `code-server`. Installed on demand, started on a free loopback port, always stopped.
 */
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { mendWebviews } from "./mendWebviews.ts";
import { installOnDemand, npmInstall, type OnDemand } from "./onDemand.ts";
import { run, startProcess, stopProcess } from "./processes.ts";

const codeServer: OnDemand = {
  name: "code-server",
  title: "the embedded editor (VS Code 1.139; about 0.7 GB, once)",
  packages: ["code-server@4.139.1"],
  // Its own install script would compile native modules, which are not needed here.
  async finish(folder) {
    const vscode = join(folder, "node_modules/code-server/lib/vscode");
    await npmInstall(vscode);
    await mendWebviews(vscode);
  },
  revision: 4,
};

export interface EditorOptions {
  /** Settings, keys and state of the editor; made when missing. */
  readonly userDataDir: string;
  readonly extensionsDir: string;
  /** User settings to start with, on top of those that keep a fresh editor quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether a folder must be trusted before code in it runs, as for a user. */
  readonly workspaceTrust?: boolean;
}

/** What it takes to use an editor that runs, from whichever process. */
export interface EditorPlace {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  readonly userDataDir: string;
}

export interface Editor extends EditorPlace {
  /** What the server wrote last, for error messages. */
  log(): string;
  /** Resolves when the server has ended, by whomever. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.colorTheme": "Dark 2026",
  "window.restoreWindows": "none",
  "security.workspace.trust.startupPrompt": "never",
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "git.enabled": false,
};

const startLimitMs = 60_000;

/** Starts the editor and waits until it answers. */
export async function startEditor(options: EditorOptions): Promise<Editor> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  await mkdir(options.extensionsDir, { recursive: true });
  await writeSettings(options.userDataDir, { ...quietSettings, ...options.settings });
  const configFile = join(options.userDataDir, "code-server.yaml");
  await writeFile(configFile, "cert: false\n");

  const child = startProcess(process.execPath, [
    await entryPoint(),
    "--auth=none",
    `--bind-addr=127.0.0.1:${port}`,
    `--config=${configFile}`,
    `--user-data-dir=${options.userDataDir}`,
    `--extensions-dir=${options.extensionsDir}`,
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-getting-started-override",
    ...(options.workspaceTrust ? [] : ["--disable-workspace-trust"]),
  ]);
  const log = keepLog(child);
  try {
    await waitUntilReady(address, child);
  } catch (error) {
    await stopProcess(child);
    throw new Error(`The embedded editor did not start.\n${log()}`, { cause: error });
  }
  return {
    address,
    userDataDir: options.userDataDir,
    log,
    ended: new Promise((resolve) => child.once("exit", () => resolve())),
    stop: () => stopProcess(child),
  };
}

/** Where the workbench shows a folder, given by its absolute path. */
export const urlOfFolder = ({ address }: EditorPlace, folder: string): string =>
  `${address}/?folder=${encodeURIComponent(folder)}`;

/** Installs a packaged extension as a user would: by the editor's own command line. */
export async function installExtension(vsix: string, extensionsDir: string): Promise<void> {
  if (!existsSync(vsix)) throw new Error(`${vsix} does not exist: run \`npm run package\` first.`);
  await mkdir(extensionsDir, { recursive: true });
  const { code, output } = await run(process.execPath, [
    await entryPoint(),
    `--extensions-dir=${extensionsDir}`,
    `--install-extension=${vsix}`,
    "--force",
  ]);
  if (code !== 0 || !/successfully installed/i.test(output)) {
    throw new Error(`The editor refused to install ${vsix}:\n${output}`);
  }
}

/** Merges into the user settings; a running editor takes them up at once. */
export async function writeSettings(
  userDataDir: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const folder = join(userDataDir, "User");
  const file = join(folder, "settings.json");
  await mkdir(folder, { recursive: true });
  const before = existsSync(file) ? (JSON.parse(await readFile(file, "utf8")) as object) : {};
  await writeFile(file, `${JSON.stringify({ ...before, ...settings }, undefined, 2)}\n`);
}

async function entryPoint(): Promise<string> {
  if (process.platform === "win32") {
    throw new Error(
      "The embedded editor runs on Linux and macOS; on Windows put VS Code's `code` on the PATH.",
    );
  }
  const folder = await installOnDemand(codeServer);
  return join(folder, "node_modules/code-server/out/node/entry.js");
}

async function waitUntilReady(address: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`It ended with code ${child.exitCode}.`);
    try {
      const answer = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(2_000) });
      if (answer.ok) return;
    } catch {
      // Not listening yet.
    }
    await delay(100);
  }
  throw new Error(`It did not answer within ${startLimitMs / 1000} s.`);
}

function keepLog(child: ChildProcess): () => string {
  const lines: string[] = [];
  const keep = (chunk: Buffer): void => {
    lines.push(...chunk.toString().split("\n").filter(Boolean));
    lines.splice(0, lines.length - 60);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => lines.join("\n");
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!bound || typeof bound === "string") throw new Error("No free port on 127.0.0.1.");
  return bound.port;
}
