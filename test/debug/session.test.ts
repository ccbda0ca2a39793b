import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Debuggee } from "../../src/debug/debuggee.ts";
import { connect, initializeArguments, type TestClient } from "./client.ts";
import { smallDebuggee, text, textFile, type Small } from "./smallDebuggee.ts";

const thread = { threadId: 1 };
const small: Small = { layers: [{ cell: "lstm", hidden: 3 }], data: "text" };

async function started(debuggee: Debuggee, configuration: object = {}): Promise<TestClient> {
  const client = connect(debuggee);
  await client.request("initialize", initializeArguments);
  await client.request("launch", configuration);
  await client.event("initialized");
  await client.request("configurationDone");
  return client;
}

describe("a session over a text", () => {
  it("stops at each character in turn, where it stands in the text, and panels follow", async () => {
    const { debuggee, cursors } = smallDebuggee(small);
    const client = await started(debuggee);
    const places: unknown[] = [];
    for (let t = 0; t < text.length; t++) {
      if (t > 0) await client.request("next", thread);
      await client.event("stopped");
      const { stackFrames } = await client.request("stackTrace", thread);
      const [{ line, column, source }] = stackFrames as {
        line: number;
        column: number;
        source: { path: string };
      }[];
      expect(source.path).toBe(textFile);
      places.push(text.split("\n")[line - 1][column - 1] ?? "\n");
    }
    expect(places.join("")).toBe(text);
    expect(cursors.map(({ t }) => t)).toEqual(Array.from(text, (_, t) => t));
  });

  it("tells what happens only after the answer to the request that led to it", async () => {
    const client = await started(smallDebuggee(small).debuggee);
    await client.event("stopped");
    const before = client.log.length;
    await client.request("next", thread);
    await client.event("stopped");
    const kinds = client.log.slice(before).map(({ type, event }) => event ?? type);
    expect(kinds).toEqual(["request", "response", "stopped", "unroll/position"]);
  });

  it("can be paused while it runs, and goes on from there", async () => {
    const world = smallDebuggee(small);
    let held: (() => void) | undefined;
    let breaths = 0;
    // Holds the run at its fifth step until the test lets it go on.
    const debuggee: Debuggee = {
      ...world.debuggee,
      breathe: () =>
        ++breaths === 5 ? new Promise<void>((resolve) => (held = resolve)) : undefined,
    };
    const client = await started(debuggee, { stopOnEntry: false });
    await expect(client.request("next", thread)).rejects.toThrow("Pause it first");
    await expect(
      client.request("setExpression", { expression: "h[0]", value: "1" }),
    ).rejects.toThrow("Pause it first");
    await client.request("pause", thread);
    held?.();
    expect(await client.event("stopped")).toMatchObject({ reason: "pause" });
    expect(world.cursors.at(-1)).toMatchObject({ t: 5 });
    await client.request("continue", thread);
    expect(await client.event("stopped")).toMatchObject({ description: "The loss" });
  });

  it("breakpoints that are set while it runs are met", async () => {
    const world = smallDebuggee(small);
    let held: (() => void) | undefined;
    let breaths = 0;
    const debuggee: Debuggee = {
      ...world.debuggee,
      breathe: () =>
        ++breaths === 2 ? new Promise<void>((resolve) => (held = resolve)) : undefined,
    };
    const client = await started(debuggee, { stopOnEntry: false });
    await client.request("setBreakpoints", {
      source: { path: textFile },
      breakpoints: [{ line: 1, column: 7 }],
    });
    held?.();
    expect(await client.event("stopped")).toMatchObject({ reason: "breakpoint" });
    expect(world.cursors.at(-1)).toMatchObject({ t: 6 });
  });

  it("ends a launch that takes too long when it is disconnected", async () => {
    const { debuggee } = smallDebuggee(small);
    let isEnded = false;
    const client = connect({
      ...debuggee,
      launch: (_request, _configuration, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("Stopped.")));
        }),
      end: () => void (isEnded = true),
    });
    await client.request("initialize", initializeArguments);
    void client.request("launch", {}).catch(() => undefined);
    await client.request("disconnect");
    expect(isEnded).toBe(true);
    const said = client.log.length;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.log, "nothing is said after the end").toHaveLength(said);
  });

  it("stops, and says why, when a run breaks off", async () => {
    const world = smallDebuggee(small);
    let breaths = 0;
    const debuggee: Debuggee = {
      ...world.debuggee,
      breathe() {
        if (++breaths === 3) throw new Error("Out of breath.");
        return undefined;
      },
    };
    const client = await started(debuggee, { stopOnEntry: false });
    expect(await client.event("stopped")).toMatchObject({ text: "The run broke off." });
    expect(JSON.stringify(client.log)).toContain("Out of breath.");
    await client.request("continue", thread);
    expect(await client.event("stopped")).toMatchObject({ description: "The loss" });
  });

  it("begins where the debuggee says that something broke", async () => {
    const world = smallDebuggee(small);
    const client = await started({
      ...world.debuggee,
      async launch(...given) {
        const program = await world.debuggee.launch(...given);
        return { ...program, entry: { t: 9, reason: "Here the loss became NaN." } };
      },
    });
    expect(await client.event("stopped")).toMatchObject({ text: "Here the loss became NaN." });
    expect(world.cursors.at(-1)).toMatchObject({ t: 9 });
  });

  it("comes back from the backward pass when an edit leaves no gradients, and keeps its losses", async () => {
    const world = smallDebuggee(small);
    const client = await started({
      ...world.debuggee,
      async edit(...given) {
        const program = await world.debuggee.edit(...given);
        const { trace } = program;
        const tensors = [...trace.tensors].filter(([name]) => !name.startsWith("grad."));
        return { ...program, trace: { ...trace, tensors: new Map(tensors) } };
      },
    });
    await client.event("stopped");
    await client.request("continue", thread);
    await client.event("stopped");
    for (let step = 0; step < 5; step++) await client.request("next", thread);
    await client.request("setExpression", { expression: "weight_hh[0, 0]", value: "2" });
    const last = client.log.findLast(({ event }) => event === "unroll/position");
    expect(last).toMatchObject({ body: { t: text.length - 5, phase: "forward" } });
    const { result } = await client.request("evaluate", { expression: "mean(loss)" });
    expect(Number(result)).toBeGreaterThan(1);
    await expect(client.request("evaluate", { expression: "dh" })).rejects.toThrow('no "dh" here');
    await client.request("unroll/undo", {});
    await client.request("evaluate", { expression: "dh" });
  });

  it("shows large tensors in pages, and every number of them once", async () => {
    const client = await started(
      smallDebuggee({ layers: [{ cell: "gru", hidden: 250, reset: "after" }], data: "text" })
        .debuggee,
    );
    await client.event("stopped");
    const { variablesReference, indexedVariables } = await client.request("evaluate", {
      expression: "h",
    });
    expect(indexedVariables).toBe(250);
    const names: string[] = [];
    for (let start = 0; start < 250; start += 100) {
      const { variables } = await client.request("variables", {
        variablesReference,
        filter: "indexed",
        start,
        count: 100,
      });
      names.push(...(variables as { name: string }[]).map(({ name }) => name));
    }
    expect(names).toEqual(Array.from({ length: 250 }, (_, unit) => `[${unit}]`));
  });
});

describe("whatever an editor sends", () => {
  const commands = fc.constantFrom(
    ..."next stepIn stepOut stepBack continue reverseContinue pause goto stackTrace scopes variables evaluate".split(
      " ",
    ),
    ..."setVariable setExpression setBreakpoints setFunctionBreakpoints setDataBreakpoints gotoTargets source".split(
      " ",
    ),
    ..."completions readMemory restart exceptionInfo breakpointLocations dataBreakpointInfo stepInTargets nonsense".split(
      " ",
    ),
    ..."unroll/undo unroll/ablate unroll/moveCursor unroll/steps unroll/tensorOfVariable setExceptionBreakpoints".split(
      " ",
    ),
  );
  const given = fc.record(
    {
      threadId: fc.constant(1),
      frameId: fc.integer({ min: -1, max: 4 }),
      targetId: fc.integer({ min: -2, max: 30 }),
      variablesReference: fc.integer({ min: 0, max: 60 }),
      name: fc.constantFrom("h", "[0]", "[99]", "min", "equation"),
      value: fc.constantFrom("0.5", "h", "x +", ""),
      expression: fc.constantFrom(
        "h",
        "c[1]",
        "dh",
        "undo",
        "h[0] = 1",
        "mean(loss",
        "ablate h[2]",
      ),
      context: fc.constantFrom("watch", "repl", "hover", "clipboard"),
      source: fc.constantFrom({ path: textFile }, { sourceReference: 3 }, {}),
      line: fc.integer({ min: -1, max: 5 }),
      column: fc.integer({ min: 0, max: 20 }),
      text: fc.constantFrom("norm(", "layers[0].", ""),
      breakpoints: fc.subarray([
        { line: 2, name: "loss > 3", dataId: "h[0]" },
        { line: 1, column: 3, condition: "loss", name: "h", dataId: "loss" },
        { line: 2, logMessage: "{t}", name: "", dataId: "", hitCondition: "% 2" },
      ]),
      memoryReference: fc.constantFrom("0 forward 2 h", "x"),
      offset: fc.integer({ min: -5, max: 50 }),
      count: fc.integer({ min: -5, max: 50 }),
      t: fc.integer({ min: -3, max: 30 }),
      from: fc.integer({ min: -3, max: 30 }),
      to: fc.integer({ min: -3, max: 30 }),
      layer: fc.integer({ min: -1, max: 2 }),
      unit: fc.integer({ min: -1, max: 5 }),
      direction: fc.constantFrom("forward", "reverse"),
    },
    { requiredKeys: ["threadId"] },
  );

  it("every request is answered once, and in the end it can still be looked at", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(commands, given), { maxLength: 25 }), async (requests) => {
        const client = await started(smallDebuggee(small).debuggee);
        await Promise.all(
          requests.map(([command, each]) => client.request(command, each).catch(() => undefined)),
        );
        const { stackFrames } = await client.request("stackTrace", thread);
        expect(stackFrames).not.toHaveLength(0);
        const asked = client.log.filter(({ type }) => type === "request").map(({ seq }) => seq);
        const answered = client.log
          .filter(({ type }) => type === "response")
          .map((answer) => answer["request_seq"]);
        expect(new Set(answered)).toEqual(new Set(asked));
        expect(answered).toHaveLength(asked.length);
        // What fails is told in words for the person; a mistake of ours would read otherwise.
        for (const { message } of client.log) {
          expect(String(message)).not.toMatch(/Cannot read|not a function|not iterable|Invalid/);
        }
        client.dispose();
      }),
      { numRuns: 150 },
    );
  });
});
