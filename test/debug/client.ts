/** The editor's side of a debug session, without an editor: sends requests and waits for what comes of them. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { createDebugAdapter } from "../../src/debug/debugAdapter.ts";
import type { Debuggee } from "../../src/debug/debuggee.ts";

type Message = DebugProtocol.ProtocolMessage & Record<string, unknown>;

export interface TestClient {
  /** Every message in both directions, in order. */
  readonly log: readonly Message[];
  /** Rejects when the adapter answers that it failed. */
  request(command: string, given?: object): Promise<Record<string, unknown>>;
  /** The body of the next such event that has not been waited for. */
  event(name: string): Promise<Record<string, unknown>>;
  dispose(): void;
}

export function connect(debuggee: Debuggee): TestClient {
  const log: Message[] = [];
  let sequence = 0;
  const answers = new Map<number, (response: DebugProtocol.Response) => void>();
  const seen = new Map<string, DebugProtocol.Event[]>();
  const waiting = new Map<string, ((event: DebugProtocol.Event) => void)[]>();

  const adapter = createDebugAdapter({
    debuggee,
    send(message) {
      // What crosses the boundary is JSON: whatever is not is lost here, as it would be there.
      const plain = JSON.parse(JSON.stringify(message)) as Message;
      log.push(plain);
      if (plain.type === "response") {
        const response = plain as unknown as DebugProtocol.Response;
        answers.get(response.request_seq)?.(response);
      } else {
        const event = plain as unknown as DebugProtocol.Event;
        const next = waiting.get(event.event)?.shift();
        if (next) next(event);
        else seen.set(event.event, [...(seen.get(event.event) ?? []), event]);
      }
    },
  });

  return {
    log,
    request(command, given) {
      const message = { seq: ++sequence, type: "request", command, arguments: given };
      log.push(message);
      return new Promise((resolve, reject) => {
        answers.set(message.seq, ({ success, message: text, body }) => {
          if (success) resolve((body as Record<string, unknown> | undefined) ?? {});
          else reject(new Error(text));
        });
        adapter.handle(message);
      });
    },
    async event(name) {
      const early = seen.get(name)?.shift();
      const event =
        early ??
        (await new Promise<DebugProtocol.Event>((resolve) => {
          waiting.set(name, [...(waiting.get(name) ?? []), resolve]);
        }));
      return (event.body as Record<string, unknown> | undefined) ?? {};
    },
    dispose: () => adapter.dispose(),
  };
}

export const initializeArguments = {
  adapterID: "unroll",
  linesStartAt1: true,
  columnsStartAt1: true,
  supportsInvalidatedEvent: true,
} as const;
