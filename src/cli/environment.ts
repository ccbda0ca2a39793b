/** What the command line touches of the world, so that a test can stand in for it. */
import type { Kernels } from "../engine/kernels/kernels.ts";
import type { KernelChoice } from "../jobs/kernels.ts";

export interface Output {
  write(text: string): void;
  /** A terminal that can redraw a line, and its width. */
  readonly terminal?: { readonly columns: number };
}

export interface Environment {
  readonly out: Output;
  readonly error: Output;
  /** Absolute. */
  readonly folder: string;
  readonly version: string;
  readonly createKernels: (choice?: KernelChoice) => Kernels;
  /** The entry of the threads that share a training's batches; without it one thread trains. */
  readonly shardScript?: URL;
  /** Hears Ctrl-C until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
