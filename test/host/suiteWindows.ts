/** The windows in which the suite runs: on one folder, on a workspace of two folders, and on nothing at all. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface SuiteWindow {
  readonly title: string;
  /** What desktop VS Code is told to open. */
  readonly path?: string;
  /** The same in an address of the embedded editor. */
  readonly query: string;
  /** What the suite says when it has found out that it runs in this one. */
  readonly reports: string;
}

/** Makes what they open, below `home`. The suite itself finds out in which of them it runs. */
export async function makeSuiteWindows(home: string): Promise<readonly SuiteWindow[]> {
  const folder = join(home, "workspace");
  const file = join(home, "two/two.code-workspace");
  const folders = ["north", "south"];
  await mkdir(folder, { recursive: true });
  for (const name of folders) await mkdir(join(home, "two", name), { recursive: true });
  await writeFile(file, JSON.stringify({ folders: folders.map((path) => ({ path })) }));
  return [
    {
      title: "one folder",
      path: folder,
      query: `folder=${encodeURIComponent(folder)}`,
      reports: "Unroll in the editor",
    },
    {
      title: "two folders",
      path: file,
      query: `workspace=${encodeURIComponent(file)}`,
      reports: "a workspace of several folders",
    },
    { title: "no folder", query: "ew=true", reports: "a window without a folder" },
  ];
}
