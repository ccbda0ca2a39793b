/** Workspaces to open an editor on: copies of the samples that the extension ships. */
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PanelKind } from "../../src/protocol/panelContract.ts";
import { root } from "./paths.ts";

export type Sample =
  | "moby-dick"
  | "weather"
  | "prices"
  | "spam"
  | "speakers"
  | "adding-problem"
  | "dates"
  | "translation"
  | "folk-tunes";

export interface Startup {
  readonly train?: string;
  readonly open?: readonly PanelKind[];
  readonly openInEditor?: readonly PanelKind[];
}

/** Copies the built samples, all or one, and says what happens when the folder is opened. */
export async function prepareWorkspace(
  folder: string,
  { sample, startup }: { readonly sample?: Sample; readonly startup?: Startup } = {},
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await cp(join(root, "dist/samples", sample ?? ""), folder, { recursive: true });
  if (startup) await writeWorkspaceSettings(folder, { "unroll.startup": startup });
}

export async function writeWorkspaceSettings(
  folder: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await mkdir(join(folder, ".vscode"), { recursive: true });
  await writeFile(
    join(folder, ".vscode/settings.json"),
    `${JSON.stringify(settings, undefined, 2)}\n`,
  );
}
