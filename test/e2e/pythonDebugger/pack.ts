/** Packs the recorded debugger as an extension that an editor can install. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { build } from "esbuild";
import { scratch } from "../../host/paths.ts";

const manifest = {
  name: "unroll-test-python-debugger",
  version: "0.0.1",
  publisher: "unroll",
  engines: { vscode: "^1.95.0" },
  main: "extension.cjs",
  activationEvents: ["onDebugResolve:debugpy"],
  contributes: {
    debuggers: [{ type: "debugpy", label: "Python, as it was recorded", languages: ["python"] }],
  },
};

/** Returns the .vsix. */
export async function packPythonDebugger(): Promise<string> {
  const folder = join(scratch, "pythonDebugger");
  const packagePath = join(folder, "debugger.vsix");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "README.md"), "Only for tests.\n");
  await build({
    entryPoints: [join(import.meta.dirname, "extension.ts")],
    outfile: join(folder, manifest.main),
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["vscode"],
    logLevel: "warning",
  });
  await createVSIX({
    cwd: folder,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    skipLicense: true,
  });
  return packagePath;
}
