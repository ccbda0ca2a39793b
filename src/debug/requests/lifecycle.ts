/** Beginning and end of a session. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { capabilities } from "../capabilities.ts";
import { clientOf } from "../clientView.ts";
import { endSession, launchedIn, stopAt, takeProgram, type Session } from "../session.ts";
import type { Position } from "../stepping/position.ts";
import { startRun, stopHere } from "../stepping/run.ts";
import type { Handlers } from "./requests.ts";

export const lifecycle: Handlers<
  "initialize" | "launch" | "attach" | "configurationDone" | "disconnect" | "terminate" | "restart"
> = {
  initialize(session, request) {
    session.client = clientOf(request);
    return capabilities;
  },
  launch: (session, request) => launch(session, "launch", request),
  attach: (session, request) => launch(session, "attach", request),
  configurationDone: begin,
  disconnect() {},
  terminate(session) {
    endSession(session);
  },
  async restart(session, { arguments: changed }) {
    if (session.run) {
      session.run.pauseRequested = true;
      await session.run.done;
    }
    session.breakpoints.reset();
    if (changed) await load(session, session.launchedWith?.request ?? "launch", changed);
    begin(session);
  },
};

/** Breakpoints are asked for once there is something that they can be about. */
async function launch(
  session: Session,
  request: "launch" | "attach",
  configuration: DebugProtocol.LaunchRequestArguments,
): Promise<undefined> {
  await load(session, request, configuration);
  session.emit("initialized");
}

async function load(
  session: Session,
  request: "launch" | "attach",
  configuration: object,
): Promise<void> {
  const record: Readonly<Record<string, unknown>> = { ...configuration };
  const program = await session.debuggee.launch(request, record, {
    signal: session.abort.signal,
    report: (text) => session.emit("output", { category: "console", output: `${text}\n` }),
  });
  session.launchedWith = { request, stopOnEntry: record["stopOnEntry"] !== false };
  takeProgram(session, program);
}

function begin(session: Session): undefined {
  const { program, course } = launchedIn(session);
  const { entry } = program;
  const first: Position = entry ? { phase: "forward", t: entry.t, inside: 0 } : course.first;
  if (entry || session.launchedWith?.stopOnEntry) {
    stopAt(session, first, { reason: "entry", ...(entry && { text: entry.reason }) });
    return;
  }
  session.position = first;
  const stop = stopHere(session, first);
  if (stop) stopAt(session, first, stop);
  else startRun(session, "forwards");
}
