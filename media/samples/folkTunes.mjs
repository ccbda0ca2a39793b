/**
 * Made `folk-tunes/tunes.abc`, which is committed because no package of npm has it:
 *   node media/samples/folkTunes.mjs FOLDER > media/samples/folk-tunes/tunes.abc
 * FOLDER is `music21/corpus/oneills1850` of the Python package music21. Dance tunes are kept, reduced to their notes: titles, kind, metre and key, then bars;
 * without ornaments, grace notes, slurs, chord symbols and remarks.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** How the transcribers write a kind of dance, and how the sample does. */
const kinds = {
  reel: "reel",
  jig: "jig",
  "double jig": "jig",
  "single jig": "jig",
  hornpipe: "hornpipe",
  slipjig: "slip jig",
  "slip jig": "slip jig",
  "hop jig": "slip jig",
};
/** Eighths in a bar. */
const metres = { C: 8, "C|": 8, "4/4": 8, "2/2": 8, "6/8": 6, "9/8": 9, "12/8": 12, "2/4": 4 };

async function folkTunes(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".abc")).sort();
  const tunes = new Map();
  for (const name of names) {
    const text = (await readFile(join(folder, name), "latin1")).replaceAll(/\r\n?/g, "\n");
    for (const written of text.split(/^(?=X:)/m)) {
      const tune = simplified(written);
      // Another setting of the same tune would make it easy to guess when it is held back.
      if (tune && !tunes.has(tune.title)) tunes.set(tune.title, tune);
    }
  }
  // The book has all jigs first; mixed, what is held back is like what is trained on.
  const mixed = [...tunes.values()].sort((a, b) => (digest(a.text) < digest(b.text) ? -1 : 1));
  return mixed.map(({ text }) => text).join("\n");
}

/** Undefined for what is no dance, or is written in a way that a few rules do not simplify. */
function simplified(written) {
  const lines = written.split("\n").map((line) => line.replace(/%.*$/, "").trim());
  const field = (letter) =>
    lines
      .find((line) => line.startsWith(`${letter}:`))
      ?.slice(2)
      .trim();
  const kind = kinds[(field("R") ?? "").toLowerCase()];
  const metre = field("M");
  const key = keyIn(field("K") ?? "");
  const title = field("T")
    ?.replaceAll('"', "")
    .replace(/, (The|A|An)$/, "")
    .replace(/\.$/, "");
  if (!kind || !(metre in metres) || field("L") !== "1/8" || !key || !title) return undefined;
  if (!/^[A-Z][A-Za-z' ,.!?-]{2,40}$/.test(title)) return undefined;
  const music = lines.slice(lines.findIndex((line) => line.startsWith("K:")) + 1);
  if (music.some((line) => /^[A-Za-z]:/.test(line))) return undefined;
  const body = music.map(simplifiedLine).filter(Boolean).join("\n");
  if (!isPlain(body) || !barsAddUp(body, metres[metre])) return undefined;
  return { title, text: `X:1\nT:${title}\nR:${kind}\nM:${metre}\nL:1/8\nK:${key}\n${body}\n` };
}

function keyIn(written) {
  const [, tonic, mode = ""] =
    /^([A-G][#b]?) ?(m|min|minor|maj|major|dor|dorian|mix|mixolydian)?$/i.exec(written) ?? [];
  if (!tonic) return undefined;
  const short = mode.toLowerCase().slice(0, 3);
  return tonic + { "": "", maj: "", m: "m", min: "m", dor: "dor", mix: "mix" }[short];
}

const digest = (text) => createHash("sha256").update(text).digest("hex");

const simplifiedLine = (line) =>
  line
    .replaceAll(/"[^"]*"|\{[^}]*\}|!\w+!|[~.`\\uvTHMPS]|\+\w+\+/g, "")
    .replaceAll(/\((?!\d)|\)/g, "")
    .replaceAll(/(\/)2(?!\d)/g, "$1")
    .replaceAll(/\s+/g, "");

const isPlain = (body) =>
  body.length > 100 &&
  body.length < 700 &&
  /^[A-Ga-gz0-9/,'^_=<>|:([\]\-\n]+$/.test(body) &&
  !/\[[^1-4]/.test(body);

/** Whether each bar but the first and last of a part lasts as long as the metre says. */
function barsAddUp(body, eighths) {
  const parts = body.replaceAll(/\n/g, "").split(/:\||\|:|::|\|\||\|]/);
  return parts.every((part) => {
    const bars = part.split("|").filter((bar) => /[A-Ga-gz]/.test(bar));
    return bars.slice(1, -1).every((bar) => Math.abs(lengthOf(bar) - eighths) < 1e-6);
  });
}

function lengthOf(bar) {
  let sum = 0;
  let triplet = 0;
  for (const [, group, , number, slashes, divisor] of bar
    .replace(/^\[?[12]/, "")
    .matchAll(/\((\d)|([\^_=]?[A-Ga-gz][,']*)(\d*)(\/*)(\d*)/g)) {
    if (group) {
      triplet = Number(group);
      if (triplet !== 3) return NaN;
      continue;
    }
    const length = Number(number || 1) / (slashes ? Number(divisor || 2 ** slashes.length) : 1);
    sum += triplet > 0 ? (length * 2) / 3 : length;
    if (triplet > 0) triplet--;
  }
  return sum;
}

process.stdout.write(await folkTunes(process.argv[2]));
