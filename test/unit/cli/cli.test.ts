import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "../../../src/cli/cli.ts";
import { decodeSafetensors } from "../../../src/formats/safetensors.ts";
import { createKernels } from "../../../src/jobs/kernels.ts";
import { readRuns } from "../../../src/runs/runFolder.ts";
import { experiment, type ConfigChanges, type Kind } from "../jobs/trainingFixture.ts";
import { temporaryFolder } from "../jobs/temporaryFolder.ts";

/** Runs the command line in a folder, with streams that are strings. */
async function unroll(
  folder: string,
  args: readonly string[],
  world: { readonly columns?: number; readonly interrupts?: readonly number[] } = {},
) {
  let out = "";
  let error = "";
  let exited: number | undefined;
  const code = await runCli(args, {
    out: { write: (text) => void (out += text) },
    error: {
      write: (text) => void (error += text),
      terminal: world.columns === undefined ? undefined : { columns: world.columns },
    },
    folder,
    version: "1.2.3",
    createKernels: (choice) => createKernels({ kernels: "reference", ...choice }),
    onInterrupt(listener) {
      const timers = (world.interrupts ?? []).map((ms) => setTimeout(listener, ms));
      return () => timers.forEach(clearTimeout);
    },
    exit: (code) => void (exited = code),
  });
  return { code, out, error, exited };
}

const trained = async (kind: Kind, changes: ConfigChanges = {}): Promise<string> => {
  const { folder } = await experiment(kind, changes);
  expect(await unroll(folder, ["train"])).toMatchObject({ code: 0 });
  return folder;
};

const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("unroll", () => {
  it.each([[["--help"]], [["-h"]], [["help"]]])("explains itself: %s", async (args) => {
    const { code, out } = await unroll("/", args);
    expect(code).toBe(0);
    for (const command of [
      "train",
      "trace",
      "runs",
      "generate",
      "forecast",
      "confusion",
      "convert",
      "bench",
      "ladder",
      "inspect",
    ]) {
      expect(out).toContain(`  ${command}`);
    }
  });

  it.each([
    "train",
    "trace",
    "runs",
    "generate",
    "forecast",
    "confusion",
    "convert",
    "bench",
    "ladder",
    "inspect",
  ])("explains %s", async (command) => {
    for (const args of [
      [command, "--help"],
      ["help", command],
    ]) {
      const { code, out } = await unroll("/", args);
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`^Usage: unroll ${command}`));
    }
  });

  it("says its version", async () => {
    expect(await unroll("/", ["--version"])).toMatchObject({ code: 0, out: "1.2.3\n" });
  });

  it.each<[string[], RegExp]>([
    [[], /Usage: unroll COMMAND/],
    [["tarin"], /no command "tarin"\. Did you mean "train"\?/],
    [["train", "--sett", "a=1"], /--sett/],
    [["train", "a.json", "b.json"], /"b.json" is one thing too many/],
    [["train", "a.json", "--resume", "x"], /leave CONFIG out/],
    [["train", "--resume", "x", "--set", "training.seed=3"], /--set may only change/],
    [["trace"], /Something is missing/],
    [
      ["generate", "x", "--length", "many"],
      /--length takes a whole number of at least 1, not "many"/,
    ],
    [["generate", "x", "--length", "0"], /at least 1/],
    [["generate", "x", "--temperature", "-1"], /--temperature/],
    [["generate", "x", "--checkpoint", "first"], /--checkpoint takes best or last, not "first"/],
    [["forecast", "x", "--steps", "1.5"], /--steps/],
    [["bench", "--cell", "qrnn"], /--cell takes rnn or gru or lstm, not "qrnn"/],
    [["bench", "--hidden", "0"], /--hidden takes a whole number of at least 1/],
    [["bench", "--seconds", "soon"], /--seconds takes a number above 0/],
  ])("answers 2 to bad usage: %j", async (args, message) => {
    const { code, error, out } = await unroll(await temporaryFolder(), args);
    expect(error).toMatch(message);
    expect(out).toBe("");
    expect(code).toBe(2);
  });
});

describe("unroll train", () => {
  it("trains unroll.json of the current folder and says what came out", async () => {
    const { folder } = await experiment("text, state carried");
    const { code, out, error } = await unroll(folder, ["train"]);
    expect(code).toBe(0);
    expect(out).toMatch(/text, state carried: finished after \d+ updates/);
    expect(out).toMatch(/validation loss \d/);
    expect(out).toMatch(/kept in +\.unroll\/runs\//);
    expect(error).toMatch(/^epoch 1\/3 {2}update \d+ {2}loss .* {2}validation /m);
    expect(error).not.toContain("\x1b");
    expect((await readRuns(folder)).runs).toHaveLength(1);
  });

  it("draws one line on a terminal, no wider than it, and takes it away at the end", async () => {
    const { folder } = await experiment("text, state carried");
    const { error } = await unroll(folder, ["train"], { columns: 50 });
    const drawn = error.split("\r\x1b[K");
    expect(drawn.length).toBeGreaterThan(2);
    expect(drawn.at(-1)).toBe("");
    for (const piece of drawn) {
      const line = piece.split("\n").at(-1) ?? "";
      expect(Array.from(line).length).toBeLessThan(50);
    }
    expect(error).toContain("100 %");
  });

  it("trains with 256-bit vectors where they agree with the reference", async () => {
    const { folder } = await experiment("adding problem");
    expect(await unroll(folder, ["train", "--wide"])).toMatchObject({ code: 0 });
  });

  it("speaks JSON, a line for each event, the result last", async () => {
    const { folder } = await experiment("adding problem");
    const { code, out, error } = await unroll(folder, ["train", "--json"]);
    expect(code).toBe(0);
    expect(error).toBe("");
    const events = jsonLines(out);
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set(["start", "progress", "measurement", "result"]),
    );
    expect(events[0]).toMatchObject({ event: "start", name: "adding problem", warnings: [] });
    expect(events.at(-1)).toMatchObject({
      event: "result",
      state: "finished",
      stoppedEarly: false,
    });
  });

  it("changes the config for one run", async () => {
    const { folder, configFile, text } = await experiment("adding problem");
    const args = [
      "train",
      "--set",
      "training.epochs=1",
      "--set",
      "model.layers.0.hidden=2",
      "--set",
      "name=tiny",
    ];
    expect(await unroll(folder, args)).toMatchObject({ code: 0 });
    const { runs } = await readRuns(folder);
    expect(runs[0].record).toMatchObject({
      name: "tiny",
      epochs: 1,
      model: { layers: [{ hidden: 2 }, {}] },
    });
    expect(await readFile(configFile, "utf8")).toBe(text);
  });

  it("prints each mistake of a config as file:line:column, and answers 2", async () => {
    const folder = await temporaryFolder({
      "bad.json":
        '{\n  "data": { "kind": "synthetic", "task": "addin" },\n  "model": { "layers": [{ "cell": "lstm", "hidden": -4 }] }\n}\n',
    });
    const { code, error } = await unroll(folder, ["train", "bad.json"]);
    expect(code).toBe(2);
    expect(error).toMatch(/^bad\.json:2:\d+: error: .*/m);
    expect(error).toMatch(/^bad\.json:3:\d+: error: .*/m);
    expect(await readdir(folder)).toEqual(["bad.json"]);
  });

  it("tells mistakes of --set from those of the file", async () => {
    const { folder } = await experiment("adding problem");
    const { code, error } = await unroll(folder, ["train", "--set", "training.epochs=none"]);
    expect(code).toBe(2);
    expect(error).toMatch(/^--set training\.epochs: error: /);
    expect(await unroll(folder, ["train", "--set", "nonsense"])).toMatchObject({ code: 2 });
  });

  it("answers 2 when there is no config or its data does not exist, and 1 when the data is damaged", async () => {
    const empty = await unroll(await temporaryFolder(), ["train"]);
    expect(empty.error).toMatch(/unroll\.json: error: .*does not exist/);
    expect(empty.code).toBe(2);
    const { folder } = await experiment("table");
    const missing = await unroll(folder, ["train", "--set", "data.path=none.csv"]);
    expect(missing.error).toMatch(/none\.csv/);
    expect(missing.code).toBe(2);
    await writeFile(join(folder, "ragged.csv"), "date,temperature,rain\n1,2,3\n1,2,3,4,5\n");
    const ragged = await unroll(folder, ["train", "--set", "data.path=ragged.csv"]);
    expect(ragged.error).toMatch(/^ragged\.csv:3(:\d+)?: error: /);
    expect(ragged.code).toBe(1);
  });

  it("answers 1 when training fails, and says why", async () => {
    const { folder } = await experiment("adding problem", {
      model: { layers: [{ cell: "rnn", hidden: 6, nonlinearity: "relu" }] },
      training: { clip: {}, optimizer: { kind: "sgd", learningRate: 1e12 } },
    });
    const { code, error } = await unroll(folder, ["train"]);
    expect(error).toMatch(/error: The (loss|gradient) became/);
    expect(code).toBe(1);
  });

  it("stops after Ctrl-C with a checkpoint, and goes on with --resume", async () => {
    const { folder } = await experiment("text, state carried", { training: { epochs: 100_000 } });
    const stopped = await unroll(folder, ["train"], { interrupts: [300] });
    expect(stopped.error).toContain("Stopping after this batch");
    expect(stopped.exited).toBeUndefined();
    expect(stopped.code).toBe(0);
    const { runs } = await readRuns(folder);
    expect(runs[0].record.state).toBe("stopped");
    expect(stopped.out).toContain(`unroll train --resume ${runs[0].record.id}`);
    const epochs = `training.epochs=${runs[0].record.epoch + 2}`;
    const resumed = await unroll(folder, ["train", "--resume", "latest", "--set", epochs]);
    expect(resumed.error).not.toContain("error");
    expect(resumed.code).toBe(0);
    expect((await readRuns(folder)).runs).toHaveLength(1);
  });

  it("ends at once after a second Ctrl-C", async () => {
    const { folder } = await experiment("text, state carried", { training: { epochs: 100_000 } });
    // Both before the event loop turns, so that the first cannot have had its effect.
    const { exited } = await unroll(folder, ["train"], { interrupts: [200, 200] });
    expect(exited).toBe(130);
  });
});

describe("unroll runs", () => {
  it("says when there are none", async () => {
    expect((await unroll(await temporaryFolder(), ["runs"])).out).toMatch(/No runs in/);
  });

  it("lists those of every config below, as a table and as JSON, and reports damaged ones", async () => {
    const folder = await trained("adding problem", { training: { epochs: 1 } });
    await unroll(folder, ["train", "--set", "training.epochs=2"]);
    const table = await unroll(join(folder, ".."), ["runs", folder]);
    expect(table.code).toBe(0);
    const lines = table.out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^id +name +state +network/);
    expect(lines[1]).toMatch(
      /adding problem 2 +finished +lstm 5 \+ gru 4, [\d,]+ parameters +2\/2/,
    );
    expect(lines[2]).toMatch(/adding problem +finished .* 1\/1/);
    const { runs } = await readRuns(folder);
    await writeFile(join(runs[1].folder, "run.json"), "{");
    const { out, error } = await unroll(folder, ["runs", "--json"]);
    expect(jsonLines(out)).toMatchObject([
      { name: "adding problem 2", config: join(folder, "unroll.json") },
    ]);
    expect(error).toMatch(/^skipped .*damaged/);
  });
});

describe("snapshots on the command line", () => {
  it("are listed, and traced by the number of updates", async () => {
    const training = { epochs: 1, snapshots: { everyUpdates: 3 } };
    const folder = await trained("adding problem", { training });
    expect((await unroll(folder, ["runs"])).out).toMatch(/ 3, updates 0 to 6\n/);
    const [listed] = jsonLines((await unroll(folder, ["runs", "--json"])).out);
    expect(listed).toMatchObject({ snapshots: [0, 3, 6] });
    const trace = (...more: string[]) =>
      unroll(folder, ["trace", "latest", "--example", "validation:0", ...more]);
    const { code, out } = await trace("--at-update", "3");
    expect(code).toBe(0);
    expect(out).toMatch(/^adding problem, snapshot of update 3: /);
    const missing = await trace("--at-update", "4");
    expect(missing.code).toBe(1);
    expect(missing.error).toContain("the nearest are those of 3 and 6");
    for (const wrong of [
      ["--at-update", "-1"],
      ["--at-update", "three"],
      ["--at-update", "3", "--checkpoint", "best"],
    ]) {
      expect((await trace(...wrong)).code, wrong.join(" ")).toBe(2);
    }
  });
});

describe("naming a run", () => {
  it("takes an id, its beginning, a name, a folder or latest, and refuses what is not one run", async () => {
    const folder = await trained("text, state carried", { training: { epochs: 1 } });
    await unroll(folder, ["train", "--set", "training.epochs=1"]);
    const [second, first] = (await readRuns(folder)).runs;
    const generate = (run: string) => unroll(folder, ["generate", run, "--length", "3"]);
    for (const name of [
      first.record.id,
      first.record.name,
      first.folder,
      "latest",
      second.record.name,
    ]) {
      expect(await generate(name), name).toMatchObject({ code: 0 });
    }
    const ambiguous = await generate(first.record.id.slice(0, 4));
    expect(ambiguous.error).toMatch(/may be any of 2 runs/);
    expect(ambiguous.code).toBe(1);
    expect((await generate("nothing")).error).toMatch(/No run is called "nothing"/);
    expect((await unroll(await temporaryFolder(), ["generate", "latest"])).error).toMatch(
      /There are no runs/,
    );
  });
});

describe("unroll generate", () => {
  it("writes the same text for the same seed", async () => {
    const folder = await trained("text, state carried", { training: { epochs: 2 } });
    const write = (...more: string[]) =>
      unroll(folder, ["generate", "latest", "--prompt", "the ", "--length", "40", ...more]);
    const [first, again, other] = [
      await write(),
      await write(),
      await write("--seed", "2", "--temperature", "5"),
    ];
    expect(first.code).toBe(0);
    expect(first.out).toMatch(/^the /);
    expect(again.out).toBe(first.out);
    expect(other.out).not.toBe(first.out);
  });
});

describe("unroll forecast", () => {
  it("writes CSV in the table's units", async () => {
    const folder = await trained("table", { data: { inputs: ["temperature"] } });
    const { code, out, error } = await unroll(folder, ["forecast", "latest", "--steps", "3"]);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    const [header, ...rows] = out.trimEnd().split("\n");
    expect(header).toMatch(/^step,/);
    expect(rows).toHaveLength(3);
    for (const row of rows)
      expect(row.split(",").every((cell) => Number.isFinite(Number(cell)))).toBe(true);
  });
});

describe("a run that cannot do what is asked", () => {
  it("says so, and answers 1", async () => {
    const folder = await trained("table", { training: { epochs: 1 } });
    const forecast = await unroll(folder, ["forecast", "latest", "--steps", "3"]);
    expect(forecast.error).toMatch(/"rain" is an input that it does not predict/);
    expect(forecast.code).toBe(1);
    const generate = await unroll(folder, ["generate", "latest"]);
    expect(generate.error).toMatch(/is not a language model/);
    expect(generate.code).toBe(1);
  });
});

describe("unroll trace", () => {
  it("shows what the network made of a text, step by step, and saves the whole trace", async () => {
    const folder = await trained("text, state carried", { training: { epochs: 1 } });
    const { code, out } = await unroll(folder, [
      "trace",
      "latest",
      "--input",
      "the cat",
      "--out",
      "t.safetensors",
    ]);
    expect(code).toBe(0);
    expect(out.split("\n").filter((line) => /^ *\d+ /.test(line))).toHaveLength(7);
    const { tensors, metadata } = decodeSafetensors(await readFile(join(folder, "t.safetensors")));
    expect(metadata["unroll.trace"]).toBe("1");
    expect(tensors.get("layers.0.forward.h")?.shape).toEqual([7, 1, 5]);
    expect(tensors.has("grad.layers.0.forward.c")).toBe(true);
  });

  it("reads the input from a file when there is one of that name", async () => {
    const folder = await trained("text, state carried", { training: { epochs: 1 } });
    await writeFile(join(folder, "input.txt"), "the dog");
    const [typed, read] = [
      await unroll(folder, ["trace", "latest", "--input", "the dog"]),
      await unroll(folder, ["trace", "latest", "--input", "input.txt"]),
    ];
    expect(read.out.split("\n").slice(1)).toEqual(typed.out.split("\n").slice(1));
  });

  it("saves what the gradient instruments find, beside the trace", async () => {
    const folder = await trained("table");
    const args = ["trace", "latest", "--example", "training:0", "--jacobians", "--saliency", "3"];
    expect(await unroll(folder, args)).toMatchObject({ code: 2 });
    expect(await unroll(folder, [...args, "--out", "t.safetensors"])).toMatchObject({ code: 0 });
    const bytes = new Uint8Array(await readFile(join(folder, "t.safetensors")));
    const { tensors } = decodeSafetensors(bytes);
    const shapes = [
      "jacobian.layers.0.forward.h",
      "jacobian.layers.0.forward.state",
      "saliency.integrated",
    ].map((name) => tensors.get(name)?.shape);
    expect(shapes).toEqual([
      [8, 5],
      [8, 10],
      [8, 1, 2],
    ]);
    expect(tensors.has("jacobian.layers.1.forward.state")).toBe(false);
  });

  it("takes an example of the data", async () => {
    const folder = await trained("table", { training: { epochs: 1 } });
    const example = ["trace", "latest", "--example", "validation:0"];
    const { code, out, error } = await unroll(folder, example);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toMatch(/temperature/);
    expect(await unroll(folder, ["trace", "latest"])).toMatchObject({ code: 2 });
    expect(await unroll(folder, ["trace", "latest", "--example", "validation"])).toMatchObject({
      code: 2,
    });
  });
});

describe("unroll convert", () => {
  it("writes a trained run for other programs, with its vocabulary beside it", async () => {
    const folder = await trained("text, state carried");
    const { code, out } = await unroll(folder, ["convert", "latest", "model.onnx"]);
    expect(code).toBe(0);
    expect(out).toBe("Wrote model.onnx\nWrote model.vocabulary.json\n");
    const vocabulary = JSON.parse(await readFile(join(folder, "model.vocabulary.json"), "utf8"));
    expect(vocabulary.tokens.length).toBeGreaterThan(1);
  });

  it("reads what it wrote as a model file", async () => {
    const folder = await trained("text, state carried");
    await unroll(folder, ["convert", "latest", "model.safetensors"]);
    const { code, out } = await unroll(folder, ["convert", "model.safetensors", "again.py"]);
    expect(code).toBe(0);
    expect(out).toBe("Wrote again.py\nWrote again.pt\n");
  });

  it("refuses an ending that it does not know", async () => {
    const folder = await trained("text, state carried");
    const { code, error } = await unroll(folder, ["convert", "latest", "model.h5"]);
    expect(code).toBe(1);
    expect(error).toContain("Give it one of these endings: .safetensors, .pt, .pth, .onnx, .py.");
    expect(await readdir(folder)).not.toContain("model.h5");
  });
});
