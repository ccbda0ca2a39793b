/** Whole debug sessions, as a person would have them. Their transcripts are in `transcripts/`. */
import { connect, initializeArguments, type TestClient } from "./client.ts";
import { smallDebuggee, tableFile, textFile, type Small } from "./smallDebuggee.ts";

export interface Scenario {
  readonly name: string;
  readonly small: Small;
  readonly play: (client: TestClient) => Promise<void>;
}

const lstm = { cell: "lstm", hidden: 3 } as const;
const thread = { threadId: 1 };

export async function playScenario({ small, play }: Scenario): Promise<TestClient["log"]> {
  const client = connect(smallDebuggee(small).debuggee);
  await play(client);
  await client.request("disconnect", {});
  client.dispose();
  return client.log;
}

/** Up to the first stop; breakpoints are set by `configure`, as an editor does it. */
async function start(
  client: TestClient,
  configuration: object = {},
  configure: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  await client.request("initialize", initializeArguments);
  await client.request("launch", configuration);
  await client.event("initialized");
  await configure();
  await client.request("configurationDone");
  await client.event("stopped");
}

async function move(client: TestClient, command: string, given: object = {}): Promise<void> {
  await client.request(command, { ...thread, ...given });
  await client.event("stopped");
}

interface Named {
  readonly name: string;
  readonly variablesReference: number;
}

/** Opens the scopes of a frame, or those that are named. */
async function look(client: TestClient, frameId = 1, ...wanted: string[]): Promise<Named[]> {
  const { scopes } = await client.request("scopes", { frameId });
  const opened: Named[] = [];
  for (const { name, variablesReference } of scopes as Named[]) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { variables } = await client.request("variables", { variablesReference });
    opened.push({ name, variablesReference }, ...(variables as Named[]));
  }
  return opened;
}

function find(items: readonly Named[], name: string): Named {
  const item = items.find((each) => each.name === name);
  if (!item)
    throw new Error(`"${name}" is not among ${items.map((each) => each.name).join(", ")}.`);
  return item;
}

const failing = (request: Promise<unknown>): Promise<unknown> => request.catch(() => undefined);

const stepsThroughCell: Scenario = {
  name: "lstm-text-step-into-the-cell",
  small: { layers: [lstm], data: "text" },
  async play(client) {
    await start(client);
    await client.request("threads");
    await client.request("stackTrace", thread);
    await look(client);
    await move(client, "next");
    for (let subStep = 0; subStep < 4; subStep++) await move(client, "stepIn");
    await client.request("stackTrace", thread);
    const items = await look(client, 1, "Candidate", "State", "Gates", "Output");
    const { variablesReference } = find(items, "i");
    await client.request("variables", { variablesReference, filter: "named" });
    await client.request("variables", {
      variablesReference,
      filter: "indexed",
      start: 1,
      count: 2,
    });
    await move(client, "next");
    await look(client, 1, "Cell state");
    await move(client, "stepBack");
    await move(client, "stepOut");
    await move(client, "stepOut");
    await move(client, "stepBack");
  },
};

const goesBack: Scenario = {
  name: "lstm-text-through-the-loss-and-back",
  small: { layers: [lstm], data: "text" },
  async play(client) {
    await start(client);
    await move(client, "continue");
    await client.request("stackTrace", thread);
    await move(client, "next");
    await look(client, 1, "Gradients");
    await move(client, "next");
    await move(client, "stepIn");
    await look(client, 1, "Gradient of the output");
    await move(client, "stepIn");
    await look(client, 1, "Gradient of the hidden state", "Gradients");
    await move(client, "stepIn");
    await move(client, "stepIn");
    await look(client, 1, "Gradient of the cell state");
    await move(client, "stepOut");
    await move(client, "reverseContinue");
    await move(client, "reverseContinue");
    await move(client, "continue");
    await move(client, "continue");
    await client.request("continue", thread);
    await client.event("terminated");
  },
};

const bidirectional: Scenario = {
  name: "gru-bidirectional-stacked-text",
  small: {
    layers: [
      { cell: "gru", hidden: 2, reset: "after", bidirectional: true },
      { cell: "gru", hidden: 3, reset: "before" },
    ],
    data: "text",
  },
  async play(client) {
    await start(client);
    await move(client, "next");
    await client.request("stackTrace", thread);
    await client.request("stackTrace", { ...thread, startFrame: 1, levels: 1 });
    await look(client, 3, "Input", "State", "Gates", "Gradients", "Weights");
    await client.request("stepInTargets", { frameId: 1 });
    await move(client, "stepIn", { targetId: 6 });
    await client.request("stackTrace", thread);
    await look(client, 1, "Reset gate");
    await move(client, "stepOut");
    await look(client, 1, "Reset gate");
    await move(client, "next");
    await move(client, "next");
    await look(client, 1, "Candidate");
    await client.request("evaluate", { expression: "layers[0].reverse.h", frameId: 1 });
  },
};

const table: Scenario = {
  name: "rnn-table-forecast",
  small: { layers: [{ cell: "rnn", hidden: 2, nonlinearity: "tanh" }], data: "table" },
  async play(client) {
    await start(client, {}, async () => {
      await client.request("setBreakpoints", {
        source: { path: tableFile },
        breakpoints: [{ line: 1 }, { line: 5, condition: "x[1] > 1" }, { line: 99 }],
      });
    });
    await client.request("stackTrace", thread);
    await look(client);
    await move(client, "continue");
    await look(client, 1, "Input", "Output");
    await move(client, "stepIn");
    await move(client, "stepIn");
    await look(client, 1, "Hidden state");
    await client.request("gotoTargets", { source: { path: tableFile }, line: 7 });
    await move(client, "goto", { targetId: 5 });
    await client.request("unroll/steps", { from: 4, to: 9 });
    await client.request("loadedSources");
  },
};

const bidirectionalTable: Scenario = {
  name: "lstm-bidirectional-table",
  small: { layers: [{ ...lstm, hidden: 2, bidirectional: true }], data: "table" },
  async play(client) {
    await start(client);
    await client.request("stackTrace", thread);
    await look(client, 2, "State", "Gates", "Gradients");
    await move(client, "continue");
    await move(client, "next");
    await move(client, "stepIn");
    await move(client, "stepIn");
    await client.request("stackTrace", thread);
    await look(client, 1, "Gradient of the hidden state");
  },
};

const rnnText: Scenario = {
  name: "rnn-relu-text-last-step-only",
  small: {
    layers: [{ cell: "rnn", hidden: 2, nonlinearity: "relu" }],
    data: "text",
    at: "last-step",
  },
  async play(client) {
    await start(client, {}, () =>
      client.request("setExceptionBreakpoints", { filters: ["saturated", "vanishing"] }),
    );
    await look(client, 1, "Output");
    await client.request("gotoTargets", { source: { path: textFile }, line: 2, column: 9 });
    await move(client, "goto", { targetId: 16 });
    await look(client, 1, "Output");
    await move(client, "continue");
    await move(client, "continue");
    await client.request("exceptionInfo", thread);
  },
};

const gruTable: Scenario = {
  name: "gru-table-exceptions",
  small: {
    layers: [{ cell: "gru", hidden: 2, reset: "after" }],
    data: "table",
    // A weight that is no number, as after an update that blew up.
    tamper: (model) => model.parameters[1].value.fill(NaN, 1, 2),
  },
  async play(client) {
    await start(client, { stopOnEntry: false }, () =>
      client.request("setExceptionBreakpoints", {
        filters: [],
        filterOptions: [{ filterId: "nonFinite" }, { filterId: "wrong" }],
      }),
    );
    await client.request("exceptionInfo", thread);
    await client.request("stackTrace", thread);
    await look(client, 1, "State", "Gates");
    await client.request("setExceptionBreakpoints", {
      filters: [],
      filterOptions: [{ filterId: "nonFinite", condition: "isnan(h) && t > 3" }],
    });
    await move(client, "continue");
    await client.request("exceptionInfo", thread);
  },
};

const breakpoints: Scenario = {
  name: "breakpoints-of-every-kind",
  small: { layers: [lstm], data: "text" },
  async play(client) {
    await start(client, { stopOnEntry: false }, async () => {
      await client.request("breakpointLocations", {
        source: { path: textFile },
        line: 1,
        column: 6,
        endLine: 2,
        endColumn: 2,
      });
      await client.request("breakpointLocations", { source: { path: textFile }, line: 1 });
      await client.request("setBreakpoints", {
        source: { path: textFile },
        breakpoints: [
          { line: 1, column: 5 },
          { line: 2 },
          { line: 2, column: 4, logMessage: "loss={loss} top={top(p,2)} \\{h\\}={h}" },
          { line: 2, condition: "t > 10 && loss > 0", hitCondition: "% 2" },
          { line: 2, condition: "norm(dh) <" },
          { line: 2, hitCondition: "often" },
          { line: 2, logMessage: "{loss" },
        ],
      });
      await client.request("setFunctionBreakpoints", {
        breakpoints: [
          { name: "argmax(p) == target", hitCondition: "1" },
          { name: "norm(dh) > 0 && t == 12" },
          { name: "loss" },
        ],
      });
      await client.request("setDataBreakpoints", {
        breakpoints: [
          { dataId: "layers[0].h[1]", accessType: "write" },
          { dataId: "layers[0].f[0]", condition: "crosses(f[0], 0.7)" },
          { dataId: "h" },
        ],
      });
      await client.request("setExceptionBreakpoints", {
        filters: ["vanishing", "exploding", "nothing"],
        filterOptions: [{ filterId: "wrong", condition: 'label(target) == "e"' }],
      });
    });
    await client.request("stackTrace", thread);
    for (let times = 0; times < 8; times++) await move(client, "continue");
    await move(client, "reverseContinue");
    const items = await look(client, 1, "State", "Gates");
    const { variablesReference } = find(items, "f");
    await client.request("dataBreakpointInfo", { variablesReference, name: "[2]" });
    await client.request("dataBreakpointInfo", { name: "h[0]", frameId: 1 });
    await client.request("dataBreakpointInfo", { name: "h", frameId: 1 });
    await client.request("setBreakpoints", {
      source: { path: "/elsewhere.txt" },
      breakpoints: [{ line: 1 }],
    });
    await client.request("setBreakpoints", { source: { path: textFile }, breakpoints: [] });
  },
};

const editing: Scenario = {
  name: "edit-and-continue",
  small: { layers: [lstm], data: "text" },
  async play(client) {
    await start(client);
    await move(client, "next");
    const state = await look(client, 1, "State");
    const { variablesReference } = find(state, "h");
    await client.request("setVariable", { variablesReference, name: "[2]", value: "0.5" });
    await look(client, 1, "Changed by the edit", "State");
    await client.request("setExpression", {
      expression: "weight_hh[0, 1]",
      value: "2 * 0.25",
      frameId: 1,
    });
    await client.request("evaluate", { expression: "c = 0", frameId: 1, context: "repl" });
    await client.request("evaluate", {
      expression: "c - original(c)",
      frameId: 1,
      context: "watch",
    });
    await client.request("unroll/undo");
    await client.request("evaluate", { expression: "ablate h[0]", frameId: 1, context: "repl" });
    await look(client, 1, "Changed by the edit");
    await client.request("evaluate", { expression: "undo", frameId: 1, context: "repl" });
    await client.request("unroll/ablate", { layer: 0, direction: "forward", unit: 1 });
    const edited = await look(client, 1, "Gates");
    const { variablesReference: gate } = find(edited, "o");
    await client.request("unroll/ablate", { variablesReference: gate, name: "[2]" });
    await client
      .request("unroll/tensorOfVariable", { variablesReference: gate, name: "[2]" })
      .catch(() => undefined);
    await failing(client.request("unroll/ablate", { layer: 3, direction: "forward", unit: 1 }));
    await failing(client.request("setExpression", { expression: "dh[0]", value: "1", frameId: 1 }));
    await failing(client.request("setExpression", { expression: "h", value: "x", frameId: 1 }));
    await client.request("restart", { arguments: {} });
    await client.event("stopped");
    await failing(client.request("unroll/undo"));
  },
};

const expressions: Scenario = {
  name: "expressions-in-watch-hover-and-console",
  small: { layers: [lstm, { ...lstm, hidden: 2 }], data: "text" },
  async play(client) {
    await start(client);
    await move(client, "next");
    for (const expression of [
      "f[1] < 0.05 && t > 10",
      "norm(dh) < 1e-4",
      "saturated(layers[0].i) > 0.9",
      "isnan(c)",
      "loss > 2 * mean(loss)",
      "argmax(p) != target",
      "top(p, 3)",
      "layers[0].h",
      "weight_hh_l0",
      "h[0:1]",
      "before(h)",
      "token",
      "output.weight[0]",
    ]) {
      await client.request("evaluate", { expression, frameId: 1, context: "watch" });
    }
    await client.request("evaluate", { expression: "h", frameId: 2, context: "hover" });
    const over = { source: { path: textFile }, line: 1, context: "hover" };
    await client.request("evaluate", { ...over, expression: "h", column: 2 });
    const word = await client.request("evaluate", { ...over, expression: "cat", column: 5 });
    await client.request("variables", { variablesReference: word["variablesReference"] });
    await failing(client.request("evaluate", { ...over, expression: "t", column: 40 }));
    await client.request("evaluate", { expression: "h[1]", context: "clipboard" });
    for (const expression of [
      "nrom(h)",
      "h[9]",
      "h +",
      "f < 0.5 && true",
      "layers[7].h",
      "h = = 3",
    ]) {
      await failing(client.request("evaluate", { expression, frameId: 1, context: "watch" }));
      await failing(client.request("evaluate", { expression, frameId: 1, context: "repl" }));
    }
    await client.request("completions", { text: "norm(d", column: 7, frameId: 1 });
    await client.request("completions", { text: "layers[0].", column: 11, frameId: 1 });
    await client.request("evaluate", { expression: "help", frameId: 1, context: "repl" });
    const { memoryReference } = await client.request("evaluate", { expression: "h", frameId: 1 });
    await client.request("readMemory", { memoryReference, count: 8 });
    await client.request("readMemory", { memoryReference, offset: 4, count: 100 });
    await failing(client.request("readMemory", { memoryReference: "elsewhere", count: 1 }));
  },
};

const badInput: Scenario = {
  name: "what-goes-wrong",
  small: { layers: [lstm], data: "text", withoutTarget: true },
  async play(client) {
    await client.request("initialize", {
      ...initializeArguments,
      linesStartAt1: false,
      columnsStartAt1: false,
    });
    await failing(client.request("stackTrace", thread));
    await client.request("setBreakpoints", {
      source: { path: textFile },
      breakpoints: [{ line: 1, column: 2 }],
    });
    await failing(client.request("launch", { fail: true }));
    await client.request("attach", {});
    await client.event("initialized");
    await client.request("configurationDone");
    await client.event("stopped");
    await client.request("stackTrace", thread);
    await look(client, 1, "Output");
    await failing(client.request("disassemble", {}));
    await failing(client.request("exceptionInfo", thread));
    await client.request("variables", { variablesReference: 999 });
    await failing(
      client.request("setVariable", { variablesReference: 999, name: "x", value: "1" }),
    );
    await failing(client.request("goto", { ...thread, targetId: 99 }));
    await failing(client.request("source", { sourceReference: 1 }));
    await client.request("setExceptionBreakpoints", { filters: ["vanishing"] });
    await move(client, "stepBack");
    await move(client, "continue");
    await client.request("unroll/moveCursor", { t: 3 });
    await client.event("stopped");
    await move(client, "continue");
    await client.request("terminate", {});
    await client.event("terminated");
  },
};

const attention: Scenario = {
  name: "encoder-decoder-with-attention",
  small: {
    layers: [{ cell: "gru", hidden: 2, reset: "after", bidirectional: true }],
    decoder: {
      layers: [{ cell: "lstm", hidden: 3 }],
      start: "map",
      embedding: 2,
      attention: { score: "general" },
    },
    data: "reversal",
  },
  async play(client) {
    await start(client);
    await client.request("stackTrace", thread);
    await look(client, 1, "State", "Output");
    await client.request("setFunctionBreakpoints", {
      breakpoints: [{ name: "argmax(attention) == 0" }, { name: "argmax(p) != target" }],
    });
    await move(client, "continue");
    await client.request("stackTrace", thread);
    await client.request("stepInTargets", { frameId: 1 });
    const shown = await look(client, 1, "Input", "State", "Output", "Attention");
    const { variablesReference } = find(shown, "attention");
    await client.request("variables", { variablesReference, filter: "indexed" });
    await client.request("evaluate", { expression: "layers[0].h", frameId: 1, context: "watch" });
    await client.request("evaluate", { expression: "max(norm(layers[0].h))", frameId: 1 });
    await client.request("setFunctionBreakpoints", { breakpoints: [] });
    await move(client, "continue");
    await move(client, "next");
    for (let subStep = 0; subStep < 4; subStep++) await move(client, "stepIn");
    await look(client, 1, "Gradient of the hidden state", "Attention");
  },
};

export const scenarios: readonly Scenario[] = [
  stepsThroughCell,
  goesBack,
  bidirectional,
  table,
  bidirectionalTable,
  rnnText,
  gruTable,
  breakpoints,
  editing,
  expressions,
  attention,
  badInput,
];
