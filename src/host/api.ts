/** What `activate` returns: the version, and in a test a look at what the host knows. */
import type { TreeItem } from "vscode";
import type { Run } from "../runs/runFolder.ts";
import type { CurvesState } from "../protocol/curvesContract.ts";
import type { PanelKind, PanelState } from "../protocol/panelContract.ts";
import type { Cursor, TraceSummary } from "../protocol/traceSummary.ts";
import type { TrainingStatus } from "../protocol/training.ts";
import type { TrainingEnd } from "./training/trainingController.ts";

export interface UnrollApi {
  readonly version: string;
  /** Only where the editor runs a test. */
  readonly probe?: Probe;
}

export interface Snapshot {
  readonly training: TrainingStatus | undefined;
  readonly isTraining: boolean;
  readonly lastEnd: TrainingEnd | undefined;
  readonly trace: TraceSummary | undefined;
  readonly cursor: Cursor | undefined;
  readonly playing: boolean;
  readonly runs: readonly Run[];
  readonly panels: readonly { readonly kind: PanelKind; readonly place: "sideBar" | "editor" }[];
  /** How often each panel has asked for its state. */
  readonly readyCounts: Readonly<Partial<Record<PanelKind, number>>>;
}

export interface Probe {
  snapshot(): Snapshot;
  /** What a panel that asks now is told. */
  panelState(): PanelState;
  curvesState(): CurvesState;
  describeRun(run: Run): TreeItem;
  /** Ends a worker as a crash would. */
  killTrainingWorker(): Promise<void>;
  killTracingWorker(): Promise<void>;
}
