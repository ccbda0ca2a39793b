/**
 * The debug adapter: Debug Adapter Protocol in, Debug Adapter Protocol out, over a replayed trace. It runs in the worker
 * beside the trace, so that a condition over ten thousand steps ships no tensors. Only the protocol's types come from
 * `@vscode/debugprotocol`; `DebugSession` of `@vscode/debugadapter` wants streams and inheritance, of which a worker that is
 * handed messages has no use.
 */
import type { DebugProtocol } from "@vscode/debugprotocol";
import type { Debuggee } from "./debuggee.ts";
import { ExpressionError } from "./expression/expressionError.ts";
import { breakpointRequests } from "./requests/breakpointRequests.ts";
import { customHandlers } from "./requests/customHandlers.ts";
import { evaluation } from "./requests/evaluation.ts";
import { inspection } from "./requests/inspection.ts";
import { lifecycle } from "./requests/lifecycle.ts";
import type { Handlers } from "./requests/requests.ts";
import { checkRequired } from "./requests/required.ts";
import { stepping } from "./requests/stepping.ts";
import { createSession } from "./session.ts";

export interface DebugAdapterOptions {
  readonly debuggee: Debuggee;
  /** A response or an event, as plain JSON. */
  readonly send: (message: DebugProtocol.ProtocolMessage) => void;
}

export interface DebugAdapter {
  /** Takes a message of the editor. Requests are answered in the order in which they come, each exactly once. */
  handle(message: DebugProtocol.ProtocolMessage): void;
  /** Ends whatever is being computed; nothing is sent any more. */
  dispose(): void;
}

const handlers: Handlers = {
  ...lifecycle,
  ...stepping,
  ...inspection,
  ...breakpointRequests,
  ...evaluation,
  ...customHandlers,
};

/** What cannot wait for the requests before it, because it is to end them. */
const urgent: ReadonlySet<string> = new Set(["pause", "terminate", "disconnect"]);

export function createDebugAdapter({ debuggee, send }: DebugAdapterOptions): DebugAdapter {
  let sequence = 0;
  let isDisposed = false;
  let last: Promise<void> = Promise.resolve();

  const post = (message: object): void => {
    if (!isDisposed) send({ seq: ++sequence, ...message } as DebugProtocol.ProtocolMessage);
  };
  /** What happens because of a request is told after its answer; only what is written need not wait. */
  let held: object[] | undefined;
  const session = createSession(debuggee, (event, body) => {
    const message = { type: "event", event, body };
    if (held && event !== "output") held.push(message);
    else post(message);
  });
  const release = (): void => {
    for (const message of held ?? []) post(message);
    held = undefined;
  };

  async function answer(request: DebugProtocol.Request): Promise<void> {
    const { command, seq } = request;
    const given: object = request.arguments ?? {};
    const response = { type: "response", request_seq: seq, command };
    held ??= [];
    try {
      const handler = handlerOf(command);
      if (!handler) throw new Error(`The debugger of sequences does not know "${command}".`);
      checkRequired(command, given);
      const body = await handler(session, given);
      post({ ...response, success: true, ...(body !== undefined && { body }) });
    } catch (error) {
      post({ ...response, success: false, ...describeFailure(error, command) });
    }
    release();
    if (command === "disconnect") dispose();
  }

  function dispose(): void {
    if (isDisposed) return;
    isDisposed = true;
    session.abort.abort();
    debuggee.end();
  }

  return {
    handle(message) {
      if (message.type !== "request") return;
      const request = message as DebugProtocol.Request;
      if (request.command === "terminate" || request.command === "disconnect")
        session.abort.abort();
      if (urgent.has(request.command)) void answer(request);
      else last = last.then(() => answer(request));
    },
    dispose,
  };
}

function handlerOf(command: string) {
  if (!Object.hasOwn(handlers, command)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table is typed by command; the protocol types what comes with it
  return handlers[command as keyof Handlers] as (session: unknown, request: unknown) => unknown;
}

/** What the editor shows of an error. Those of a launch come as a dialog, those of an expression beside it. */
function describeFailure(error: unknown, command: string): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const place = error instanceof ExpressionError ? ` (at character ${error.from + 1})` : "";
  const message = `${error.message}${place}${adviceOf(error)}`;
  const showUser = command === "launch" || command === "attach" || command.startsWith("unroll/");
  // Braces are placeholders to the editor.
  return {
    message,
    body: { error: { id: 1, format: message.replaceAll(/[{}]/g, "'"), showUser } },
  };
}

/** What a `UserError` says can be done. It may come from the other side of a channel, where its class is lost. */
function adviceOf(error: Error): string {
  const details: unknown = "details" in error ? error.details : undefined;
  if (typeof details !== "object" || details === null || !("advice" in details)) return "";
  return typeof details.advice === "string" ? ` ${details.advice}` : "";
}
