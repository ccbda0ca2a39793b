import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { bundles } from "../../esbuild.mjs";
import { importsOf, type Import } from "./imports.ts";
import { layers, type Layer } from "./layers.ts";

const root = new URL("../..", import.meta.url).pathname;

const folderOf = (path: string): string => path.split("/").slice(0, 2).join("/");

function layerOf(path: string): Layer | undefined {
  const folder = folderOf(path);
  const exact = layers.find((layer) => layer.folder === folder);
  return (
    exact ??
    (folder.startsWith("webview/") ? layers.find((l) => l.folder === "webview/*") : undefined)
  );
}

/** Why an import is not allowed, or undefined when it is. */
function violation({ from, to, typesOnly }: Import): string | undefined {
  const layer = layerOf(from);
  if (!layer) return `${from} lies in no folder of the table`;
  if (to.endsWith(".css")) return undefined;
  const target = folderOf(to);
  if (target.startsWith("src/") || target.startsWith("webview/")) {
    if (target === folderOf(from)) return undefined;
    if (layer.mayImport.includes(target)) return undefined;
    if (typesOnly && layer.mayImportTypes?.includes(target)) return undefined;
    return `${from} imports ${typesOnly ? "types of " : ""}${to}`;
  }
  const allowed = layer.packages.some((name) =>
    name.endsWith(":") ? to.startsWith(name) : to === name || to.startsWith(`${name}/`),
  );
  return allowed ? undefined : `${from} imports the package ${to}`;
}

describe("who may import whom", () => {
  const imports = importsOf(root, ["src/**/*.ts", "webview/**/*.ts"]);

  it("finds imports at all", () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.some((entry) => entry.typesOnly)).toBe(true);
  });

  it("keeps every written import, types included, within the table", () => {
    expect(imports.map(violation).filter(Boolean)).toEqual([]);
  });

  it("keeps the graph that the bundler sees within the table", async () => {
    const results = await Promise.all(
      bundles.map((options) =>
        build({ ...options, metafile: true, write: false, outdir: "dist", outfile: undefined }),
      ),
    );
    const edges = results.flatMap(({ metafile }) =>
      Object.entries(metafile.inputs)
        .filter(([from]) => layerOf(from))
        .flatMap(([from, input]) =>
          input.imports
            .filter((entry) => /^(src|webview)\//.test(entry.path))
            .map((entry) => ({ from, to: entry.path, typesOnly: false })),
        ),
    );
    expect(edges.length).toBeGreaterThan(50);
    expect([...new Set(edges.map(violation).filter(Boolean))]).toEqual([]);
  });

  it("refuses what the table forbids", () => {
    const forbidden: Import[] = [
      { from: "src/engine/model.ts", to: "src/data/dataset.ts", typesOnly: true },
      { from: "src/engine/model.ts", to: "src/config/schema.ts", typesOnly: false },
      { from: "src/data/table.ts", to: "node:fs", typesOnly: false },
      { from: "src/jobs/train.ts", to: "vscode", typesOnly: false },
      { from: "webview/gates/main.ts", to: "webview/timeline/draw.ts", typesOnly: false },
      { from: "src/host/extension.ts", to: "src/engine/model.ts", typesOnly: true },
    ];
    for (const entry of forbidden) expect(violation(entry), JSON.stringify(entry)).toBeDefined();
  });
});
