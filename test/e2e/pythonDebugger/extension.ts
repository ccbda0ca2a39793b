/**
 * Stands in for Python's own debugger in tests, under its type: a session that is paused at once, and that answers what
 * the real one answered (`recording.json`, made by `record.ts`). It knows nothing else, so that an expression which was
 * never tried in Python fails.
 */
import * as vscode from "vscode";
import recorded from "./recording.json";
import type { Recording } from "./recording.ts";

interface Request {
  readonly seq: number;
  readonly command: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

const recording: Recording = recorded;

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory("debugpy", {
      createDebugAdapterDescriptor: ({ configuration }) =>
        new vscode.DebugAdapterInlineImplementation(
          pausedProgram(String(configuration["program"])),
        ),
    }),
  );
}

function pausedProgram(program: string): vscode.DebugAdapter {
  const sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  const tell = (message: object): void => sent.fire(message);
  const event = (name: string, body: object = {}): void =>
    tell({ type: "event", event: name, body });

  /** Undefined for what it does not know. */
  function answer(command: string, asked: Readonly<Record<string, unknown>>): object | undefined {
    switch (command) {
      case "initialize":
        return { supportsConfigurationDoneRequest: true, supportsClipboardContext: true };
      case "threads":
      case "scopes":
        return recording[command];
      case "stackTrace":
        return JSON.parse(
          JSON.stringify(recording.stackTrace).replace('"program.py"', JSON.stringify(program)),
        ) as object;
      case "variables":
        // What is inside of variables was not asked for.
        return recording.variables[String(asked["variablesReference"])] ?? { variables: [] };
      case "evaluate": {
        const result = recording.evaluate[String(asked["expression"])];
        return result === undefined ? undefined : { result, variablesReference: 0 };
      }
      default:
        return {};
    }
  }

  return {
    onDidSendMessage: sent.event,
    handleMessage(message) {
      const { seq, command, arguments: asked = {} } = message as Request;
      const body = answer(command, asked);
      const success = body !== undefined;
      const unknown = { message: `Not recorded: ${JSON.stringify(asked)}` };
      tell({
        type: "response",
        request_seq: seq,
        command,
        success,
        body,
        ...(!success && unknown),
      });
      if (command === "initialize") event("initialized");
      if (command === "configurationDone") {
        event("stopped", { reason: "breakpoint", threadId: 1, allThreadsStopped: true });
      }
      if (command === "continue") event("terminated");
    },
    dispose: () => sent.dispose(),
  };
}
