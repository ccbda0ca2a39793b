/**
 * The run folder on disk, `.unroll/runs/<id>/` beside the config:
 *
 *   run.json          what it is and how far it came (record.ts); written last, so that a folder
 *                     without it was never a run
 *   config.json       the config as it was trained, every default filled in
 *   encoding.json     how data became numbers: the vocabulary, the scales
 *   metrics.jsonl     a line per measurement (metrics.ts)
 *   last.safetensors  everything that continues the run bit for bit (checkpoint.ts)
 *   best.safetensors  the weights with the lowest loss
 *
 * Reading is tolerant: a damaged run is skipped with its reason and never hides the others.
 */
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { randomBytes } from "node:crypto";
import { UserError } from "../config/problem.ts";
import type { Config } from "../config/schema.ts";
import { explained, systemCode } from "./fileProblem.ts";
import { currentOwner, isAlive } from "./owner.ts";
import { runRecordSchema, type RunRecord } from "./record.ts";
import { writeAtomically } from "./writeAtomically.ts";

export interface Run {
  /** Absolute. */
  readonly folder: string;
  readonly record: RunRecord;
}

export interface RunListing {
  /** Newest first. */
  readonly runs: readonly Run[];
  readonly skipped: readonly { readonly folder: string; readonly reason: string }[];
}

export const runsFolderOf = (configFolder: string): string => join(configFolder, ".unroll", "runs");

/** The absolute path of the config that a run belongs to. */
export const configFileOf = (run: Run): string =>
  join(configFolderOf(run.folder), ...run.record.configFile.split("/"));

/** The folder that holds `.unroll`. */
export const configFolderOf = (runFolder: string): string => dirname(dirname(dirname(runFolder)));

export interface NewRun {
  /** Absolute. */
  readonly configFile: string;
  readonly config: Config;
  /** JSON. */
  readonly encoding: unknown;
  readonly model: RunRecord["model"];
  readonly dataSummary: string;
  readonly baselines?: readonly RunRecord["baselines"][number][];
  /** Planned. */
  readonly updates: number;
}

/** Throws `UserError` when the folder cannot be made; nothing that exists is touched. */
export async function createRun(start: NewRun): Promise<Run> {
  const configFolder = dirname(start.configFile);
  const runs = runsFolderOf(configFolder);
  const { folder, id, now } = await explained("make the run folder in", runs, async () => {
    await mkdir(runs, { recursive: true });
    await ignoreInGit(dirname(runs));
    return makeFolder(runs);
  });
  // At once: each waits for the disk twice. The record comes last, since it says that the others are there.
  const [name] = await Promise.all([
    freeName(runs, start.config.name ?? basename(configFolder)),
    writeJson(join(folder, "config.json"), start.config),
    writeJson(join(folder, "encoding.json"), start.encoding),
  ]);
  const record: RunRecord = {
    version: 1,
    id,
    name,
    state: "training",
    configFile: relative(configFolder, start.configFile).split(sep).join("/"),
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    elapsedMs: 0,
    epoch: 0,
    epochs: start.config.training.epochs,
    update: 0,
    updates: start.updates,
    stoppedEarly: false,
    model: start.model,
    dataSummary: start.dataSummary,
    baselines: (start.baselines ?? []).map(({ name, loss }) => ({ name, loss })),
    seed: start.config.training.seed,
    owner: currentOwner(),
  };
  await writeRecord(folder, record);
  return { folder, record };
}

/** The runs of one config folder. Rejects only when the folder of runs itself cannot be read. */
export async function readRuns(configFolder: string): Promise<RunListing> {
  const parent = runsFolderOf(configFolder);
  const entries = await explained("list the runs in", parent, async () => {
    try {
      return await readdir(parent, { withFileTypes: true });
    } catch (error) {
      if (systemCode(error) === "ENOENT") return [];
      throw error;
    }
  });
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(parent, entry.name));
  const read = await Promise.all(
    folders.map(async (folder) => {
      try {
        return await readRun(folder);
      } catch (error) {
        return { folder, reason: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  return {
    runs: read
      .filter((run) => "record" in run)
      .sort(
        (a, b) =>
          b.record.createdAt.localeCompare(a.record.createdAt) ||
          b.record.id.localeCompare(a.record.id),
      ),
    skipped: read.filter((run) => "reason" in run),
  };
}

/** Throws `UserError` naming the file and what is wrong with it. */
export async function readRun(folder: string): Promise<Run> {
  const file = join(folder, "run.json");
  const parsed = runRecordSchema.safeParse(await readJson(file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw damaged(file, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a run"}`);
  }
  const record = parsed.data;
  const live = record.state === "training" || record.state === "paused";
  const gone = !record.owner || !isAlive(record.owner, Date.parse(record.updatedAt));
  return { folder, record: live && gone ? { ...record, state: "interrupted" } : record };
}

/** Rewrites the record with what changed, keeping the name that is on disk: the person may have renamed it. */
export async function updateRecord(
  folder: string,
  changes: Partial<Omit<RunRecord, "id" | "name" | "version">>,
): Promise<RunRecord> {
  const { record } = await readRun(folder);
  const next = { ...record, ...changes, updatedAt: new Date().toISOString() };
  await writeRecord(folder, next);
  return next;
}

export async function renameRun(folder: string, name: string): Promise<void> {
  const trimmed = name.trim();
  if (trimmed === "") throw new UserError("name", "A run needs a name.");
  const file = join(folder, "run.json");
  // What is on disk, not what reading makes of it: the owner's state is the owner's to change.
  const parsed = runRecordSchema.safeParse(await readJson(file));
  if (!parsed.success) throw damaged(file, "it cannot be renamed");
  await writeRecord(folder, { ...parsed.data, name: trimmed });
}

/** The config as it was trained; validate it before use. */
export const readRunConfig = (folder: string): Promise<unknown> =>
  readJson(join(folder, "config.json"));

export const readRunEncoding = (folder: string): Promise<unknown> =>
  readJson(join(folder, "encoding.json"));

const writeRecord = (folder: string, record: RunRecord): Promise<void> =>
  writeJson(join(folder, "run.json"), record);

export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeAtomically(file, `${JSON.stringify(value, undefined, 1)}\n`);
}

async function readJson(file: string): Promise<unknown> {
  const text = await explained("read", file, () => readFile(file, "utf8"));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message : String(error));
  }
}

const damaged = (file: string, reason: string): UserError =>
  new UserError("run", `${file} is damaged: ${reason}.`, {
    place: { file },
    advice: "Delete the run's folder if you do not need it.",
  });

/** Runs are results, not sources: git leaves them alone unless the person says otherwise. */
async function ignoreInGit(folder: string): Promise<void> {
  try {
    await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

/** Ids sort by time; two that begin in the same second differ in their last letters. */
async function makeFolder(runs: string): Promise<{ folder: string; id: string; now: Date }> {
  for (;;) {
    const now = new Date();
    const moment = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
    const id = `${moment}-${randomBytes(2).toString("hex")}`;
    const folder = join(runs, id);
    try {
      await mkdir(folder);
      return { folder, id, now };
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
}

/** "weather", then "weather 2": names tell runs apart in a list. */
async function freeName(runs: string, wanted: string): Promise<string> {
  const taken = await namesIn(runs);
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted} ${number}`)) number++;
  return `${wanted} ${number}`;
}

/** Only that: a training that begins should not wait until hundreds of records were checked. */
async function namesIn(runs: string): Promise<ReadonlySet<unknown>> {
  const folders = await readdir(runs);
  const records = folders.map((folder) =>
    readJson(join(runs, folder, "run.json")).catch(() => undefined),
  );
  const names = (await Promise.all(records)).map((record) =>
    typeof record === "object" && record !== null && "name" in record ? record.name : undefined,
  );
  return new Set(names);
}
