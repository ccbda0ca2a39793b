/** The command table: for every id of `commandIds.ts`, what it does. */
import * as vscode from "vscode";
import type { PanelKind } from "../../protocol/panelContract.ts";
import type { createDebugCommands } from "../debugging/debugCommands.ts";
import { showError, type Log } from "../log.ts";
import type { PanelPlaces } from "../panels/panelPlaces.ts";
import { commandTitles, type CommandId } from "./commandIds.ts";
import type { createCheckCommands } from "./checkCommands.ts";
import type { createModelCommands } from "./modelCommands.ts";
import type { createPythonVariables } from "../models/pythonVariables.ts";
import type { createOutputCommands } from "./outputCommands.ts";
import type { createRunCommands } from "./runCommands.ts";
import type { createSnapshotCommands } from "./snapshotCommands.ts";
import type { createStartCommands } from "./startCommands.ts";
import type { createStepCommands } from "./stepCommands.ts";
import type { createTrainCommands } from "./trainCommands.ts";

type Handler = (...args: readonly unknown[]) => unknown;

export interface CommandGroups {
  readonly start: ReturnType<typeof createStartCommands>;
  readonly train: ReturnType<typeof createTrainCommands>;
  readonly step: ReturnType<typeof createStepCommands>;
  readonly snapshots: ReturnType<typeof createSnapshotCommands>;
  readonly debug: ReturnType<typeof createDebugCommands>;
  readonly runs: ReturnType<typeof createRunCommands>;
  readonly check: ReturnType<typeof createCheckCommands>;
  readonly models: ReturnType<typeof createModelCommands>;
  readonly python: ReturnType<typeof createPythonVariables>;
  readonly output: ReturnType<typeof createOutputCommands>;
  readonly places: PanelPlaces;
  readonly log: Log;
}

export function registerCommands(groups: CommandGroups): vscode.Disposable {
  const { start, train, step, snapshots, debug, runs, check, models, python, output, places, log } =
    groups;
  const open =
    (kind: PanelKind): Handler =>
    () =>
      places.open(kind, "sideBar");
  const openInEditor =
    (kind: PanelKind): Handler =>
    () =>
      places.open(kind, "editor");

  const handlers: Readonly<Record<CommandId, Handler>> = {
    "unroll.newConfig": start.newConfig,
    "unroll.openSample": start.openSample,
    "unroll.train": train.train,
    "unroll.pause": train.pause,
    "unroll.resume": train.resume,
    "unroll.stop": train.stop,
    "unroll.stepThrough": step.stepThrough,
    "unroll.nextStep": step.nextStep,
    "unroll.previousStep": step.previousStep,
    "unroll.firstStep": step.firstStep,
    "unroll.lastStep": step.lastStep,
    "unroll.play": step.play,
    "unroll.stopPlaying": step.stopPlaying,
    "unroll.showAfterUpdate": snapshots.showAfterUpdate,
    "unroll.nextSnapshot": snapshots.next,
    "unroll.previousSnapshot": snapshots.previous,
    "unroll.checkGradients": check.checkGradients,
    "unroll.debugSequence": debug.debugSequence,
    "unroll.debugSelection": debug.debugSelection,
    "unroll.debugTraining": debug.debugTraining,
    "unroll.ablateUnit": debug.ablateUnit,
    "unroll.openVariableInGates": debug.openVariableInGates,
    "unroll.undoDebugEdit": debug.undoEdit,
    "unroll.generate": output.generate,
    "unroll.forecast": output.forecast,
    "unroll.showConfusion": output.showConfusion,
    "unroll.openModel": models.openModel,
    "unroll.traceModel": models.traceModel,
    "unroll.debugModel": debug.debugModel,
    "unroll.inspectVariable": python.inspectVariable,
    "unroll.traceWithVariable": python.traceWithVariable,
    "unroll.exportModel": models.exportModel,
    "unroll.configFromModel": models.configFromModel,
    "unroll.resumeRun": train.resumeRun,
    "unroll.renameRun": runs.rename,
    "unroll.deleteRuns": runs.remove,
    "unroll.revealRun": runs.reveal,
    "unroll.openRunConfig": runs.openConfig,
    "unroll.compareCurves": runs.compareCurves,
    "unroll.refreshRuns": runs.refresh,
    "unroll.openTimeline": open("timeline"),
    "unroll.openGates": open("gates"),
    "unroll.openGradients": open("gradients"),
    "unroll.openCurves": open("curves"),
    "unroll.openTimelineInEditor": openInEditor("timeline"),
    "unroll.openGatesInEditor": openInEditor("gates"),
    "unroll.openGradientsInEditor": openInEditor("gradients"),
    "unroll.openCurvesInEditor": openInEditor("curves"),
    "unroll.showLog": () => log.show(),
  };

  const registrations = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        return await handler(...args);
      } catch (error) {
        void showError(log, commandTitles[id as CommandId].replace("…", "").toLowerCase(), error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registrations);
}
