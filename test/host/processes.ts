/**
 * Child processes that never outlive this one: each leads a process group, which is ended as a whole by
 * its own id, also when this process fails or is interrupted.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";

export interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Lets the child write to the terminal; otherwise its output is kept and returned. */
  readonly show?: boolean;
}

export interface Finished {
  readonly code: number;
  /** Standard output and error in the order in which they came; empty when shown. */
  readonly output: string;
}

const running = new Set<ChildProcess>();
let watching = false;

/** This process's variables without those by which an editor or npm around it would be felt inside. */
export function cleanEnvironment(
  extra: Readonly<Record<string, string | undefined>> = {},
): NodeJS.ProcessEnv {
  const foreign =
    /^(VSCODE_|ELECTRON_|npm_config_local_prefix$|npm_package_|npm_lifecycle_|NODE_OPTIONS$|VITEST)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

/** Starts a process that runs until `stopProcess`, or until this process ends. */
export function startProcess(
  command: string,
  parameters: readonly string[],
  options: RunOptions = {},
): ChildProcess {
  watchExit();
  const child = spawn(command, parameters, {
    cwd: options.cwd,
    env: cleanEnvironment(options.environment),
    stdio: ["ignore", options.show ? "inherit" : "pipe", options.show ? "inherit" : "pipe"],
    detached: process.platform !== "win32",
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/** Runs a command to its end. Rejects only when it cannot be started. */
export async function run(
  command: string,
  parameters: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const child = startProcess(command, parameters, options);
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({
        code: code ?? 128 + (constants.signals[signal ?? "SIGTERM"] ?? 0),
        output: Buffer.concat(chunks).toString(),
      }),
    );
  });
}

/** Asks a process and its children to end, and makes them when they have not within `graceMs`. */
export async function stopProcess(child: ChildProcess, graceMs = 5_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    signalGroup(child, "SIGKILL");
    return;
  }
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  signalGroup(child, "SIGTERM");
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), graceMs);
  await exited;
  clearTimeout(timer);
  // The leader is gone; a child of it may have stayed.
  signalGroup(child, "SIGKILL");
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

function watchExit(): void {
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    for (const child of running) signalGroup(child, "SIGKILL");
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
}
