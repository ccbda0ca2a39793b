/**
 * `metrics.jsonl`: one JSON line per measurement, appended. The last line of a process that was
 * killed may be cut short; it is left out on reading.
 */
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { explained, systemCode } from "./fileProblem.ts";
import { writeAtomically } from "./writeAtomically.ts";

/** Absent values were not measured at that update. The shape is the protocol's `MetricsRow`. */
export interface MetricsRow {
  readonly update: number;
  readonly epoch: number;
  readonly elapsedMs: number;
  readonly trainLoss?: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
  readonly validationLabelErrorRate?: number;
  readonly validationExactMatch?: number;
  readonly gradientNorm?: number;
  readonly clippedNorm?: number;
  /** Share of updates whose gradient was clipped. */
  readonly clippedShare?: number;
  readonly learningRate?: number;
  readonly stepsPerSecond?: number;
}

export interface MetricsWriter {
  append(rows: readonly MetricsRow[]): Promise<void>;
  close(): Promise<void>;
}

const fileOf = (runFolder: string): string => join(runFolder, "metrics.jsonl");

export async function openMetrics(runFolder: string): Promise<MetricsWriter> {
  const file = fileOf(runFolder);
  const handle = await explained("open", file, () => open(file, "a"));
  return {
    append: (rows) =>
      explained("write", file, async () => {
        if (rows.length > 0) await handle.appendFile(linesOf(rows));
      }),
    close: () => handle.close(),
  };
}

/** In the file's order. `damagedLines` counts those that are not measurements. */
export async function readMetrics(
  runFolder: string,
): Promise<{ readonly rows: readonly MetricsRow[]; readonly damagedLines: number }> {
  const file = fileOf(runFolder);
  const text = await explained("read", file, async () => {
    try {
      return await readFile(file, "utf8");
    } catch (error) {
      // Killed before the first measurement.
      if (systemCode(error) === "ENOENT") return "";
      throw error;
    }
  });
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const rows = lines.map(rowOf).filter((row) => row !== undefined);
  return { rows, damagedLines: lines.length - rows.length };
}

/** Forgets what came after `update`: a resumed run measures it again. */
export async function trimMetrics(runFolder: string, update: number): Promise<void> {
  const { rows } = await readMetrics(runFolder);
  await writeAtomically(fileOf(runFolder), linesOf(rows.filter((row) => row.update <= update)));
}

const linesOf = (rows: readonly MetricsRow[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

const optionalKeys = [
  "trainLoss",
  "validationLoss",
  "validationAccuracy",
  "validationLabelErrorRate",
  "validationExactMatch",
  "gradientNorm",
  "clippedNorm",
  "clippedShare",
  "learningRate",
  "stepsPerSecond",
] as const satisfies readonly (keyof MetricsRow)[];

function rowOf(line: string): MetricsRow | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const numbers = new Map(
    Object.entries(value).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    ),
  );
  const update = numbers.get("update");
  const epoch = numbers.get("epoch");
  const elapsedMs = numbers.get("elapsedMs");
  if (update === undefined || epoch === undefined || elapsedMs === undefined) return undefined;
  const measured = optionalKeys.filter((key) => numbers.has(key));
  return {
    update,
    epoch,
    elapsedMs,
    ...Object.fromEntries(measured.map((key) => [key, numbers.get(key)])),
  };
}
