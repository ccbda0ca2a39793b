/** Places as the editor counts them, and sources as it names them. Inside, lines and columns count from 1. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import type { Answer } from "./breakpoints/requested.ts";
import type { Program, StepPlace } from "./debuggee.ts";
import type { Client, Session } from "./session.ts";

type HasClient = Pick<Session, "client">;
type HasProgram = Pick<Session, "client" | "launched">;

export const toClientLine = ({ client }: HasClient, line: number): number =>
  client.linesStartAt1 ? line : line - 1;

export const toClientColumn = ({ client }: HasClient, column: number): number =>
  client.columnsStartAt1 ? column : column - 1;

export const fromClientLine = ({ client }: HasClient, line: number): number =>
  client.linesStartAt1 ? line : line + 1;

export const fromClientColumn = ({ client }: HasClient, column: number): number =>
  client.columnsStartAt1 ? column : column + 1;

/** A document of the session goes by its number, a file by its path. */
export function toSource({ sources }: Program, index: number): DebugProtocol.Source {
  const { name, path } = sources[index];
  return path === undefined ? { name, sourceReference: index + 1 } : { name, path };
}

/** Where a step begins. Its end would be selected by the editor, and so highlight the same characters all over the text. */
export interface ClientPlace {
  readonly source: DebugProtocol.Source;
  readonly line: number;
  readonly column: number;
}

export function toPlace(session: HasClient, program: Program, place: StepPlace): ClientPlace {
  return {
    source: toSource(program, place.source),
    line: toClientLine(session, place.line),
    column: toClientColumn(session, place.column),
  };
}

export function toBreakpoint(session: HasProgram, answer: Answer): DebugProtocol.Breakpoint {
  const { id, verified, message, place } = answer;
  const program = session.launched?.program;
  return {
    id,
    verified,
    ...(message !== undefined && { message }),
    ...(place &&
      program && {
        source: toSource(program, place.source),
        line: toClientLine(session, place.line),
        ...(place.column !== undefined && { column: toClientColumn(session, place.column) }),
      }),
  };
}

/** A line in the debug console, with the step that it is about. */
export function writeFrom(
  session: HasProgram & Pick<Session, "emit">,
  t: number,
  text: string,
): void {
  const program = session.launched?.program;
  if (!program) return;
  const { source, line, column } = toPlace(session, program, program.reading(t).place);
  session.emit("output", { category: "console", output: `${text}\n`, source, line, column });
}

export const clientOf = (request: DebugProtocol.InitializeRequestArguments): Client => ({
  linesStartAt1: request.linesStartAt1 ?? true,
  columnsStartAt1: request.columnsStartAt1 ?? true,
  supportsInvalidatedEvent: request.supportsInvalidatedEvent ?? false,
});
