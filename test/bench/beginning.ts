/** How long a person waits for the first update of a training, and what large data take of memory until then. */
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Beginning {
  readonly what: string;
  /** Of each try, from the command to the first update. */
  readonly milliseconds: readonly number[];
  /** Most that the process had until then; undefined where the system does not say. */
  readonly megabytes: number | undefined;
}

const root = join(import.meta.dirname, "../..");
const samples = ["moby-dick", "spam", "weather", "adding-problem/lstm.", "dates", "waveform"];

/** Of the samples, through `dist/cli.js`. */
export async function measureSamples(tries: number): Promise<readonly Beginning[]> {
  return inFolder(async (folder) => {
    await cp(join(root, "dist/samples"), folder, { recursive: true });
    const found: Beginning[] = [];
    for (const sample of samples) {
      const config = sample.endsWith(".") ? `${sample}unroll.json` : `${sample}/unroll.json`;
      found.push(await measureBeginning(sample.replace(/\/.*/, ""), folder, config, tries));
    }
    return found;
  });
}

/** Of a table with `rows` rows of ten numbers, and of a text with `characters` characters. */
export async function measureLargeData(
  rows: number,
  characters: number,
): Promise<readonly Beginning[]> {
  return inFolder(async (folder) => {
    const model = { layers: [{ cell: "gru", hidden: 16 }] };
    const names = Array.from({ length: 10 }, (_, k) => `c${k}`);
    const line = (row: number): string =>
      `day ${row},${names.map((_, k) => Math.sin(row / (k + 3)).toFixed(4)).join(",")}`;
    const data = { inputs: names.slice(0, 4), targets: ["c0"], time: "day", window: 32 };
    const table = [`day,${names.join(",")}`, ...Array.from({ length: rows }, (_, k) => line(k))];
    await writeFile(join(folder, "table.csv"), table.join("\n"));
    const sentence = "the cat sat on the mat and the dog ran to the log. ";
    await writeFile(
      join(folder, "text.txt"),
      sentence.repeat(Math.ceil(characters / sentence.length)),
    );
    const configs = {
      "table.json": { data: { kind: "table", path: "table.csv", ...data }, model },
      "text.json": { data: { kind: "text", path: "text.txt" }, model },
    };
    for (const [name, config] of Object.entries(configs)) {
      await writeFile(join(folder, name), JSON.stringify(config));
    }
    return [
      await measureBeginning(`CSV, ${count(rows)} rows of 11 cells`, folder, "table.json", 1),
      await measureBeginning(`text, ${count(characters)} characters`, folder, "text.json", 1),
    ];
  });
}

const count = (value: number): string => value.toLocaleString("en");

async function inFolder<Answer>(use: (folder: string) => Promise<Answer>): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), "unroll-bench-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, maxRetries: 3 });
  }
}

async function measureBeginning(
  what: string,
  folder: string,
  config: string,
  tries: number,
): Promise<Beginning> {
  const milliseconds: number[] = [];
  let megabytes: number | undefined;
  for (let k = 0; k < tries; k++) {
    const begin = performance.now();
    const command = [join(root, "dist/cli.js"), "train", config, "--json"];
    const child = spawn(process.execPath, command, {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    for await (const line of createInterface({ input: child.stdout })) {
      if (!/"update":[1-9]/.test(line)) continue;
      milliseconds.push(performance.now() - begin);
      megabytes = await mostMemory(child.pid);
      break;
    }
    // Not at once: on its way out Node keeps what was compiled, for the next time.
    child.kill("SIGINT");
    await ended;
    if (milliseconds.length === k) throw new Error(`${what}: there was no update.`);
  }
  return { what, milliseconds, megabytes };
}

/** Linux keeps the most that a process ever had. */
async function mostMemory(process: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${process}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmHWM:\s*(\d+) kB/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}
