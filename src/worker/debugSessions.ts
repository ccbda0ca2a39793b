/** The debug sessions of a worker, each with an adapter and a program of its own. */
import { createDebugAdapter, type DebugAdapter } from "../debug/debugAdapter.ts";
import type { Debuggee } from "../debug/debuggee.ts";

export interface DebugSessions {
  /** A message of the editor; the first one of a session begins it. */
  send(session: string, message: unknown): void;
  end(session: string): void;
}

export interface DebugSessionsOptions {
  readonly createDebuggee: () => Debuggee;
  readonly emit: (session: string, message: unknown) => void;
}

export function createDebugSessions({ createDebuggee, emit }: DebugSessionsOptions): DebugSessions {
  const adapters = new Map<string, DebugAdapter>();

  function adapterOf(session: string): DebugAdapter {
    const known = adapters.get(session);
    if (known) return known;
    const send = (message: unknown): void => emit(session, message);
    const adapter = createDebugAdapter({ debuggee: createDebuggee(), send });
    adapters.set(session, adapter);
    return adapter;
  }

  return {
    send(session, message) {
      if (isMessage(message)) adapterOf(session).handle(message);
    },
    end(session) {
      adapters.get(session)?.dispose();
      adapters.delete(session);
    },
  };
}

/** The adapter itself looks at what is in it. */
const isMessage = (value: unknown): value is Parameters<DebugAdapter["handle"]>[0] =>
  typeof value === "object" && value !== null && "type" in value && "seq" in value;
