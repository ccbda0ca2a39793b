/**
 * The debug adapter as the editor sees it. It runs in the tracing worker, beside the trace; here its messages are passed
 * on unread. When the worker dies the session ends, and can be begun again as it was.
 */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { debugType } from "../ids.ts";
import { explain } from "../log.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";

export function registerAdapter(worker: LazyWorker): vscode.Disposable {
  return vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
    createDebugAdapterDescriptor: (session) =>
      new vscode.DebugAdapterInlineImplementation(
        createRelay(worker, (reason) => void offerAgain(session, reason)),
      ),
  });
}

async function offerAgain(
  { workspaceFolder, configuration }: vscode.DebugSession,
  reason: string,
): Promise<void> {
  const again = "Debug Again";
  const text = `Debugging has ended: ${reason}. Breakpoints are kept; edited values are not.`;
  if ((await vscode.window.showErrorMessage(text, again)) !== again) return;
  await vscode.debug.startDebugging(workspaceFolder, configuration);
}

function createRelay(worker: LazyWorker, onDeath: (reason: string) => void): vscode.DebugAdapter {
  const session = randomUUID();
  const sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  const fire = (message: unknown): void => sent.fire(message as vscode.DebugProtocolMessage);
  let isOver = false;
  const subscriptions = [
    worker.on("debugMessage", ({ session: about, message }) => {
      if (about === session) fire(message);
    }),
    worker.onDeath((reason) => {
      if (isOver) return;
      end(`The session has ended: ${reason}.`);
      onDeath(reason);
    }),
  ];

  /** The adapter is gone, and with it what it would have said. */
  function end(why: string): void {
    isOver = true;
    fire(event("output", { category: "important", output: `${why}\n` }));
    fire(event("terminated", {}));
  }

  return {
    onDidSendMessage: sent.event,
    handleMessage(message) {
      const request = message as Request;
      if (isOver) {
        fire(response(request, { success: request.command === "disconnect" }));
        return;
      }
      worker.call("debugSend", { session, message }).catch((error: unknown) => {
        const { message: why } = explain(error);
        const format = escapeBraces(why);
        // Of a death it is said once, not by every request that waited.
        const body = { error: { id: 1, format, showUser: !isOver } };
        fire(response(request, { success: false, message: why, body }));
        if (!isOver) end(why);
      });
    },
    dispose() {
      for (const stop of subscriptions) stop();
      // A worker that is gone holds no session.
      if (!isOver) worker.call("debugEnd", { session }).catch(() => undefined);
      sent.dispose();
    },
  };
}

interface Request {
  readonly seq?: number;
  readonly command?: string;
}

const response = ({ seq, command }: Request, more: object): object => ({
  type: "response",
  seq: 0,
  request_seq: seq,
  command,
  ...more,
});

/** The adapter numbers its own messages; the editor does not look at the numbers of events. */
const event = (name: string, body: object): object => ({
  type: "event",
  seq: 0,
  event: name,
  body,
});

/** Braces in a message's format would be taken for variables. */
const escapeBraces = (text: string): string => text.replaceAll(/[{}]/g, "'");
