/**
 * Every name that the manifest and the code share: views, panels, settings, context keys. Declared
 * once, without `vscode`, so that a test can compare them with package.json.
 */
import type { PanelKind } from "../protocol/panelContract.ts";

export const extensionId = "unroll.unroll";

/** Of launch configurations and debug sessions. */
export const debugType = "unroll";

export const runsView = "unroll.runs";

export const panelKinds = [
  "timeline",
  "gates",
  "gradients",
  "curves",
] as const satisfies readonly PanelKind[];

export const panelTitles: Readonly<Record<PanelKind, string>> = {
  timeline: "Timeline",
  gates: "Gates",
  gradients: "Gradients",
  curves: "Curves",
};

/** The view in the side bar, `unroll.gates`. */
export const panelView = (kind: PanelKind): string => `unroll.${kind}`;

/** The type of the editor tab, `unroll.gatesEditor`; also what a reloaded window restores it by. */
export const panelEditor = (kind: PanelKind): string => `unroll.${kind}Editor`;

/** The type of the editor of model files, and of the same where another extension may own the file's type. */
export const modelEditor = "unroll.modelEditor";
export const modelEditorOption = "unroll.modelEditorOption";

/** Which of the two opens a file; the first where the name tells nothing. */
export const modelEditorOf = (path: string): string =>
  /\.(?:onnx|keras|h5|hdf5)$/i.test(path) ? modelEditorOption : modelEditor;

/** Files that the model editor opens; the first are Unroll's by default, the others are offered as "Open With…". */
export const modelFilePatterns = [
  "*.safetensors",
  "*.pt",
  "*.pth",
  "*.onnx",
  "*.keras",
  "*.h5",
  "*.hdf5",
] as const;

export const contextKeys = {
  /** The active training: "training", "paused" or "none". */
  training: "unroll.trainingState",
  hasConfig: "unroll.hasConfig",
  hasRuns: "unroll.hasRuns",
  hasTrace: "unroll.hasTrace",
  playing: "unroll.playing",
  /** The run of the open trace kept weights on its way. */
  hasSnapshots: "unroll.hasSnapshots",
  /** The sequence that is being debugged has been edited. */
  hasDebugEdits: "unroll.hasDebugEdits",
} as const;

/** Theme colours of tokens that a debug session has read, by their loss, from little to much. */
export const lossTints = [
  "unroll.debugLoss1",
  "unroll.debugLoss2",
  "unroll.debugLoss3",
  "unroll.debugLoss4",
] as const;

export const currentTokenColor = "unroll.debugCurrentToken";

export const settingKeys = {
  playStepsPerSecond: "unroll.playStepsPerSecond",
  checkpoint: "unroll.checkpoint",
  openPanelsIn: "unroll.openPanelsIn",
  trainingMemory: "unroll.trainingMemory",
  wideVectors: "unroll.wideVectors",
  generateLength: "unroll.generate.length",
  generateTemperature: "unroll.generate.temperature",
  generateTopK: "unroll.generate.topK",
  startup: "unroll.startup",
} as const;
