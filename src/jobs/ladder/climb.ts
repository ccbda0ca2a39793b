/** Climbs the ladder: trains each rung once per seed, and keeps every result so that an interrupted climb goes on. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Kernels } from "../../engine/kernels/kernels.ts";
import { explained, systemCode } from "../../runs/fileProblem.ts";
import { readMetrics, type MetricsRow } from "../../runs/metrics.ts";
import { writeAtomically } from "../../runs/writeAtomically.ts";
import { train } from "../train.ts";
import { isBetter, isSolved, type Rung } from "./rungs.ts";

/** One training of one rung. */
export interface Climb {
  readonly rung: string;
  readonly seed: number;
  /** The config as text: a result counts only while it is still this one. */
  readonly config: string;
  /** In the rung's own unit: the best of any validation. */
  readonly value: number;
  /** Updates until a validation first counted as solved; undefined when none did. */
  readonly solvedAfter?: number;
  readonly updates: number;
  readonly elapsedMs: number;
}

export interface ClimbOptions {
  /** Absolute: one folder for each training, and `results.json`. */
  readonly folder: string;
  readonly seeds: readonly number[];
  readonly createKernels: () => Kernels;
  readonly signal?: AbortSignal;
  /** `known` when it was measured by an earlier climb. */
  readonly onClimb?: (rung: Rung, climb: Climb, known: boolean) => void;
}

/** All that was measured of these rungs and seeds, in their order; fewer when it was stopped. */
export async function climb(rungs: readonly Rung[], options: ClimbOptions): Promise<Climb[]> {
  const { folder, seeds, createKernels, signal, onClimb } = options;
  const file = join(folder, "results.json");
  await explained("create", folder, () => mkdir(folder, { recursive: true }));
  let results = await readResults(file);
  const climbed: Climb[] = [];
  for (const rung of rungs) {
    for (const seed of seeds) {
      const config = configOf(rung, seed);
      const isSame = (one: Climb): boolean => one.rung === rung.id && one.seed === seed;
      const known = results.find((one) => isSame(one) && one.config === config);
      const found = known ?? (await trainRung(rung, seed, { folder, createKernels, signal }));
      if (!found) return climbed;
      climbed.push(found);
      onClimb?.(rung, found, known !== undefined);
      results = [...results.filter((one) => !isSame(one)), found];
      if (!known) await writeAtomically(file, `${JSON.stringify(results, undefined, 2)}\n`);
    }
  }
  return climbed;
}

const configOf = ({ title, config }: Rung, seed: number): string =>
  JSON.stringify({
    name: `${title}, seed ${seed}`,
    ...config,
    training: { ...config.training, seed },
  });

/** Undefined when it was stopped. */
async function trainRung(
  rung: Rung,
  seed: number,
  options: Pick<ClimbOptions, "folder" | "createKernels" | "signal">,
): Promise<Climb | undefined> {
  const folder = join(options.folder, `${rung.id}-${seed}`);
  const configFile = join(folder, "unroll.json");
  const text = configOf(rung, seed);
  await explained("write", configFile, async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(configFile, text);
  });
  const { createKernels, signal } = options;
  const result = await train({ configFile, text, createKernels }, { signal });
  if (result.state === "stopped") return undefined;
  if (result.failure !== undefined) throw new Error(`${rung.title}: ${result.failure}`);
  const { rows } = await readMetrics(result.runFolder);
  const measured = rows.flatMap((row) => {
    const value = valueIn(rung, row);
    return value === undefined ? [] : [{ value, update: row.update }];
  });
  if (measured.length === 0) throw new Error(`${rung.title} was never validated.`);
  const solved = measured.find(({ value }) => isSolved(rung, value));
  return {
    rung: rung.id,
    seed,
    config: text,
    value: measured.reduce(
      (best, { value }) => (isBetter(rung, value, best) ? value : best),
      measured[0].value,
    ),
    ...(solved && { solvedAfter: solved.update }),
    updates: result.updates,
    elapsedMs: result.elapsedMs,
  };
}

/** What a validation measured, in the rung's own unit. */
function valueIn({ measure, scale = 1 }: Rung, row: MetricsRow): number | undefined {
  switch (measure) {
    case "loss":
      return row.validationLoss === undefined ? undefined : row.validationLoss * scale;
    case "accuracy":
      return row.validationAccuracy;
    case "exact-match":
      return row.validationExactMatch;
    case "label-error-rate":
      return row.validationLabelErrorRate;
  }
}

/** What is damaged, or of another time, is measured again. */
async function readResults(file: string): Promise<readonly Climb[]> {
  try {
    const found: unknown = JSON.parse(await readFile(file, "utf8"));
    return Array.isArray(found) ? found.filter(isClimb) : [];
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

function isClimb(found: unknown): found is Climb {
  if (typeof found !== "object" || found === null) return false;
  const { rung, seed, config, value, updates, elapsedMs } = found as Record<string, unknown>;
  return (
    typeof rung === "string" &&
    typeof config === "string" &&
    [seed, value, updates, elapsedMs].every((number) => Number.isFinite(number))
  );
}
