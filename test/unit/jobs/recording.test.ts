/** A network that was trained on sound, asked about recordings that were not among its data. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTraceSession } from "../../../src/jobs/traceSession.ts";
import { train } from "../../../src/jobs/train.ts";
import { wavFile } from "../formats/wavFile.ts";
import { example, kernels, problemOf } from "./tracingFixture.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

const tone = (hz: number, sampleRate = 8000) =>
  wavFile(
    Array.from({ length: sampleRate / 10 }, (_, n) =>
      Math.round(9000 * Math.sin((2 * Math.PI * hz * n) / sampleRate)),
    ),
    { sampleRate },
  );

const text = JSON.stringify({
  data: {
    kind: "labelled-sound",
    path: "tones",
    features: { kind: "mfcc", bands: 12, coefficients: 5 },
  },
  model: { layers: [{ cell: "gru", hidden: 4 }] },
  training: { epochs: 2, batch: 4, validation: { share: 0.25 } },
});

/** High and low tones in folders, and a session over what was learnt of them. */
async function trainedOnTones() {
  const tones = { low: 200, high: 2000 };
  const files = Object.entries(tones).flatMap(([label, lowest]) =>
    [0, 1, 2, 3].map((k) => [`tones/${label}/${k}.wav`, tone(lowest * (1 + k / 10))] as const),
  );
  const folder = await temporaryFolder({ "unroll.json": text, ...Object.fromEntries(files) });
  const configFile = join(folder, "unroll.json");
  const { runFolder } = await train({ configFile, text, createKernels: kernels });
  const session = createTraceSession({ createKernels: kernels });
  const open = (file: string, line = 1) =>
    session.trace({
      runFolder,
      checkpoint: "last",
      choice: { kind: "file", file, from: { line } },
    });
  return { folder, runFolder, session, open };
}

describe("a recording of the workspace", () => {
  it("is read as those of the data are", async () => {
    const { folder, runFolder, session, open } = await trainedOnTones();
    const listed = await session.sequences({
      runFolder,
      split: "training",
      offset: 0,
      limit: 10,
    });
    const known = await session.trace({ runFolder, checkpoint: "last", choice: example(0) });
    const [, file] = /^(\S+): /.exec(listed.items[0].title) ?? [];
    const asked = await open(join(folder, "tones", file));
    expect(asked.steps).toBe(known.steps);
    expect(asked.inputNames).toEqual(known.inputNames);
    expect(asked.loss, "nobody says who it is").toBeUndefined();
    const steps = [0, asked.steps] as const;
    const { columns } = await session.columns({ trace: asked.id, steps });
    const { columns: ofKnown } = await session.columns({ trace: known.id, steps });
    expect(columns.map(({ inputValues }) => inputValues)).toEqual(
      ofKnown.map(({ inputValues }) => inputValues),
    );
    expect(columns.at(-1)?.predictions).toEqual(ofKnown.at(-1)?.predictions);
  });

  it("is refused when it is no sound, of another rate, cut to lines, or outside", async () => {
    const { folder, open } = await trainedOnTones();
    await writeFile(join(folder, "other.wav"), tone(300, 16_000));
    const messages = await Promise.all(
      [open("unroll.json"), open("other.wav"), open("tones/low/0.wav", 2), open("../../x.wav")].map(
        async (call) => (await problemOf(call)).message,
      ),
    );
    expect(messages[0]).toContain("unroll.json: Not a valid WAV file");
    expect(messages[1]).toContain(
      "16,000 samples in each second, and the network was trained on 8,000",
    );
    expect(messages[2]).toContain("which has no lines");
    expect(messages[3]).toContain("leads outside the workspace");
  });
});
