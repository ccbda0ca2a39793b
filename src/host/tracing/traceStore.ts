/**
 * Which trace is open. The tensors live in the tracing worker; here is only the summary, and the
 * choice that makes the trace anew after a window was reloaded or the worker died.
 */
import * as vscode from "vscode";
import type { SequenceChoice, WeightsChoice } from "../../protocol/sequenceChoice.ts";
import type { TraceSummary } from "../../protocol/traceSummary.ts";
import type { ModelTrace } from "../../protocol/modelContract.ts";
import type { LazyWorker } from "../workers/lazyWorker.ts";

/** A sequence of a run, or one for a network of a model file. */
export type TraceSelection = RunSelection | ModelTrace;

interface RunSelection {
  readonly runFolder: string;
  readonly checkpoint: WeightsChoice;
  readonly choice: SequenceChoice;
}

export interface TraceStore extends vscode.Disposable {
  readonly current: TraceSummary | undefined;
  /** What the current trace is of, where that is a sequence of a run that nobody debugs. */
  readonly ofRun: RunSelection | undefined;
  readonly busy: boolean;
  /**
   * Computes the trace and makes it the current one; a newer call wins over an older one. `quiet`: the one before stands
   * in for it meanwhile, and nobody is told to wait.
   */
  open(
    selection: TraceSelection,
    options?: { readonly quiet?: boolean },
  ): Promise<TraceSummary | undefined>;
  /** Shows a trace that the debugger computed and keeps; `keep` makes it this store's own when the session is over. */
  adopt(trace: TraceSummary): void;
  keep(): void;
  /** Computes the remembered choice again, when there is one and nothing is open. */
  restore(): Promise<void>;
  /** Forgets the trace, for example because its run was deleted. */
  close(): void;
  readonly onDidChange: vscode.Event<void>;
  /** The worker died and the trace could not be made again, or restoring failed. */
  readonly onDidFail: vscode.Event<unknown>;
}

const memoryKey = "unroll.trace";

export function createTraceStore(worker: LazyWorker, memory: vscode.Memento): TraceStore {
  const changed = new vscode.EventEmitter<void>();
  const failed = new vscode.EventEmitter<unknown>();
  let selection = memory.get<TraceSelection>(memoryKey);
  let current: TraceSummary | undefined;
  let ofRun: RunSelection | undefined;
  /** The one before: panels ask about it until they hear that it was replaced. */
  let retired: TraceSummary | undefined;
  let isBorrowed = false;
  let attempt = 0;
  let busy = false;
  let latest: Promise<unknown> = Promise.resolve();

  function remember(next: TraceSelection | undefined): void {
    selection = next;
    void memory.update(memoryKey, next);
  }

  function release(trace: TraceSummary | undefined): void {
    if (trace) void worker.call("release", { trace: trace.id }).catch(() => undefined);
  }

  function replace(next: TraceSummary | undefined): void {
    release(retired);
    retired = isBorrowed ? undefined : current;
    current = next;
    isBorrowed = false;
    ofRun = undefined;
  }

  const open: TraceStore["open"] = (next, { quiet = false } = {}) => {
    const opened = compute(next, quiet);
    latest = opened;
    return opened;
  };

  async function compute(next: TraceSelection, quiet: boolean): Promise<TraceSummary | undefined> {
    const own = ++attempt;
    busy = !quiet || !current;
    if (busy) changed.fire();
    try {
      const trace = await ("model" in next
        ? worker.call("traceModel", next)
        : worker.call("trace", next));
      if (own !== attempt) {
        release(trace);
        return undefined;
      }
      replace(trace);
      ofRun = "model" in next ? undefined : next;
      remember(next);
      return trace;
    } finally {
      if (own === attempt) {
        busy = false;
        changed.fire();
      }
    }
  }

  async function restore(): Promise<void> {
    if (!selection || current || busy || !vscode.workspace.isTrusted) return;
    try {
      await open(selection);
    } catch (error) {
      // Its run may be gone: do not fail again at every start.
      remember(undefined);
      failed.fire(error);
    }
  }

  const stopListening = worker.onDeath(() => {
    // What was being computed when the worker died rejects by itself; what was open is made again.
    if (!current) return;
    current = ofRun = retired = undefined;
    changed.fire();
    void latest.catch(() => undefined).then(restore);
  });

  return {
    get current() {
      return current;
    },
    get ofRun() {
      return ofRun;
    },
    get busy() {
      return busy;
    },
    open,
    restore,
    adopt(trace) {
      attempt++;
      busy = false;
      replace(trace);
      isBorrowed = true;
      changed.fire();
    },
    keep() {
      if (!isBorrowed) return;
      isBorrowed = false;
      ofRun = current && selectionOf(current);
      changed.fire();
    },
    close() {
      attempt++;
      busy = false;
      replace(undefined);
      release(retired);
      retired = undefined;
      remember(undefined);
      changed.fire();
    },
    onDidChange: changed.event,
    onDidFail: failed.event,
    dispose() {
      stopListening();
      changed.dispose();
      failed.dispose();
    },
  };
}

/** What would make a trace anew that somebody else made; undefined where that is not a sequence of a run as it is. */
function selectionOf(trace: TraceSummary): RunSelection | undefined {
  const { runFolder, checkpoint, update, modelFile, counterfactual, sequence } = trace;
  const { choice } = sequence;
  if (modelFile !== undefined || counterfactual || choice.kind === "broken") return undefined;
  return { runFolder, checkpoint: checkpoint === "snapshot" ? update : checkpoint, choice };
}
