/** Who may import whom. ARCHITECTURE.md explains the table; the tests beside this file hold it true. */

export interface Layer {
  /** Folder, relative to the root. `webview/*` stands for each panel's own folder. */
  readonly folder: string;
  readonly mayImport: readonly string[];
  /** Folders of which only types may be imported. */
  readonly mayImportTypes?: readonly string[];
  /** Packages that may be imported; `node:` stands for Node's own modules. */
  readonly packages: readonly string[];
}

export const layers: readonly Layer[] = [
  { folder: "src/config", mayImport: [], packages: ["zod", "jsonc-parser"] },
  { folder: "src/trace", mayImport: [], packages: [] },
  { folder: "src/formats", mayImport: ["src/trace"], packages: ["fflate"] },
  {
    folder: "src/data",
    mayImport: ["src/config", "src/formats", "src/trace"],
    packages: ["papaparse", "zod"],
  },
  {
    folder: "src/engine",
    mayImport: ["src/trace"],
    mayImportTypes: ["src/config"],
    packages: [],
  },
  { folder: "src/analysis", mayImport: ["src/trace", "src/engine"], packages: [] },
  {
    folder: "src/models",
    mayImport: ["src/config", "src/formats", "src/trace"],
    packages: [],
  },
  {
    folder: "src/runs",
    mayImport: ["src/config", "src/trace", "src/formats"],
    packages: ["node:", "zod"],
  },
  {
    folder: "src/protocol",
    mayImport: [],
    mayImportTypes: ["src/config", "src/trace", "src/analysis", "src/models"],
    packages: [],
  },
  {
    folder: "src/jobs",
    mayImport: [
      "src/config",
      "src/trace",
      "src/formats",
      "src/data",
      "src/engine",
      "src/analysis",
      "src/models",
      "src/runs",
    ],
    mayImportTypes: ["src/protocol", "src/debug"],
    packages: ["node:", "unroll:simd"],
  },
  {
    folder: "src/worker",
    mayImport: [
      "src/config",
      "src/trace",
      "src/formats",
      "src/data",
      "src/engine",
      "src/analysis",
      "src/models",
      "src/runs",
      "src/jobs",
      "src/debug",
      "src/protocol",
    ],
    packages: ["node:"],
  },
  {
    folder: "src/cli",
    mayImport: [
      "src/config",
      "src/trace",
      "src/formats",
      "src/data",
      "src/engine",
      "src/analysis",
      "src/models",
      "src/runs",
      "src/jobs",
    ],
    mayImportTypes: ["src/protocol"],
    packages: ["node:"],
  },
  {
    folder: "src/debug",
    mayImport: ["src/trace", "src/protocol"],
    packages: ["@vscode/debugprotocol"],
  },
  {
    folder: "src/host",
    mayImport: ["src/config", "src/trace", "src/runs", "src/protocol", "src/debug"],
    packages: ["vscode", "node:"],
  },
  {
    folder: "webview/lib",
    mayImport: ["src/trace", "src/protocol"],
    packages: ["lit", "@vscode-elements/elements", "@vscode/codicons"],
  },
  {
    folder: "webview/*",
    mayImport: ["src/trace", "src/protocol", "webview/lib"],
    packages: ["lit", "@vscode-elements/elements", "@vscode/codicons", "chart.js"],
  },
];
