/**
 * The one training that may run at a time: starts its worker, relays its progress, pauses and stops
 * it, and says how it ended. It shows nothing but
 * warnings; the status bar, the notification and the commands do.
 */
import * as vscode from "vscode";
import type { MetricsRow, TrainingResult, TrainingStatus } from "../../protocol/training.ts";
import type { Log } from "../log.ts";
import { assertTrusted } from "../trust.ts";
import type { WorkerThread } from "../workers/workerThread.ts";

export interface TrainingRequest {
  /** Absolute path of the config. */
  readonly configFile: string;
  readonly text: string;
  /** What the person calls it until the worker has made a run: the config's name. */
  readonly title: string;
  readonly resume?: { readonly runFolder: string };
}

/** How a training ended. `died`: its worker was lost; the last checkpoint is on disk. */
export type TrainingEnd =
  | {
      readonly kind: "result";
      readonly request: TrainingRequest;
      readonly result: TrainingResult;
      /** When something else than the person stopped it. */
      readonly stoppedBecause?: string;
    }
  | { readonly kind: "refused"; readonly request: TrainingRequest; readonly error: unknown }
  | {
      readonly kind: "died";
      readonly request: TrainingRequest;
      readonly runFolder?: string;
      readonly reason: string;
    };

export interface TrainingController extends vscode.Disposable {
  /** What runs now; undefined when nothing does. */
  readonly request: TrainingRequest | undefined;
  /** Known from the first progress on. */
  readonly status: TrainingStatus | undefined;
  /** Resolves when the training has ended; rejects only when one runs already. */
  start(request: TrainingRequest): Promise<TrainingEnd>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Resolves when it has ended, with its last checkpoint saved. `because` tells the person why, who did not ask for it. */
  stop(because?: string): Promise<void>;
  /** Ends a worker that does not answer; what it did since the last checkpoint is lost. */
  abandon(): Promise<void>;
  readonly onProgress: vscode.Event<{
    readonly status: TrainingStatus;
    readonly rows: readonly MetricsRow[];
  }>;
  /** It started, paused, went on, or ended. */
  readonly onDidChange: vscode.Event<void>;
  readonly onDidEnd: vscode.Event<TrainingEnd>;
}

interface Active {
  readonly request: TrainingRequest;
  readonly thread: WorkerThread;
  readonly abort: AbortController;
  readonly end: Promise<TrainingEnd>;
  status?: TrainingStatus;
  stoppedBecause?: string;
}

export function createTrainingController(
  startThread: () => WorkerThread,
  log: Log,
): TrainingController {
  const progressed = new vscode.EventEmitter<{
    status: TrainingStatus;
    rows: readonly MetricsRow[];
  }>();
  const changed = new vscode.EventEmitter<void>();
  const ended = new vscode.EventEmitter<TrainingEnd>();
  let active: Active | undefined;

  async function run(
    request: TrainingRequest,
    thread: WorkerThread,
    abort: AbortController,
  ): Promise<TrainingEnd> {
    const { configFile, text, resume } = request;
    let death: string | undefined;
    thread.onDeath((reason) => (death = reason));
    try {
      const call = { configFile, text, ...(resume ? { resume } : {}) };
      const result = await thread.client.call("train", call, { signal: abort.signal });
      const stoppedBecause = active?.stoppedBecause;
      return { kind: "result", request, result, ...(stoppedBecause ? { stoppedBecause } : {}) };
    } catch (error) {
      if (death === undefined) return { kind: "refused", request, error };
      const runFolder = active?.status?.runFolder ?? resume?.runFolder;
      return { kind: "died", request, reason: death, ...(runFolder ? { runFolder } : {}) };
    }
  }

  async function start(request: TrainingRequest): Promise<TrainingEnd> {
    if (active) throw new Error(`"${active.request.title}" is training already.`);
    assertTrusted();
    const thread = startThread();
    const abort = new AbortController();
    const own: Active = { request, thread, abort, end: run(request, thread, abort) };
    active = own;
    thread.client.on("progress", ({ status, rows }) => {
      const isNewState = own.status?.state !== status.state;
      own.status = status;
      progressed.fire({ status, rows });
      if (isNewState) changed.fire();
    });
    thread.client.on("warned", ({ message }) => {
      log.warn(message);
      void vscode.window.showWarningMessage(`${request.title}: ${message}`);
    });
    log.info(
      `Training ${request.configFile}${request.resume ? ` (resuming ${request.resume.runFolder})` : ""}`,
    );
    changed.fire();
    const end = await own.end;
    active = undefined;
    log.info(`Training of ${request.configFile} ended: ${end.kind}`);
    changed.fire();
    ended.fire(end);
    await thread.end("The training has ended.");
    return end;
  }

  async function stop(because?: string): Promise<void> {
    if (!active) return;
    active.stoppedBecause ??= because;
    active.abort.abort();
    await active.end;
  }

  return {
    get request() {
      return active?.request;
    },
    get status() {
      return active?.status;
    },
    start,
    async pause() {
      await active?.thread.client.call("pause", null);
    },
    async resume() {
      await active?.thread.client.call("resume", null);
    },
    stop,
    async abandon() {
      await active?.thread.kill();
    },
    onProgress: progressed.event,
    onDidChange: changed.event,
    onDidEnd: ended.event,
    dispose: () => vscode.Disposable.from(progressed, changed, ended).dispose(),
  };
}
