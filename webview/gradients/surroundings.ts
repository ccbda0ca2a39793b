/** What all pictures of the panel stand on. */
import type { ColorTable, ScaleKind } from "../lib/colorMaps.ts";
import type { HeatmapController } from "../lib/heatmapController.ts";
import type { Host } from "../lib/host.ts";
import type { StepTokens } from "../lib/stepTokens.ts";
import type { TensorChoice } from "../lib/tensorChoice.ts";
import type { Theme } from "../lib/theme.ts";

export interface Surroundings {
  readonly host: Host;
  /** Holds the part in view, which all pictures share, and the cursor. */
  readonly controller: HeatmapController;
  readonly tokens: StepTokens;
  readonly chosen: () => TensorChoice | undefined;
  readonly theme: () => Theme;
  readonly table: (kind: ScaleKind) => ColorTable;
  readonly fail: (error: unknown) => void;
}

export interface PanelPicture {
  /** What is chosen has changed. */
  show(): void;
  /** The room has changed. */
  fit(): void;
  redraw(): void;
  redrawOverlay(): void;
}
