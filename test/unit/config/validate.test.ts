import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/validate.ts";
import { templates } from "../../../src/config/templates.ts";

const text = (data: object, model: object = {}, training: object = {}): string =>
  JSON.stringify({ data, model: { layers: [{ cell: "lstm", hidden: 8 }], ...model }, training });
const book = { kind: "text", path: "book.txt" };
const weather = { kind: "table", path: "w.csv", inputs: ["wind"], targets: ["rain"] };

/** Each problem as `severity "marked characters": message`, as a person would see it. */
function seen(config: string): string[] {
  return parseConfig(config).problems.map(
    ({ severity, offset, length, message }) =>
      `${severity} ${config.slice(offset, offset + length)}: ${message}`,
  );
}

function suggestions(config: string): (string | undefined)[] {
  return parseConfig(config).problems.map(({ suggestion }) => suggestion);
}

describe("a valid config", () => {
  it("gets every default", () => {
    const { config, problems } = parseConfig(text(book));
    expect(problems).toEqual([]);
    expect(config?.training).toMatchObject({
      batch: 32,
      bptt: "full",
      optimizer: { kind: "adam", learningRate: 0.002 },
      validation: { share: 0.1 },
      clip: { norm: 1 },
    });
    expect(config?.model.initialization).toEqual({
      input: "uniform",
      recurrent: "orthogonal",
      forgetBias: 1,
    });
  });

  it("may have comments and trailing commas", () => {
    const config = `{ // what it reads\n "data": { "kind": "text", "path": "a.txt", }, /* and how */
      "model": { "layers": [{ "cell": "gru", "hidden": 3 },] }, }`;
    expect(seen(config)).toEqual([]);
    expect(parseConfig(config).config?.data).toMatchObject({ path: "a.txt" });
  });

  it.each(templates.map((template) => [template.id, template] as const))(
    "is what the template %s holds",
    (_, template) => {
      expect(seen(template.text)).toEqual([]);
      expect(parseConfig(template.text).config).toBeDefined();
    },
  );
});

describe("text that is not JSON", () => {
  it("is refused when empty, with advice", () => {
    for (const empty of ["", "  \n", "// nothing"]) {
      const { config, problems } = parseConfig(empty);
      expect(config).toBeUndefined();
      expect(problems.length).toBeGreaterThan(0);
      expect(problems[0]).toMatchObject({ severity: "error", source: "syntax" });
    }
  });

  it("has several mistakes reported at once, each at its place", () => {
    const config = `{ "data": tru, "model" { }, }`;
    const problems = seen(config);
    expect(problems.some((problem) => problem.startsWith("error tru:"))).toBe(true);
    expect(problems.some((problem) => problem.includes("colon is missing"))).toBe(true);
  });

  it("is marked at its last character when something is missing at the end", () => {
    expect(seen(`{ "data": { "kind": "text"   \n\n`)).toContainEqual(
      'error ": A closing brace } is missing.',
    );
  });

  it("never reports a range outside the text", () => {
    const whole = templates[0].text;
    for (let length = 0; length < whole.length; length += 3) {
      const part = whole.slice(0, length);
      for (const { offset, length: marked } of parseConfig(part).problems) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset + marked).toBeLessThanOrEqual(part.length);
      }
    }
  });

  it("cannot exhaust the parser, however deep it is nested", () => {
    for (const opening of ["[", '{"a":', '{"data":[']) {
      const [problem, ...others] = parseConfig(opening.repeat(100_000)).problems;
      expect(others).toEqual([]);
      expect(problem.message).toContain("inside each other");
    }
    expect(seen(`${"[".repeat(60)}"{[{[${"]".repeat(60)}`)[0]).not.toContain("inside each other");
  });

  it("may not have a key twice in the same object", () => {
    const config = `{ "data": 1, "model": { "layers": [], "layers": [] }, "data": 2 }`;
    const repeated = parseConfig(config).problems.filter(({ source }) => source === "syntax");
    expect(repeated.map(({ path }) => path)).toEqual([["model", "layers"], ["data"]]);
    expect(repeated[1].offset).toBe(config.lastIndexOf('"data"'));
  });
});

describe("an unknown key", () => {
  it("is marked itself, with the nearest key as a quick fix, and not also reported as missing", () => {
    const config = text(book, { layers: [{ cell: "lstm", hiden: 8 }] });
    expect(seen(config)).toEqual([`error "hiden": Unknown key "hiden". Did you mean "hidden"?`]);
    expect(suggestions(config)).toEqual(['"hidden"']);
  });

  it("is told where it belongs when it is valid elsewhere", () => {
    expect(seen(text(book, {}, { learningRate: 0.1 }))).toEqual([
      'error "learningRate": Unknown key "learningRate". It belongs in training.optimizer.',
    ]);
  });

  it("is told what is known when it resembles nothing", () => {
    const [problem] = seen(text({ ...book, zzzzzz: 1 }));
    expect(problem).toContain('Known here: "kind", "path", "level", "lowercase"');
  });

  it("is judged by the branch that its object chose", () => {
    expect(seen(text({ ...book, window: 5 }))[0]).toContain("It belongs in data.");
    expect(seen(text(book, {}, { optimizer: { kind: "sgd", beta1: 0.9 } }))[0]).toContain(
      'Unknown key "beta1"',
    );
  });

  it("may even be __proto__", () => {
    const config = text(book).replace('"data"', '"__proto__": {}, "data"');
    expect(seen(config)[0]).toContain('Unknown key "__proto__"');
  });
});

describe("a wrong value", () => {
  it.each([
    [
      "a misspelt choice",
      text({ ...book, level: "wrod" }),
      `error "wrod": "level" must be "character" or "word", not "wrod". Did you mean "word"?`,
      '"word"',
    ],
    [
      "a misspelt kind",
      text({ kind: "txt", path: "a" }),
      `error "txt": "kind" must be "text", "labelled-text", "labelled-frames", "labelled-sound", "pairs", "table" or "synthetic", not "txt". Did you mean "text"?`,
      '"text"',
    ],
    [
      "a cell that does not exist",
      text(book, { layers: [{ cell: 5, hidden: 1 }] }),
      'error 5: "cell" must be "rnn", "lstm" or "gru", not 5.',
      undefined,
    ],
    [
      "a fraction for a count",
      text(book, {}, { batch: 1.5 }),
      'error 1.5: "batch" must be a whole number above 0, not 1.5.',
      undefined,
    ],
    [
      "a text for a number",
      text(book, { layers: [{ cell: "rnn", hidden: "8" }] }),
      'error "8": "hidden" must be a whole number above 0, not "8".',
      undefined,
    ],
    [
      "a share of everything",
      text(book, {}, { validation: { share: 1 } }),
      'error 1: "share" must be a number from 0 and below 1, not 1.',
      undefined,
    ],
    [
      "zero for bptt",
      text(book, {}, { bptt: 0 }),
      'error 0: "bptt" must be a whole number above 0 or "full", not 0.',
      undefined,
    ],
    [
      "a misspelt word where a number may stand too",
      text(book, {}, { bptt: "fulll" }),
      'error "fulll": "bptt" must be a whole number above 0 or "full", not "fulll". Did you mean "full"?',
      '"full"',
    ],
    [
      "a single layer without its list",
      text(book, { layers: { cell: "rnn", hidden: 1 } }),
      'error {: "layers" must be a list of objects with at least 1 in it, not an object.',
      undefined,
    ],
    [
      "a layer that is a number",
      text(book, { layers: [{ cell: "rnn", hidden: 1 }, 3] }),
      'error 3: Item 2 of "layers" must be an object { … }, not 3.',
      undefined,
    ],
    [
      "null",
      `{"data":{"kind":"text","path":"a"},"model":{"layers":[{"cell":"rnn","hidden":1}]},"training":null}`,
      'error null: "training" must be an object { … }, not null.',
      undefined,
    ],
    [
      "a list for the whole config",
      "[]",
      "error [: The config must be an object { … }, not an empty list.",
      undefined,
    ],
  ])("%s is marked, with what is allowed", (_, config, problem, suggestion) => {
    expect(seen(config)).toEqual([problem]);
    expect(suggestions(config)).toEqual([suggestion]);
    expect(parseConfig(config).config).toBeUndefined();
  });
});

describe("a missing key", () => {
  it("is marked at the key of the object that lacks it, with what to add", () => {
    const config = text({ kind: "text" });
    const [problem] = seen(config);
    expect(problem).toContain(
      'error "data": "path" is missing. Add "path": a text or a list of texts',
    );
    expect(parseConfig(config).problems[0].path).toEqual(["data", "path"]);
  });

  it("is marked at the opening brace of a list's item", () => {
    const config = text(book, { layers: [{ cell: "gru" }] });
    expect(seen(config)).toEqual([
      'error {: "hidden" is missing. Add "hidden": a whole number above 0. Units in the hidden state, H.',
    ]);
    expect(parseConfig(config).problems[0].offset).toBe(config.indexOf('{"cell"'));
  });

  it("lists the choices when it decides what the object is", () => {
    const [problem, ...others] = seen(text(book, {}, { optimizer: { learningRate: 1 } }));
    expect(problem).toMatch(
      /^error "optimizer": "kind" is missing\. Add "kind": one of "sgd", "adam",.* or "\w+"\.$/,
    );
    expect(others).toEqual([]);
  });

  it("is marked at the beginning for the whole config", () => {
    expect(seen("{}").map((problem) => problem.slice(0, 30))).toEqual([
      'error {: "data" is missing. Ad',
      'error {: "model" is missing. A',
    ]);
  });
});

describe("what is allowed but cannot work, or does nothing", () => {
  it.each([
    [
      "an embedding of numbers",
      text(weather, { embedding: 8 }),
      'error "embedding"',
      "numbers already",
    ],
    [
      "an embedding of a task of numbers",
      text({ kind: "synthetic", task: "adding" }, { embedding: 8 }),
      'error "embedding"',
      "numbers already",
    ],
    [
      "a condition of texts that are only classified",
      text({ kind: "labelled-text", path: "mail.csv", condition: "initial-state" }),
      'warning "condition"',
      '"predict": "text"',
    ],
    [
      "a class that is read at every step of its text",
      text({ kind: "labelled-text", path: "m.csv", predict: "text", condition: "every-step" }),
      'error "every-step"',
      "first-step",
    ],
    [
      "texts that are written and read backwards",
      text(
        { kind: "labelled-text", path: "m.csv", predict: "text" },
        { layers: [{ cell: "gru", hidden: 2, bidirectional: true }] },
      ),
      "error true",
      "the very text",
    ],
    [
      "identity in a gated layer",
      text(book, { initialization: { recurrent: "identity" } }),
      'warning "identity"',
      "LSTM",
    ],
    [
      "identity that one gated layer asks for itself",
      text(book, {
        layers: [
          { cell: "rnn", hidden: 2, initialization: { recurrent: "identity" } },
          { cell: "gru", hidden: 2, initialization: { recurrent: "identity" } },
        ],
      }),
      'warning "identity"',
      "GRU",
    ],
    [
      "a forget bias of a layer that has no forget gate",
      text(book, { layers: [{ cell: "gru", hidden: 2, initialization: { forgetBias: 2 } }] }),
      'error "forgetBias"',
      "forgetBias",
    ],
    [
      "a condition where every step is read",
      text({ kind: "synthetic", task: "adding", condition: "every-step" }),
      'warning "condition"',
      "one step becomes many",
    ],
    [
      "recomputation of a network that reads backwards",
      text(
        { kind: "synthetic", task: "parity" },
        { layers: [{ cell: "gru", hidden: 2, bidirectional: true }] },
        { recompute: true },
      ),
      "error true",
      "begins at the end",
    ],
    [
      "recomputation of frames whose labels have no places",
      text({ kind: "labelled-frames", path: "f.jsonl" }, {}, { recompute: true }),
      "error true",
      "a whole sequence at once",
    ],
    [
      "a table of frames that does not say what is learnt",
      text({ kind: "labelled-frames", path: "f.csv" }),
      'error "f.csv"',
      '"predict": "label"',
    ],
    [
      "a label among the inputs",
      text({ kind: "labelled-frames", path: "f.csv", predict: "label", inputs: ["x", "label"] }),
      'error "label"',
      "gives the answer away",
    ],
    [
      "a name among the inputs",
      text({ kind: "labelled-frames", path: "f.csv", predict: "label", inputs: ["sequence"] }),
      'error "sequence"',
      "only names things",
    ],
    [
      "an input that is listed twice",
      text({ kind: "labelled-frames", path: "f.csv", predict: "label", inputs: ["x", "x"] }),
      'error "x"',
      "listed twice",
    ],
    [
      "a table of frames with a key for its frames",
      text({ kind: "labelled-frames", path: "f.csv", predict: "label", frames: "x" }),
      'warning "frames"',
      "every row is a frame",
    ],
    [
      "a column of sequences in JSON Lines",
      text({ kind: "labelled-frames", path: "f.jsonl", sequence: "id" }),
      'warning "sequence"',
      "every line is a sequence",
    ],
    [
      "a level of classes",
      text({ kind: "labelled-frames", path: "f.jsonl", predict: "label", level: "word" }),
      'warning "level"',
      "A class is one name",
    ],
    [
      "CTC for classes of frames",
      text(
        { kind: "labelled-frames", path: "f.jsonl", predict: "each-frame" },
        {},
        { loss: { kind: "ctc" } },
      ),
      'error "ctc"',
      'leave "loss" out',
    ],
    [
      "a squared error for classes of sequences",
      text(
        { kind: "labelled-frames", path: "f.jsonl", predict: "label" },
        {},
        { loss: { kind: "mean-squared-error" } },
      ),
      'error "mean-squared-error"',
      'take "cross-entropy"',
    ],
    [
      "pooling of classes of frames",
      text(
        { kind: "labelled-frames", path: "f.jsonl", predict: "each-frame" },
        { pooling: { kind: "attention" } },
      ),
      'error "pooling"',
      "an answer at every step",
    ],
    [
      "an embedding of frames",
      text({ kind: "labelled-frames", path: "f.jsonl", predict: "label" }, { embedding: 4 }),
      'error "embedding"',
      "numbers already",
    ],
    [
      "sound that is to be read as frames",
      text({ kind: "labelled-frames", path: "a.wav", predict: "label" }),
      'error "a.wav"',
      '"labelled-sound"',
    ],
    [
      "a single recording",
      text({ kind: "labelled-sound", path: "a.wav" }),
      'error "a.wav"',
      "nothing to learn from",
    ],
    [
      "a transcript out of folders",
      text({ kind: "labelled-sound", path: "voices", predict: "transcript" }),
      'error "transcript"',
      "name an index",
    ],
    [
      "columns of folders",
      text({ kind: "labelled-sound", path: "voices", group: "who" }),
      'warning "group"',
      "only an index",
    ],
    [
      "words of a class of sound",
      text({ kind: "labelled-sound", path: "voices", level: "word" }),
      'warning "level"',
      "A class is one name",
    ],
    [
      "more coefficients than bands",
      text({
        kind: "labelled-sound",
        path: "v",
        features: { kind: "mfcc", bands: 10, coefficients: 13 },
      }),
      "error 13",
      "10 bands",
    ],
    [
      "bands that end before they begin",
      text({
        kind: "labelled-sound",
        path: "v",
        features: { kind: "log-mel", lowestHz: 500, highestHz: 400 },
      }),
      "error 400",
      "above that",
    ],
    [
      "frames with gaps between them",
      text({ kind: "labelled-sound", path: "v", features: { kind: "log-mel", hopMs: 50 } }),
      "warning 50",
      "leave gaps",
    ],
    [
      "coefficients of plain bands",
      text({
        kind: "labelled-sound",
        path: "v",
        features: { kind: "log-mel", coefficients: 13 },
      }),
      'error "coefficients"',
      "coefficients",
    ],
    [
      "updates within sequences that are not cut",
      text(book, {}, { updateEverySteps: 4 }),
      'error "updateEverySteps"',
      "no windows that could overlap",
    ],
    [
      "updates further apart than gradients travel",
      text(book, {}, { bptt: 8, updateEverySteps: 10 }),
      "error 10",
      "of every 10 steps 2 would teach nothing",
    ],
    [
      "a projection that is none",
      text(book, { layers: [{ cell: "lstm", hidden: 8, projection: 8 }] }),
      "error 8",
      "narrower than the 8 units",
    ],
    [
      "a residual layer whose projection does not fit",
      text(book, {
        layers: [
          { cell: "gru", hidden: 8 },
          { cell: "lstm", hidden: 8, projection: 4, residual: true },
        ],
      }),
      "error true",
      "reads 8 numbers and hands on 4",
    ],
    [
      "normalization of one unit",
      text(book, { layers: [{ cell: "gru", hidden: 1, layerNorm: true }] }),
      "error true",
      "always 0",
    ],
    [
      "a forget bias without a forget gate",
      text(book, { layers: [{ cell: "gru", hidden: 2 }], initialization: { forgetBias: 2 } }),
      'warning "forgetBias"',
      "no LSTM",
    ],
    [
      "a target that is read in the same row",
      text({ ...weather, inputs: ["wind", "rain"], horizon: 0 }),
      'warning "rain"',
      "leaks",
    ],
    [
      "a target that is worked out from what is read in the same row",
      text({
        ...weather,
        derived: [{ kind: "absolute", name: "size", of: "wind" }],
        targets: ["size"],
        horizon: 0,
      }),
      'warning "size"',
      'already reads "wind"',
    ],
    [
      "a derived column from one further down",
      text({
        ...weather,
        derived: [
          { kind: "absolute", name: "size", of: "change" },
          { kind: "difference", name: "change", of: "wind" },
        ],
        inputs: ["size"],
      }),
      'error "change"',
      'Move it above "size"',
    ],
    [
      "a derived column from itself",
      text({ ...weather, derived: [{ kind: "absolute", name: "wind", of: "wind" }] }),
      'error "wind"',
      "from itself",
    ],
    [
      "two derived columns of one name",
      text({
        ...weather,
        derived: [
          { kind: "absolute", name: "x", of: "wind" },
          { kind: "difference", name: "x", of: "wind" },
        ],
        inputs: ["x"],
      }),
      'error "x"',
      "already",
    ],
    [
      "a derived column that nobody reads",
      text({ ...weather, derived: [{ kind: "absolute", name: "size", of: "wind" }] }),
      'warning "name"',
      'Nothing reads "size"',
    ],
    [
      "what a layer that reads backwards sees of the answer, in another form",
      text(
        {
          ...weather,
          derived: [{ kind: "difference", name: "change", of: "rain" }],
          inputs: ["change"],
        },
        { layers: [{ cell: "gru", hidden: 2, bidirectional: true }] },
      ),
      "error true",
      "leaks",
    ],
    [
      "tunes folded to lower case",
      text({ ...book, notation: "abc", lowercase: true }),
      "error true",
      "an octave above",
    ],
    [
      "tunes read as words",
      text({ ...book, notation: "abc", level: "word" }),
      'warning "word"',
      "no words",
    ],
    ["a window of one step", text({ ...weather, window: 1 }), "warning 1", "nothing to remember"],
    [
      "a window that the shape ignores",
      text({ ...weather, shape: "one-to-one", window: 9 }),
      'warning "window"',
      "no effect",
    ],
    ["a column twice", text({ ...weather, inputs: ["a", "b", "a"] }), 'error "a"', "twice"],
    ["a date as an input", text({ ...weather, time: "wind" }), 'warning "wind"', "names the rows"],
    ["bptt beyond the window", text(weather, {}, { bptt: 51 }), "warning 51", "a window has 50"],
    [
      "bptt beyond a copy task, whose length is only its delay",
      text({ kind: "synthetic", task: "copy", length: 30 }, {}, { bptt: 51 }),
      "warning 51",
      "has 50",
    ],
    [
      "a state that is never carried",
      text(weather, {}, { carryState: false }),
      'warning "carryState"',
      "nothing to carry",
    ],
    [
      "early stopping without validation",
      text(book, {}, { validation: { share: 0 }, earlyStopping: { patience: 2 } }),
      "error {",
      '"validation.share" is 0',
    ],
    [
      "relu without clipping",
      text(book, { layers: [{ cell: "rnn", hidden: 2, nonlinearity: "relu" }] }, { clip: {} }),
      "warning {",
      "explode",
    ],
    ["an absolute path", text({ ...book, path: "/etc/passwd" }), 'error "/etc/passwd"', "relative"],
    ["a drive", text({ ...book, path: ["a", "C:\\b.txt"] }), 'error "C:\\\\b.txt"', "relative"],
    [
      "a task too short to make sense",
      text({ kind: "synthetic", task: "temporal-order", length: 5 }),
      "error 5",
      "at least 10",
    ],
  ])("%s", (_, config, marked, reason) => {
    const problems = seen(config);
    expect(problems).toHaveLength(1);
    expect(problems[0].startsWith(marked), problems[0]).toBe(true);
    expect(problems[0]).toContain(reason);
    const isError = marked.startsWith("error");
    expect(parseConfig(config).config === undefined).toBe(isError);
  });

  it("says nothing about defaults that nobody wrote", () => {
    expect(seen(text(weather))).toEqual([]);
    expect(seen(text({ ...weather, shape: "one-to-one" }))).toEqual([]);
    expect(seen(text(book, { layers: [{ cell: "gru", hidden: 2 }] }))).toEqual([]);
    expect(seen(text(weather, {}, { bptt: 50 }))).toEqual([]);
  });
});
