/** Recordings with a class each, out of folders and indexes. */
import { describe, expect, it } from "vitest";
import { wavFile } from "../formats/wavFile.ts";
import { load, refusal } from "./builders.ts";

/** A tone of so many Hz; 0.1 s at 8,000 Hz. */
const tone = (hz: number, sampleRate = 8000, seconds = 0.1): Uint8Array =>
  wavFile(
    Array.from({ length: sampleRate * seconds }, (_, n) =>
      Math.round(20_000 * Math.sin((2 * Math.PI * hz * n) / sampleRate)),
    ),
    { sampleRate },
  );
const folders = {
  kind: "labelled-sound",
  path: "voices/*",
  features: { kind: "log-mel", bands: 8 },
};
const voices = {
  "voices/low/1.wav": tone(200),
  "voices/low/2.wav": tone(250),
  "voices/high/1.wav": tone(2000),
  "voices/high/2.WAV": tone(2500),
  "voices/README.md": "Not a sound.",
};
const none = { validation: { share: 0 } };
const index = { ...folders, path: "data/index.csv" };

describe("recordings in folders", () => {
  it("belong to the class that their folder is named after", async () => {
    const { training, encoding, summary, output } = await load(folders, voices, none);
    expect(encoding).toMatchObject({
      kind: "labelled-frames",
      classes: ["high", "low"],
      sound: { sampleRate: 8000 },
    });
    expect(output).toEqual({ size: 2, at: "last-step" });
    expect([0, 1, 2, 3].map((at) => training.read(at).target[0])).toEqual([0, 0, 1, 1]);
    expect(training.describe(0)).toEqual({
      title: "high/1.wav: high in 8 frames",
      detail: "voices/high/1.wav",
    });
    expect(summary).toBe(
      "4 sequences of frames of 8 numbers, 2 classes (high, low); 0 s of sound at 8,000 Hz",
    );
  });

  it("are heard where their tones are, in frames that are named after times and bands after Hz", async () => {
    const { training } = await load({ ...folders, standardize: false }, voices, none);
    const loudest = (at: number): number => {
      const { input } = training.read(at);
      return [...input.subarray(0, 8)].reduce(
        (best, db, band) => (db > input[best] ? band : best),
        0,
      );
    };
    expect(loudest(0)).toBeGreaterThan(loudest(2));
    const [first, second] = training.labels(0);
    expect([first.input, second.input]).toEqual(["0 ms", "10 ms"]);
    const names = first.inputValues?.map(({ name }) => name) ?? [];
    expect(names).toHaveLength(8);
    expect(names.every((name) => /^[\d,]+ Hz$/.test(name))).toBe(true);
  });

  it("may be cut, and freed of how loud they are", async () => {
    const features = { ...folders.features, meanNormalization: true };
    const data = { ...folders, features, maximumSeconds: 0.05, standardize: false };
    const { training } = await load(data, voices, none);
    const { steps, input } = training.read(1);
    expect(steps).toBe(3);
    const sum = [0, 1, 2].reduce((total, t) => total + input[t * 8], 0);
    expect(sum).toBeCloseTo(0, 4);
  });

  it("shorter than a window are one frame", async () => {
    const short = { ...voices, "voices/low/1.wav": tone(200, 8000, 0.005) };
    const { training } = await load(folders, short, none);
    expect(training.read(2).steps).toBe(1);
  });
});

describe("recordings in an index", () => {
  const files = { "data/notes.wav": "1,2", "data/a.wav": tone(200), "sounds/b.wav": tone(400) };

  it("are named relative to it", async () => {
    const csv = { "data/index.csv": "file,label\n./a.wav,low\n..\\sounds\\b.wav,high\n" };
    const { training } = await load(index, { ...files, ...csv }, none);
    expect(training.describe(1)).toEqual({
      title: "sounds/b.wav: high in 8 frames",
      detail: "data/index.csv, line 3, column 1",
    });
  });

  it("may say what is said, for CTC", async () => {
    const lines = '{"file": "a.wav", "label": "no"}\n{"file": "../sounds/b.wav", "label": "on"}';
    const data = { ...index, path: "data/index.jsonl", predict: "transcript" };
    const dataset = await load(data, { ...files, "data/index.jsonl": lines }, none);
    expect(dataset.loss).toBe("ctc");
    expect(dataset.encoding).toMatchObject({ classes: ["∅", "n", "o"], blank: 0 });
  });

  it.each([
    [
      "a file that is missing",
      "file,label\na.wav,x\nc.wav,y",
      'index.csv, line 3, column 1: "data/c.wav" does not exist.',
    ],
    [
      "a file that is no sound",
      "file,label\na.wav,x\nnotes.wav,y",
      "line 3, column 1: data/notes.wav: Not a valid WAV file",
    ],
    [
      "an absolute path",
      "file,label\n/etc/a.wav,x\na.wav,y",
      '"/etc/a.wav" is a path of this machine only.',
    ],
    ["no label", "file,label\na.wav,\n../sounds/b.wav,y", 'this recording has no "label".'],
    ["one recording", "file,label\na.wav,x", "only one recording"],
    ["another column", "path,label\na.wav,x", 'no column "file"'],
  ])("are refused with the line: %s", async (_, csv, message) => {
    const error = await refusal(index, { ...files, "data/index.csv": csv });
    expect(error.message).toContain(message);
  });
});

describe("recordings that do not fit", () => {
  it("to each other's sample rate are refused", async () => {
    const mixed = { ...voices, "voices/low/2.wav": tone(200, 16_000) };
    const { message } = await refusal(folders, mixed);
    expect(message).toBe(
      "voices/low/2.wav: 16,000 samples in each second, where voices/high/1.wav has 8,000.",
    );
  });

  it.each([
    ["bands above what was recorded", { highestHz: 5000 }, "nothing above 4,000 Hz", "highestHz"],
    ["more bands than a window tells apart", { bands: 200 }, "hears nothing", "bands"],
    ["bands that end before they begin", { lowestHz: 4000 }, "begin at 4,000 Hz", "lowestHz"],
  ])("to the bands are refused at the key: %s", async (_, changes, message, key) => {
    const features = { kind: "log-mel", ...changes };
    const error = await refusal({ ...folders, features }, voices);
    expect(error.message).toContain(message);
    expect(error.details.path).toEqual(["data", "features", key]);
  });

  it("are named when there are none, or only one class", async () => {
    const error = await refusal({ ...folders, path: "nowhere/*" }, voices);
    expect(error.message).toContain("there is no .wav file in it");
    const one = await refusal({ ...folders, path: "voices/low/*" }, voices);
    expect(one.message).toContain('has the same label, "low"');
  });
});
