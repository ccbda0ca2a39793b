/** The settings of Unroll, typed; package.json declares and documents them. */
import * as vscode from "vscode";
import type { CheckpointChoice } from "../protocol/sequenceChoice.ts";
import { settingKeys } from "./ids.ts";

function read<T>(key: string, fallback: T): T {
  return vscode.workspace.getConfiguration().get<T>(key) ?? fallback;
}

export const settings = {
  playStepsPerSecond: () => Math.min(Math.max(read(settingKeys.playStepsPerSecond, 4), 0.1), 60),
  checkpoint: () => read<CheckpointChoice>(settingKeys.checkpoint, "best"),
  openPanelsIn: () => read<"editor" | "sideBar">(settingKeys.openPanelsIn, "editor"),
  wideVectors: () => read(settingKeys.wideVectors, false),
  trainingMemoryMb: () => Math.max(read(settingKeys.trainingMemory, 4096), 64),
  generateLength: () => read(settingKeys.generateLength, 300),
  generateTemperature: () => read(settingKeys.generateTemperature, 0.8),
  /** Undefined: every token may be drawn. */
  generateTopK: () => {
    const topK = read(settingKeys.generateTopK, 0);
    return topK > 0 ? topK : undefined;
  },
  /** As it is written; startup.ts checks it. */
  startup: (folder: vscode.Uri): unknown =>
    vscode.workspace.getConfiguration(undefined, folder).get(settingKeys.startup),
};
