/** The process `unroll`: its streams, its signals, its exit code. */
import { createKernels } from "../jobs/kernels.ts";
import { runCli } from "./cli.ts";
import type { Output } from "./environment.ts";

/** Put in by the bundler, from package.json. */
declare const UNROLL_VERSION: string;

const outputTo = (stream: NodeJS.WriteStream): Output => ({
  write: (text) => void stream.write(text),
  get terminal() {
    return stream.isTTY ? { columns: stream.columns || 80 } : undefined;
  },
});

// `unroll runs | head` closes the pipe early; that is not a failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  out: outputTo(process.stdout),
  error: outputTo(process.stderr),
  folder: process.cwd(),
  version: UNROLL_VERSION,
  createKernels,
  shardScript: new URL("./shard.js", import.meta.url),
  onInterrupt(listener) {
    const signals = ["SIGINT", "SIGTERM"] as const;
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  },
  exit: (code) => process.exit(code),
});
