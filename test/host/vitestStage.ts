/** Runs vitest and reads the counts from its JSON report. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { root, scratch } from "./paths.ts";
import { run } from "./processes.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped?: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

/** Runs the tests of one vitest config, showing their output; `filters` are paths. */
export async function runVitest(
  name: string,
  config: string,
  filters: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Counts> {
  const folder = join(scratch, "results");
  const file = join(folder, `${name}.json`);
  await mkdir(folder, { recursive: true });
  await rm(file, { force: true });
  const { code } = await run(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      `--config=${config}`,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
      ...filters,
    ],
    { cwd: root, show: true, environment },
  );
  if (!existsSync(file)) throw new Error(`vitest ended with code ${code} and without a report.`);
  return countsOf(JSON.parse(await readFile(file, "utf8")) as Report, code);
}

/** A file that could not even be loaded holds no test that failed, but counts as one. */
export function countsOf(report: Report, exitCode: number): Counts {
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    // An error outside of any test also ends vitest with a code.
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
