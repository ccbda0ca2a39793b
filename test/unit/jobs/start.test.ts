/** A training that begins with the weights of a model that was trained elsewhere. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/validate.ts";
import { UserError } from "../../../src/config/problem.ts";
import { referenceKernels } from "../../../src/engine/kernels/reference.ts";
import { createModel, type Model, type ModelSpec } from "../../../src/engine/model.ts";
import { createRandom } from "../../../src/engine/rng.ts";
import { inspect } from "../../../src/jobs/inspect.ts";
import { train } from "../../../src/jobs/train.ts";
import { prepareTraining } from "../../../src/jobs/trainingSetup.ts";
import type { ModelNetwork } from "../../../src/models/modelContents.ts";
import { writeModel } from "../../../src/models/write/writeModel.ts";
import { readCheckpoint } from "../../../src/runs/checkpoint.ts";
import { networkOf } from "../../golden/written/networks.ts";
import { temporaryFolder } from "./temporaryFolder.ts";
import { experiment, type ConfigChanges, type Kind } from "./trainingFixture.ts";

const kernels = referenceKernels("float32");
const createKernels = () => kernels;

/** What the fixture's "adding problem" trains, with other weights than its seed draws. */
function elsewhere(changes: Partial<ModelSpec> = {}): Model {
  const spec: ModelSpec = {
    input: { kind: "dense", size: 2 },
    layers: [
      { cell: "lstm", hidden: 5 },
      { cell: "gru", hidden: 4, reset: "after" },
    ],
    initialization: { input: "uniform", recurrent: "uniform", forgetBias: 3 },
    output: { size: 1, at: "last-step" },
    loss: "mean-squared-error",
    ...changes,
  };
  return createModel(spec, { kernels, random: createRandom(99) });
}

interface Start {
  readonly network: ModelNetwork;
  readonly file?: string;
  readonly kind?: Kind;
  readonly start?: Readonly<Record<string, unknown>>;
  readonly changes?: ConfigChanges;
}

async function requestWith({ network, file = "model.pt", kind, start, changes = {} }: Start) {
  const training = { ...changes.training, start: { from: file, ...start } };
  const request = await experiment(kind, { ...changes, training });
  await mkdir(dirname(join(request.folder, file)), { recursive: true });
  const [{ bytes }] = writeModel(network, file, { naming: "module", from: "" });
  await writeFile(join(request.folder, file), bytes);
  return request;
}

const weightsOf = ({ parameters }: Pick<Model, "parameters">) =>
  Object.fromEntries(parameters.map(({ name, value }) => [name, [...value]]));

async function refusalOf(start: Start): Promise<UserError> {
  const error: unknown = await prepareTraining(await requestWith(start), createKernels).catch(
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error(`It was not refused: ${String(error)}`);
}

describe("starting from a model file", () => {
  for (const file of ["model.pt", "model.safetensors", "model.onnx", "deeper/model.pth"]) {
    it(`begins with its weights, to the last bit: ${file}`, async () => {
      const model = elsewhere();
      const request = await requestWith({ network: networkOf(model), file });
      const { trainer, startWarnings } = await prepareTraining(request, createKernels);
      expect(weightsOf(trainer.model)).toEqual(weightsOf(model));
      expect(startWarnings).toEqual([]);
    });
  }

  it("trains on from there, and goes on without the file once it has begun", async () => {
    const request = await requestWith({
      network: networkOf(elsewhere()),
      changes: { training: { optimizer: { kind: "sgd", learningRate: 1e-30 }, epochs: 1 } },
    });
    const { runFolder, state } = await train({ ...request, createKernels });
    expect(state).toBe("finished");
    const { parameters } = await readCheckpoint(runFolder, "last");
    const found = [...parameters].map(([name, { data }]) => [name, [...data]]);
    expect(Object.fromEntries(found)).toEqual(weightsOf(elsewhere()));
  });

  it("takes biases that the file leaves out as zero", async () => {
    const whole = networkOf(elsewhere());
    const parameters = whole.parameters.filter(({ name }) => !name.startsWith("bias_"));
    const request = await requestWith({ network: { ...whole, parameters } });
    const { trainer } = await prepareTraining(request, createKernels);
    expect(weightsOf(trainer.model).bias_ih_l0.every((bias) => bias === 0)).toBe(true);
    expect(weightsOf(trainer.model).weight_ih_l0).toEqual(weightsOf(elsewhere()).weight_ih_l0);
  });
});

describe("starting from a run", () => {
  it("begins with the weights of its checkpoint", async () => {
    const first = await experiment("text, state carried", { training: { epochs: 1 } });
    const { runFolder } = await train({ ...first, createKernels });
    const from = runFolder.slice(first.folder.length + 1);
    const { text, ...rest } = first;
    const config: { training: object } = JSON.parse(text) as { training: object };
    const start = { from, checkpoint: "last" };
    const changed = JSON.stringify({ ...config, training: { ...config.training, start } });
    const { trainer } = await prepareTraining({ ...rest, text: changed }, createKernels);
    const { parameters } = await readCheckpoint(runFolder, "last");
    const found = [...parameters].map(([name, { data }]) => [name, [...data]]);
    expect(weightsOf(trainer.model)).toEqual(Object.fromEntries(found));
  });

  it("refuses one that was trained on other tokens, though there are as many", async () => {
    const first = await experiment("text, state carried", { training: { epochs: 1 } });
    const { runFolder } = await train({ ...first, createKernels });
    const words = "the cat sat on the mat and the dog ran to the log while a bird sang in the fog ";
    // As many letters, and others: the alphabet backwards.
    const other = words
      .repeat(6)
      .replaceAll(/[a-z]/g, (letter) => String.fromCodePoint(219 - (letter.codePointAt(0) ?? 0)));
    await writeFile(join(first.folder, "text.txt"), other);
    const from = runFolder.slice(first.folder.length + 1);
    const config: { training: object } = JSON.parse(first.text) as { training: object };
    const text = JSON.stringify({ ...config, training: { ...config.training, start: { from } } });
    await expect(prepareTraining({ ...first, text }, createKernels)).rejects.toThrow(
      "it was trained on other tokens than those of this data",
    );
  });
});

describe("weights that do not fit", () => {
  it("are refused at the key of the layer that is another one", async () => {
    const changes: readonly [Partial<ModelSpec>, readonly (string | number)[], string][] = [
      [
        {
          layers: [
            { cell: "gru", hidden: 5, reset: "after" },
            { cell: "gru", hidden: 4, reset: "after" },
          ],
        },
        ["model", "layers", 0, "cell"],
        'its layer 0 has "cell": "gru", and this config has "lstm"',
      ],
      [
        {
          layers: [
            { cell: "lstm", hidden: 5 },
            { cell: "gru", hidden: 3, reset: "after" },
          ],
        },
        ["model", "layers", 1, "hidden"],
        'its layer 1 has "hidden": 3, and this config has 4',
      ],
      [{ layers: [{ cell: "lstm", hidden: 5 }] }, ["model", "layers", 1], "it has no layer 1"],
      [
        {
          layers: [
            { cell: "lstm", hidden: 5, projection: 2 },
            { cell: "gru", hidden: 4, reset: "after" },
          ],
        },
        ["model", "layers", 0, "projection"],
        '"projection": 2, and this config has none',
      ],
      [
        { input: { kind: "dense", size: 3 } },
        ["training", "start", "from"],
        "it reads 3 numbers at each step, and here are 2",
      ],
      [
        { output: { size: 6, at: "last-step" } },
        ["training", "start", "from"],
        "it puts out 6 numbers, and this data needs 1",
      ],
    ];
    for (const [change, path, reason] of changes) {
      const { message, details } = await refusalOf({ network: networkOf(elsewhere(change)) });
      expect(message).toContain(reason);
      expect(details).toMatchObject({
        path,
        advice: expect.stringContaining('"only": "matching"') as string,
      });
    }
  });

  it("are refused where the same shapes mean something else: a reset gate before the product", async () => {
    const layers: ModelSpec["layers"] = [
      { cell: "lstm", hidden: 5 },
      { cell: "gru", hidden: 4, reset: "before" },
    ];
    const { message, details } = await refusalOf({
      network: networkOf(elsewhere({ layers })),
      file: "model.onnx",
    });
    expect(message).toContain('its layer 1 has "reset": "before", and this config has "after"');
    expect(details.path).toEqual(["model", "layers", 1, "reset"]);
  });

  it("begin as they are drawn where only what matches is asked for, and it is said", async () => {
    const model = elsewhere({ output: { size: 6, at: "last-step" } });
    const network = networkOf(model);
    const request = await requestWith({ network, start: { only: "matching" } });
    const { trainer, startWarnings } = await prepareTraining(request, createKernels);
    const drawn = await prepareTraining(await experiment(), createKernels);
    const [own, theirs, first] = [trainer.model, model, drawn.trainer.model].map(weightsOf);
    expect(own.weight_hh_l1).toEqual(theirs.weight_hh_l1);
    expect(own["output.weight"]).toEqual(first["output.weight"]);
    expect(startWarnings).toEqual([
      {
        path: ["training", "start", "only"],
        message:
          "8 of 10 parameters are those of model.pt. As they are drawn begin output.weight, output.bias: it puts out 6 numbers, and this data needs 1.",
      },
    ]);
  });

  it("are refused even so where nothing matches", async () => {
    const layers: ModelSpec["layers"] = [{ cell: "rnn", hidden: 9, nonlinearity: "tanh" }];
    const network = networkOf(elsewhere({ layers, output: { size: 3, at: "last-step" } }));
    const { details } = await refusalOf({ network, start: { only: "matching" } });
    expect(details.advice).toContain("Nothing of it fits");
  });
});

describe("a file to start from that cannot be taken", () => {
  const network = networkOf(elsewhere());
  const from = ["training", "start", "from"];

  it("is one outside the workspace, through a symbolic link too", async () => {
    const { message, details } = await refusalOf({ network, start: { from: "../model.pt" } });
    expect(message).toContain("leads outside the workspace");
    expect(details.path).toEqual(from);
    const outside = await temporaryFolder({ "secret.pt": "secret" });
    const request = await requestWith({ network, start: { from: "link/secret.pt" } });
    await symlink(outside, join(request.folder, "link"));
    await expect(prepareTraining(request, createKernels)).rejects.toThrow(
      "leads outside the workspace",
    );
  });

  it("is one that is not there, and one that is no model", async () => {
    const gone = await refusalOf({ network, start: { from: "gone.pt" } });
    expect(gone.message).toContain("gone.pt: it does not exist");
    expect(gone.details.path).toEqual(from);
    const text = await refusalOf({ network, start: { from: "unroll.json" } });
    expect(text.details.path).toEqual(from);
  });

  it("is marked in the editor before anything is trained", async () => {
    const request = await requestWith({
      network: networkOf(elsewhere({ output: { size: 6, at: "last-step" } })),
    });
    const { problems, parameterCount } = await inspect(request);
    expect(problems).toMatchObject([{ severity: "error", path: from }]);
    expect(parameterCount).toBeGreaterThan(0);
  });
});

const problemsWith = (start: object) =>
  parseConfig(
    JSON.stringify({
      data: { kind: "synthetic", task: "adding" },
      model: { layers: [{ cell: "rnn", hidden: 2 }] },
      training: { start },
    }),
  ).problems.map(({ path, message }) => `${path.join(".")}: ${message}`);

describe("training.start in a config", () => {
  it("takes nothing but what it knows", () => {
    expect(problemsWith({ from: "model.pt", only: "matching", module: "rnn" })).toEqual([]);
    expect(problemsWith({ from: "model.pt", only: "all" })).toHaveLength(1);
    expect(problemsWith({})).toHaveLength(1);
  });
});
