/**
 * What the debugger needs of the world: something that can be launched into a `Program` (one sequence, read by one network),
 * and that can compute the program anew after an edit. `src/jobs` is the real one; tests have small ones of their own.
 */
import type { Direction, Tensor, Trace } from "../trace/trace.ts";

/** A file of the person's, or a document that exists only while the session does. */
export interface DebugSource {
  readonly name: string;
  /** Absolute path; absent for a document of the session. */
  readonly path?: string;
  /** The whole text of a document that is no file. */
  readonly text?: string;
}

/** Where a step's token or row stands. Lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export interface StepPlace {
  /** Index into `Program.sources`. */
  readonly source: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface NamedNumber {
  readonly name: string;
  /** In the data's own units. */
  readonly value: number;
}

/** What was read at a step, and what was to be said there. */
export interface StepReading {
  readonly place: StepPlace;
  /** The token, or the row's name; blanks and line breaks are visible. */
  readonly input: string;
  readonly inputValues?: readonly NamedNumber[];
  /** The right class, as an index into `Program.classes`. Absent where no loss is taken, or where the target is numbers. */
  readonly target?: number;
  readonly targetValues?: readonly NamedNumber[];
}

export interface Forecast {
  readonly name: string;
  /** In the data's own units. */
  readonly predicted: number;
  readonly truth?: number;
}

/** One sequence read by one network: everything that can be stopped at, looked at and asked about. */
export interface Program {
  /** Of the trace, as panels know it (`TraceSummary.id`). */
  readonly traceId: string;
  /** For the call stack and the debug toolbar: the run and the sequence. */
  readonly title: string;
  /** B = 1. Without `grad.…` tensors when there was no loss to take. */
  readonly trace: Trace;
  /** By PyTorch's names, with the weights as they are for this trace. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly sources: readonly DebugSource[];
  /** The index in `sources` of a file as the editor names it (a path or a URI), or undefined when it is none of them. */
  sourceAt(file: string): number | undefined;
  readonly reading: (t: number) => StepReading;
  /** Labels of the classes that are predicted; absent when numbers are. */
  readonly classes?: readonly string[];
  /** Of every class at a step, or of every yes for `sigmoid-cross-entropy`; undefined where nothing is predicted. */
  readonly probabilities: (t: number) => ArrayLike<number> | undefined;
  /** Predicted numbers in the data's own units; undefined where nothing, or a class, is predicted. */
  readonly forecast: (t: number) => readonly Forecast[] | undefined;
  /** Where to stop first, instead of at the first step: for a sequence in which a training broke. */
  readonly entry?: { readonly t: number; readonly reason: string };
  /** After an edit: the program as it was before the first one, and what was edited since, in order. */
  readonly original?: Program;
  readonly edits: readonly ProgramEdit[];
}

/** New numbers for a part of a tensor; everything after step `t` is computed from them. */
export interface TensorEdit {
  readonly kind: "values";
  /** As in the trace (`layers.0.forward.h`, `input`), or `param.` and a parameter's name. */
  readonly tensor: string;
  /** The step; for a parameter, the first step that uses the new weight. */
  readonly t: number;
  /** Into the step's vector, or into the parameter, row-major. */
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** A unit whose state is held at zero from step `t` on. */
export interface Ablation {
  readonly kind: "ablation";
  readonly layer: number;
  readonly direction: Direction;
  readonly unit: number;
  readonly t: number;
}

export type ProgramEdit = TensorEdit | Ablation;

export interface LaunchContext {
  /** Aborted when the session ends while the program is being made. */
  readonly signal: AbortSignal;
  /** A line for the debug console. */
  readonly report: (text: string) => void;
}

/** Where the session stands, in the terms of the cursor that panels share. */
export interface DebugCursor {
  readonly traceId: string;
  readonly layer: number;
  readonly direction: Direction;
  readonly t: number;
}

export interface Debuggee {
  /**
   * Makes the program that a launch configuration asks for, as the editor sent it; nothing in it has been checked.
   * For `attach` it resolves when the training has something to show. Rejects with `UserError` for what a person can mend.
   */
  launch(
    request: "launch" | "attach",
    configuration: Readonly<Record<string, unknown>>,
    context: LaunchContext,
  ): Promise<Program>;
  /** The program as it would have gone with this edit on top of those that it has. */
  edit(program: Program, edit: ProgramEdit, signal: AbortSignal): Promise<Program>;
  /** The program without its last edit; called only when there is one. */
  undo(program: Program, signal: AbortSignal): Promise<Program>;
  /** Panels follow. Called at every stop. */
  cursorMoved(cursor: DebugCursor): void;
  /** Lets messages in, now and then: awaited between steps of a long run, so that it can be paused. */
  breathe(): Promise<void> | undefined;
  /** The session is over; a program may be let go. */
  end(): void;
}
