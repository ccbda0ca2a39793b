/**
 * Builds everything that ships into dist/: the extension, the worker, the command line, the panels,
 * the JSON Schema of unroll.json, and the sample workspaces with their data.
 *
 *   node esbuild.mjs [--watch] [--production]
 */
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { readFileSync, readdirSync } from "node:fs";
import { build, context } from "esbuild";
import { simdForEsbuild } from "./src/engine/kernels/assembly/compile.mjs";
import { buildSamples } from "./media/samples/build.mjs";

const watch = process.argv.includes("--watch");
const production = process.argv.includes("--production");

/** @type {import("esbuild").BuildOptions} */
const shared = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "warning",
  // jsonc-parser's UMD entry hides its own requires from the bundler.
  mainFields: ["module", "main"],
};

// Dependencies that are CommonJS inside an ES module bundle still call require.
const requireShim =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** @type {import("esbuild").BuildOptions} */
const node = {
  ...shared,
  platform: "node",
  target: "node20",
  // zod asks which browser it runs in; VS Code logs an error for every extension that does.
  define: { navigator: "undefined" },
};

const panels = readdirSync("webview").filter((name) => name !== "lib" && !name.includes("."));

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

/**
 * Everything that is bundled; the layering test reads the import graph of the same list.
 *
 * @type {import("esbuild").BuildOptions[]}
 */
export const bundles = [
  {
    ...node,
    format: "cjs",
    entryPoints: ["src/host/extension.ts"],
    outfile: "dist/extension.cjs",
    external: ["vscode"],
  },
  {
    ...node,
    format: "esm",
    entryPoints: ["src/worker/main.ts"],
    plugins: [simdForEsbuild],
    outfile: "dist/worker.js",
    banner: { js: requireShim },
  },
  {
    ...node,
    format: "esm",
    entryPoints: ["src/worker/shardMain.ts"],
    outfile: "dist/shard.js",
  },
  {
    ...node,
    format: "esm",
    entryPoints: ["src/cli/main.ts"],
    plugins: [simdForEsbuild],
    outfile: "dist/unroll.js",
    define: { UNROLL_VERSION: JSON.stringify(version) },
    banner: { js: requireShim },
  },
  {
    ...node,
    format: "esm",
    entryPoints: ["src/cli/start.ts"],
    outfile: "dist/cli.js",
    banner: { js: "#!/usr/bin/env node" },
  },
  {
    ...shared,
    platform: "browser",
    format: "iife",
    target: "es2022",
    entryPoints: Object.fromEntries(panels.map((name) => [name, `webview/${name}/main.ts`])),
    outdir: "dist/webview",
  },
];

async function buildSchema() {
  const schema = {
    ...node,
    format: "esm",
    entryPoints: ["src/config/jsonSchema.ts"],
    write: false,
  };
  const { outputFiles } = await build({ ...schema, sourcemap: false, minify: false });
  const source = Buffer.from(outputFiles[0].contents).toString("base64");
  const { configJsonSchema } = await import(`data:text/javascript;base64,${source}`);
  await writeFile("dist/unroll.schema.json", JSON.stringify(configJsonSchema(), undefined, 1));
}

async function copyAssets() {
  await mkdir("dist/webview", { recursive: true });
  for (const file of ["codicon.css", "codicon.ttf"]) {
    await cp(`node_modules/@vscode/codicons/dist/${file}`, `dist/webview/${file}`);
  }
}

async function main() {
  await rm("dist", { recursive: true, force: true });
  await mkdir("dist", { recursive: true });
  await Promise.all([buildSchema(), copyAssets(), buildSamples("dist/samples")]);
  if (watch) {
    for (const options of bundles) await (await context(options)).watch();
    console.log("Watching.");
  } else {
    await Promise.all(bundles.map((options) => build(options)));
  }
}

if (import.meta.filename === process.argv[1]) await main();
