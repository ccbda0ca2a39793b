/**
 * `npm test`: everything, in order, on to the end whatever fails. Prints a summary; the very last line is
 * "N passed, N failed", where a check such as the linter counts as one test.
 *
 *   npm test -- types screen      only these stages
 */
import { root } from "./paths.ts";
import { complaints, packageExtension, printPackage } from "./package.ts";
import { run } from "./processes.ts";
import { testEditor } from "./testEditor.ts";
import { runVitest, type Counts } from "./vitestStage.ts";

interface Stage {
  readonly name: string;
  readonly run: () => Promise<Counts>;
}

interface Result extends Counts {
  readonly name: string;
  readonly seconds: number;
}

let isPackaged = false;

const unitFolders = ["unit", "layering", "golden", "gradcheck", "debug"].map(
  (name) => `test/${name}/`,
);

const stages: readonly Stage[] = [
  npmCheck("types"),
  npmCheck("lint"),
  npmCheck("format"),
  npmCheck("knip"),
  { name: "unit", run: () => runVitest("unit", "test/vitest.config.ts", unitFolders) },
  {
    name: "learning",
    run: () => runVitest("learning", "test/vitest.config.ts", ["test/learning/"]),
  },
  {
    name: "panels",
    run: () => runVitest("panels", "test/vitest.config.ts", ["test/e2e/harness/"]),
  },
  { name: "package", run: testPackage },
  { name: "editor", run: testEditor },
  { name: "screen", run: testScreen },
];

function npmCheck(name: string): Stage {
  return {
    name,
    async run() {
      const npm = process.platform === "win32" ? "npm.cmd" : "npm";
      const { code } = await run(npm, ["run", "--silent", name], { cwd: root, show: true });
      return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    },
  };
}

async function testPackage(): Promise<Counts> {
  const made = await packageExtension();
  isPackaged = true;
  printPackage(made);
  const troubles = complaints(made);
  for (const trouble of troubles) console.error(trouble);
  return troubles.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: troubles.length };
}

/** Packages once more only when that was not a stage of this run. */
function testScreen(): Promise<Counts> {
  const environment: Record<string, string> = isPackaged ? { UNROLL_VSIX_IS_FRESH: "1" } : {};
  return runVitest("screen", "test/e2e/vitest.config.ts", [], environment);
}

async function runStage({ name, run: runIt }: Stage): Promise<Result> {
  console.log(`\n──── ${name}`);
  const start = performance.now();
  const finish = (counts: Counts): Result => ({
    name,
    ...counts,
    seconds: (performance.now() - start) / 1000,
  });
  try {
    return finish(await runIt());
  } catch (error) {
    console.error(error);
    return finish({ passed: 0, failed: 1 });
  }
}

function printSummary(results: readonly Result[]): void {
  console.log("\n──── summary");
  for (const { name, passed, failed, skipped = 0, seconds } of results) {
    const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed`;
    const left = skipped > 0 ? `  (${skipped} skipped)` : "";
    console.log(`${name.padEnd(10)} ${counts} ${seconds.toFixed(1).padStart(7)} s${left}`);
  }
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  const known = stages.map(({ name }) => name).join(", ");
  console.error(`There is no stage ${unknown.join(", ")}. There are: ${known}.`);
  process.exit(2);
}

const results: Result[] = [];
for (const stage of stages) {
  if (chosen.length === 0 || chosen.includes(stage.name)) results.push(await runStage(stage));
}
printSummary(results);
const sum = (key: "passed" | "failed"): number =>
  results.reduce((total, result) => total + result[key], 0);
process.exitCode = sum("failed") > 0 ? 1 : 0;
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
