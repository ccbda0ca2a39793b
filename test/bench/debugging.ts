/**
 * How long a person who steps through a long sequence waits: `next`, and then all that the editor asks at a stop, through
 * the real worker and its channel. The sequence and the network are the largest that are promised to feel quick.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startWorker, type WorkerThread } from "../../src/host/workers/workerThread.ts";

export interface DebuggingTimes {
  readonly steps: number;
  readonly hidden: number;
  /** From `launch` to the first stop: forward and backward through the whole sequence. */
  readonly launchMs: number;
  /** Of each step that was taken. */
  readonly stepMs: readonly number[];
}

const steps = 10_000;
const hidden = 512;
const alphabet = "abcdefghijklmnopqrstuvwxyz ,.!?";

export async function measureDebugging(taken: number): Promise<DebuggingTimes> {
  const folder = await mkdtemp(join(tmpdir(), "unroll-bench-"));
  const worker = startWorker({
    script: join(import.meta.dirname, "../../dist/worker.js"),
    name: "debugging",
    workspaceFolders: [folder],
    wideVectors: false,
    memoryMb: 4096,
    onOutput: (line) => console.log(line),
  });
  try {
    const runFolder = await trainForAMoment(worker, folder);
    return await walk(worker, { runFolder, folder, taken });
  } finally {
    await worker.end("measured");
    await rm(folder, { recursive: true });
  }
}

/** What the network learns is of no matter here: any text of known characters is as long to step through. */
async function trainForAMoment({ client }: WorkerThread, folder: string): Promise<string> {
  const text = (length: number): string =>
    Array.from({ length }, (_, k) => alphabet[(k * k + 7 * k) % alphabet.length]).join("");
  const config = {
    data: { kind: "text", path: "short.txt" },
    model: { layers: [{ cell: "lstm", hidden }] },
    training: { epochs: 1, batch: 2, bptt: 20 },
  };
  await writeFile(join(folder, "short.txt"), alphabet + text(300));
  await writeFile(join(folder, "long.txt"), text(steps));
  const configFile = join(folder, "unroll.json");
  await writeFile(configFile, JSON.stringify(config));
  const { runFolder } = await client.call("train", { configFile, text: JSON.stringify(config) });
  return runFolder;
}

interface Walk {
  readonly runFolder: string;
  readonly folder: string;
  readonly taken: number;
}

async function walk(worker: WorkerThread, { runFolder, folder, taken }: Walk) {
  const editor = connectEditor(worker);
  await editor.request("initialize", { adapterID: "unroll", linesStartAt1: true });
  const begin = performance.now();
  const sequence = { file: join(folder, "long.txt"), from: { line: 1 }, steps };
  await editor.request("launch", { run: runFolder, checkpoint: "last", sequence });
  let stopped = editor.nextStop();
  await editor.request("configurationDone", {});
  await stopped;
  const launchMs = performance.now() - begin;
  const stepMs: number[] = [];
  for (let k = 0; k < taken; k++) {
    const start = performance.now();
    stopped = editor.nextStop();
    await editor.request("next", { threadId: 1 });
    await stopped;
    await lookAround(editor);
    stepMs.push(performance.now() - start);
  }
  return { steps, hidden, launchMs, stepMs };
}

/** As an editor does whose Variables view is unfolded, though it does not unfold all of it at once. */
async function lookAround(editor: Editor): Promise<void> {
  const { stackFrames } = await editor.request("stackTrace", { threadId: 1 });
  const { scopes } = await editor.request("scopes", {
    frameId: (stackFrames as readonly Identified[])[0].id,
  });
  for (const { variablesReference } of scopes as readonly Scope[]) {
    await editor.request("variables", { variablesReference });
  }
}

interface Identified {
  readonly id: number;
}
interface Scope {
  readonly variablesReference: number;
}

interface Message {
  readonly type: string;
  readonly event?: string;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

interface Editor {
  request(command: string, given: object): Promise<Readonly<Record<string, unknown>>>;
  /** To be asked for before what leads to it. */
  nextStop(): Promise<void>;
}

function connectEditor(worker: WorkerThread): Editor {
  const { client } = worker;
  const session = "bench";
  const answers = new Map<number, (message: Message) => void>();
  let onStop: (() => void) | undefined;
  let count = 0;
  worker.onDeath((reason) => {
    throw new Error(reason);
  });
  client.on("debugMessage", ({ message }) => {
    const { type, event, request_seq: about = 0 } = message as Message;
    if (type === "response") answers.get(about)?.(message as Message);
    else if (event === "stopped") onStop?.();
  });
  return {
    async request(command, given) {
      const seq = ++count;
      const answered = new Promise<Message>((resolve) => answers.set(seq, resolve));
      await client.call("debugSend", {
        session,
        message: { seq, type: "request", command, arguments: given },
      });
      const { success, message, body } = await answered;
      answers.delete(seq);
      if (success !== true) throw new Error(`${command}: ${message}`);
      return body ?? {};
    },
    nextStop: () => new Promise((resolve) => (onStop = resolve)),
  };
}
