/**
 * Records `recording.json`: runs `program.py` under the real debugpy, pauses it, and asks what the extension asks.
 * `node test/e2e/pythonDebugger/record.ts PYTHON`, where PYTHON has torch and debugpy. To be run again when an
 * expression of `src/host/models/pythonState.ts` changes.
 */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fetchPythonState, type Evaluate } from "../../../src/host/models/pythonState.ts";
import { inputName, moduleName, pausedLine, type Recording } from "./recording.ts";

interface Message {
  readonly type: string;
  readonly event?: string;
  readonly request_seq: number;
  readonly success: boolean;
  readonly message?: string;
  readonly body: unknown;
}

const folder = import.meta.dirname;
const [, , python = "python3"] = process.argv;

const port = await freePort();
const program = spawn(
  python,
  ["-m", "debugpy", "--listen", `127.0.0.1:${port}`, "--wait-for-client", "program.py"],
  { cwd: folder, stdio: "inherit" },
);
try {
  const recording = await record(await connected(port));
  await writeFile(`${folder}/recording.json`, `${JSON.stringify(recording, undefined, 1)}\n`);
} finally {
  program.kill();
}
process.exit();

async function record(socket: Socket): Promise<Recording> {
  const { request, event } = client(socket);
  await request("initialize", {
    adapterID: "debugpy",
    clientID: "vscode",
    pathFormat: "path",
    linesStartAt1: true,
    columnsStartAt1: true,
    supportsVariableType: true,
  });
  const attached = request("attach", { justMyCode: true });
  await event("initialized");
  await request("setBreakpoints", {
    source: { path: `${folder}/program.py` },
    breakpoints: [{ line: pausedLine }],
  });
  const paused = event("stopped");
  await request("configurationDone", {});
  await attached;
  const { threadId } = (await paused) as { threadId: number };

  const threads = await request("threads", {});
  const { stackFrames } = (await request("stackTrace", { threadId })) as {
    stackFrames: { id: number; source: { path: string } }[];
  };
  const [frame] = stackFrames;
  const { scopes } = (await request("scopes", { frameId: frame.id })) as Recording["scopes"];
  const [scope] = scopes;
  const { variablesReference } = scope;
  const locals = await request("variables", { variablesReference });

  const answers: Record<string, string> = {};
  const evaluate: Evaluate = async (expression) => {
    const { result } = (await request("evaluate", {
      expression,
      frameId: frame.id,
      context: "clipboard",
    })) as { result: string };
    return result;
  };
  const remembered: Evaluate = async (expression) =>
    (answers[expression] = await evaluate(expression));
  const state = await fetchPythonState(moduleName, remembered);
  await fetchPythonState(inputName, remembered);
  await fetchPythonState("rate", remembered).catch(() => undefined);
  const numbers: Record<string, readonly number[]> = {};
  for (const { name } of state.tensors) {
    // Lists are cut, texts are not.
    const text = await evaluate(`str(${moduleName}.state_dict()["${name}"].flatten().tolist())`);
    numbers[name] = JSON.parse(text.replaceAll("'", "")) as number[];
  }
  const versions = `"debugpy " + __import__("debugpy").__version__ + ", torch " + __import__("torch").__version__`;
  return {
    madeBy: (await evaluate(versions)).replaceAll("'", ""),
    threads: threads as object,
    // Where it lay on the machine that recorded is nobody's business.
    stackTrace: {
      stackFrames: [{ ...frame, source: { ...frame.source, path: "program.py" } }],
      totalFrames: 1,
    },
    scopes: { scopes: [scope] },
    variables: { [variablesReference]: locals as object },
    evaluate: answers,
    numbers,
  };
}

/** The debug adapter protocol over a socket: a header with the length, then JSON. */
function client(socket: Socket) {
  let sequence = 0;
  let unread = Buffer.alloc(0);
  const listeners = new Set<(message: Message) => void>();
  socket.on("data", (data) => {
    unread = Buffer.concat([unread, data]);
    for (;;) {
      const header = unread.indexOf("\r\n\r\n");
      const length = /Content-Length: (\d+)/.exec(unread.subarray(0, header).toString())?.[1];
      const end = header + 4 + Number(length);
      if (header < 0 || unread.length < end) return;
      const message = JSON.parse(unread.subarray(header + 4, end).toString()) as Message;
      unread = unread.subarray(end);
      for (const listener of listeners) listener(message);
    }
  });

  const next = (matches: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve) => {
      const listener = (message: Message): void => {
        if (!matches(message)) return;
        listeners.delete(listener);
        resolve(message);
      };
      listeners.add(listener);
    });

  return {
    request: async (command: string, argument: object): Promise<unknown> => {
      const seq = ++sequence;
      const json = JSON.stringify({ seq, type: "request", command, arguments: argument });
      const answered = next(({ type, request_seq }) => type === "response" && request_seq === seq);
      socket.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
      const { success, message, body } = await answered;
      if (!success) throw new Error(`${command}: ${message}`);
      return body;
    },
    event: async (name: string): Promise<unknown> =>
      (await next(({ type, event }) => type === "event" && event === name)).body,
  };
}

async function connected(toPort: number): Promise<Socket> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const trying = connect(toPort, "127.0.0.1", () => resolve(trying));
      trying.on("error", () => resolve(undefined));
    });
    if (socket) return socket;
    await delay(200);
  }
  throw new Error("debugpy does not listen.");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === "string") throw new Error("No free port.");
  return address.port;
}
