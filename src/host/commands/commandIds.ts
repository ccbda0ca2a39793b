/**
 * The commands of Unroll: id and title. The handlers are in `handlers.ts`, which does not compile
 * while one is missing; a test holds package.json to the same list.
 */
import type { PanelCommand } from "../../protocol/panelContract.ts";

export const commandTitles = {
  "unroll.newConfig": "New Config…",
  "unroll.openSample": "Open Sample…",
  "unroll.train": "Train Model",
  "unroll.pause": "Pause Training",
  "unroll.resume": "Resume Training",
  "unroll.stop": "Stop Training",
  "unroll.stepThrough": "Step Through Sequence…",
  "unroll.nextStep": "Next Step",
  "unroll.previousStep": "Previous Step",
  "unroll.firstStep": "First Step",
  "unroll.lastStep": "Last Step",
  "unroll.play": "Play Steps",
  "unroll.stopPlaying": "Stop Playing Steps",
  "unroll.checkGradients": "Check Gradients",
  "unroll.debugSequence": "Debug Sequence…",
  "unroll.debugSelection": "Debug Text from Here…",
  "unroll.debugTraining": "Debug Training: Break on First Non-Finite…",
  "unroll.ablateUnit": "Ablate Unit",
  "unroll.openVariableInGates": "Open in Gates",
  "unroll.undoDebugEdit": "Undo Edit",
  "unroll.generate": "Generate Text…",
  "unroll.forecast": "Forecast…",
  "unroll.openModel": "Open Model…",
  "unroll.traceModel": "Trace a Sequence Through a Model…",
  "unroll.debugModel": "Debug a Sequence Through a Model…",
  "unroll.inspectVariable": "Inspect in Unroll",
  "unroll.traceWithVariable": "Trace with This Input",
  "unroll.exportModel": "Export Model…",
  "unroll.configFromModel": "Use Model in a Config",
  "unroll.resumeRun": "Resume Run",
  "unroll.renameRun": "Rename Run…",
  "unroll.deleteRuns": "Delete Run",
  "unroll.revealRun": "Reveal Run in File Manager",
  "unroll.openRunConfig": "Open the Run's Config",
  "unroll.compareCurves": "Compare Curves",
  "unroll.refreshRuns": "Refresh Runs",
  "unroll.openTimeline": "Open Timeline",
  "unroll.openGates": "Open Gates",
  "unroll.openGradients": "Open Gradients",
  "unroll.openCurves": "Open Curves",
  "unroll.openTimelineInEditor": "Open Timeline in Editor",
  "unroll.openGatesInEditor": "Open Gates in Editor",
  "unroll.openGradientsInEditor": "Open Gradients in Editor",
  "unroll.openCurvesInEditor": "Open Curves in Editor",
  "unroll.showLog": "Show Log",
} as const;

export type CommandId = keyof typeof commandTitles;

/** What a panel may run: the contract's list, checked against the commands that exist. */
export const panelCommands = [
  "unroll.nextStep",
  "unroll.previousStep",
  "unroll.firstStep",
  "unroll.lastStep",
  "unroll.play",
  "unroll.stepThrough",
  "unroll.train",
  "unroll.pause",
  "unroll.resume",
  "unroll.stop",
  "unroll.newConfig",
  "unroll.openTimelineInEditor",
  "unroll.openGatesInEditor",
  "unroll.openGradientsInEditor",
  "unroll.openCurvesInEditor",
] as const satisfies readonly (PanelCommand & CommandId)[];
