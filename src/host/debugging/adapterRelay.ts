/**
 * The debug adapter as the editor sees it. It runs in the tracing worker, beside the trace; here its messages are passed
 * on unread.
 */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { debugType } from "../ids.ts";
import { explain } from "../log.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";

export function registerAdapter(worker: LazyWorker): vscode.Disposable {
  return vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
    createDebugAdapterDescriptor: () =>
      new vscode.DebugAdapterInlineImplementation(createRelay(worker)),
  });
}

function createRelay(worker: LazyWorker): vscode.DebugAdapter {
  const session = randomUUID();
  const sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  const fire = (message: unknown): void => sent.fire(message as vscode.DebugProtocolMessage);
  const subscriptions = [
    worker.on("debugMessage", ({ session: about, message }) => {
      if (about === session) fire(message);
    }),
    worker.onDeath((reason) => end(`The session has ended: ${reason}.`)),
  ];

  /** The adapter is gone, and with it what it would have said. */
  function end(why: string): void {
    fire(event("output", { category: "important", output: `${why}\n` }));
    fire(event("terminated", {}));
  }

  return {
    onDidSendMessage: sent.event,
    handleMessage(message) {
      worker.call("debugSend", { session, message }).catch((error: unknown) => {
        const { message: why } = explain(error);
        const { seq, command } = message as { readonly seq?: number; readonly command?: string };
        fire({
          type: "response",
          seq: 0,
          request_seq: seq,
          command,
          success: false,
          message: why,
          body: { error: { id: 1, format: escapeBraces(why), showUser: true } },
        });
        end(why);
      });
    },
    dispose() {
      for (const stop of subscriptions) stop();
      // A worker that is gone holds no session.
      worker.call("debugEnd", { session }).catch(() => undefined);
      sent.dispose();
    },
  };
}

/** The adapter numbers its own messages; the editor does not look at the numbers of events. */
const event = (name: string, body: object): object => ({
  type: "event",
  seq: 0,
  event: name,
  body,
});

/** Braces in a message's format would be taken for variables. */
const escapeBraces = (text: string): string => text.replaceAll(/[{}]/g, "'");
