/** Where everything is wired, by hand: workers, stores, views, panels, commands. */
import * as vscode from "vscode";
import type { PanelKind } from "../protocol/panelContract.ts";
import type { Probe, UnrollApi } from "./api.ts";
import { registerCommands } from "./commands/handlers.ts";
import { createCheckCommands } from "./commands/checkCommands.ts";
import { createModelCommands } from "./commands/modelCommands.ts";
import { createOutputCommands } from "./commands/outputCommands.ts";
import { createOutputDocuments } from "./commands/outputDocuments.ts";
import { createRunChoice } from "./commands/runChoice.ts";
import { createRunCommands } from "./commands/runCommands.ts";
import { createSnapshotCommands } from "./commands/snapshotCommands.ts";
import { createStartCommands } from "./commands/startCommands.ts";
import { createStepCommands } from "./commands/stepCommands.ts";
import { createTrainCommands } from "./commands/trainCommands.ts";
import { maintainContexts } from "./contexts.ts";
import { registerAdapter } from "./debugging/adapterRelay.ts";
import { createDebugCommands } from "./debugging/debugCommands.ts";
import { registerDebugConfigurations } from "./debugging/debugConfigurations.ts";
import { createDebugFollower } from "./debugging/debugFollower.ts";
import { showReadTokens } from "./debugging/readTokens.ts";
import { maintainSession } from "./debugging/sessionContext.ts";
import { createStepSummaries } from "./debugging/stepSummaries.ts";
import { registerCodeLenses } from "./editors/codeLenses.ts";
import { registerDiagnostics } from "./editors/diagnostics.ts";
import { createInspections } from "./editors/inspections.ts";
import { registerModelEditor } from "./editors/modelEditor.ts";
import { registerQuickFixes } from "./editors/quickFixes.ts";
import { createLog, showError } from "./log.ts";
import { createPythonVariables } from "./models/pythonVariables.ts";
import { createAudience } from "./panels/audience.ts";
import { createCurveStore } from "./panels/curveStore.ts";
import { curvesState } from "./panels/panelController.ts";
import { registerPanelPlaces } from "./panels/panelPlaces.ts";
import { createPanelState } from "./panels/panelState.ts";
import { createTunePage } from "./panels/tunePage.ts";
import { settings } from "./settings.ts";
import { honourStartup } from "./startup.ts";
import { createCursorStore } from "./tracing/cursorStore.ts";
import { createPlayer } from "./tracing/player.ts";
import { createSnapshotView } from "./tracing/snapshotView.ts";
import { createTraceStore } from "./tracing/traceStore.ts";
import { stopWithItsFolder } from "./training/removedFolders.ts";
import { createResumeOffer } from "./training/resumeOffer.ts";
import { createTrainingController, type TrainingEnd } from "./training/trainingController.ts";
import { showTrainingProgress } from "./training/trainingProgress.ts";
import { reportTrainings } from "./training/trainingReports.ts";
import { assertTrusted } from "./trust.ts";
import { createRunLibrary } from "./views/runLibrary.ts";
import { registerRunsTree } from "./views/runsTree.ts";
import { createLazyWorker } from "./workers/lazyWorker.ts";
import { startWorker, type WorkerThread } from "./workers/workerThread.ts";

const inspectionIdleMs = 60_000;
const inspectionMemoryMb = 2048;
const tracingMemoryMb = 4096;
const modelIdleMs = 60_000;
const modelMemoryMb = 4096;

/** Lets a training save its last checkpoint before the editor ends this process. */
let shutDown: (() => Promise<void>) | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<UnrollApi> {
  const { extensionUri, workspaceState, subscriptions } = context;
  const log = createLog();
  const script = vscode.Uri.joinPath(extensionUri, "dist", "worker.js").fsPath;
  const start = (name: string, memoryMb: number) => (): WorkerThread => {
    assertTrusted();
    log.debug(`Starting the ${name} worker`);
    const onOutput = (line: string): void => log.debug(`${name}: ${line}`);
    return startWorker({
      script,
      name: `unroll ${name}`,
      workspaceFolders: workspaceFolders(),
      wideVectors: settings.wideVectors(),
      memoryMb,
      onOutput,
    });
  };

  const inspecting = createLazyWorker({
    start: start("inspection", inspectionMemoryMb),
    idleMs: inspectionIdleMs,
  });
  const tracing = createLazyWorker({ start: start("tracing", tracingMemoryMb) });
  // Of its own, so that a file of hundreds of megabytes makes no panel wait.
  const models = createLazyWorker({ start: start("model", modelMemoryMb), idleMs: modelIdleMs });
  const training = createTrainingController(
    () => start("training", settings.trainingMemoryMb())(),
    log,
  );
  const library = createRunLibrary(training, log);

  const traces = createTraceStore(tracing, workspaceState);
  const cursor = createCursorStore(workspaceState);
  const audience = createAudience();
  const snapshots = createSnapshotView(traces, training, library, audience, log);
  const player = createPlayer(traces, cursor, settings.playStepsPerSecond);
  const curves = createCurveStore(library, training, workspaceState, log);

  const readyCounts: Partial<Record<PanelKind, number>> = {};
  const onReady = (kind: PanelKind): void =>
    void (readyCounts[kind] = (readyCounts[kind] ?? 0) + 1);
  // Before the panels hear of a trace, the cursor stands on it.
  const attaching = traces.onDidChange(() => cursor.attach(traces.current));
  const state = createPanelState({ traces, cursor, snapshots, player });
  const places = registerPanelPlaces({
    extensionUri,
    state,
    worker: tracing,
    cursor,
    traces,
    snapshots,
    audience,
    curves,
    training,
    onReady,
  });
  const tree = registerRunsTree(library, training);

  const inspections = createInspections(inspecting, log);
  const documents = createOutputDocuments();
  const tunes = createTunePage(extensionUri);
  const runs = createRunChoice(library, tree);
  const step = createStepCommands({
    runs,
    training,
    worker: tracing,
    traces,
    cursor,
    player,
    places,
    log,
  });
  const { showPanels } = step;
  const follower = createDebugFollower({ worker: tracing, traces, cursor, places, log });
  const commands = registerCommands({
    start: createStartCommands(extensionUri, log),
    train: createTrainCommands(training, runs, places, log),
    step,
    snapshots: createSnapshotCommands(snapshots),
    runs: createRunCommands({ runs, library, curves, traces, places, log }),
    check: createCheckCommands(start("checking", tracingMemoryMb), documents, log),
    models: createModelCommands({ runs, worker: models, traces, cursor, player, showPanels, log }),
    debug: createDebugCommands({ runs, training, cursor, places }),
    python: createPythonVariables({ storage: context.globalStorageUri, worker: models, log }),
    output: createOutputCommands(runs, tracing, documents, tunes, log),
    places,
    log,
  });

  let lastEnd: TrainingEnd | undefined;
  subscriptions.push(
    log,
    attaching,
    // What a worker may read was settled when it started.
    vscode.workspace.onDidChangeWorkspaceFolders(() =>
      Promise.all([tracing.restart(), inspecting.restart(), models.restart()]),
    ),
    training.onDidEnd((end) => (lastEnd = end)),
    traces.onDidFail((error) => showError(log, "open the trace again", error)),
    commands,
    registerDiagnostics(inspections),
    registerModelEditor({ extensionUri, worker: models, log }),
    registerQuickFixes(),
    registerCodeLenses(inspections, training),
    registerAdapter(tracing),
    registerDebugConfigurations({ runs, library, traces, worker: tracing, models, log }),
    follower,
    showReadTokens({ follower, summaries: createStepSummaries(), traces, log }),
    maintainSession(follower, places, log),
    showTrainingProgress(training),
    reportTrainings(training, library, log),
    stopWithItsFolder(training),
    maintainContexts({ training, library, traces, snapshots, player }),
    documents,
    tunes,
    inspections,
    tree,
    places,
    state,
    player,
    cursor,
    snapshots,
    traces,
    curves,
    library,
    training,
  );
  tracing.onDeath((reason) => log.error(`The tracing worker died: ${reason}`));
  const resumeOffer = createResumeOffer(training, library, workspaceState);
  subscriptions.push(resumeOffer);
  shutDown = async () => {
    resumeOffer.leave();
    await Promise.all([training.stop(), tracing.dispose(), inspecting.dispose(), models.dispose()]);
  };
  subscriptions.push(honourStartup(library, log));
  library.refresh().catch((error: unknown) => log.warn(String(error)));

  const { version } = context.extension.packageJSON as { version: string };
  log.info(`Unroll ${version} is ready`);
  if (context.extensionMode !== vscode.ExtensionMode.Test) return { version };
  const probe: Probe = {
    snapshot: () => ({
      training: training.status,
      isTraining: training.request !== undefined,
      lastEnd,
      trace: traces.current,
      cursor: cursor.current,
      playing: player.playing,
      runs: library.runs,
      panels: places.visible,
      readyCounts: { ...readyCounts },
    }),
    panelState: () => state.whole(),
    curvesState: () => curvesState({ curves, training }),
    describeRun: (run) => tree.describe(run),
    killTrainingWorker: () => training.abandon(),
    killTracingWorker: () => tracing.restart(),
  };
  return { version, probe };
}

const workspaceFolders = (): readonly string[] =>
  (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === "file")
    .map(({ uri }) => uri.fsPath);

export async function deactivate(): Promise<void> {
  await shutDown?.();
}
