/** The command behind a link to a panel, as the setting `unroll.openPanelsIn` wants it. */
import type { CommandId } from "../commands/commandIds.ts";
import { settings } from "../settings.ts";

export function openCommand(kind: "timeline" | "curves"): CommandId {
  const inEditor = settings.openPanelsIn() === "editor";
  if (kind === "curves") return inEditor ? "unroll.openCurvesInEditor" : "unroll.openCurves";
  return inEditor ? "unroll.openTimelineInEditor" : "unroll.openTimeline";
}
