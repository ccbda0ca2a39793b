/**
 * Runs whose networks are more than plain layers, stepped through from the first gate to the last gradient and back, with
 * everything unfolded at every stop: no variant may be the one that the debugger cannot show.
 */
import { describe, expect, it } from "vitest";
import { createDebuggee } from "../../src/jobs/debugging/debuggee.ts";
import { createRunData } from "../../src/jobs/runData.ts";
import type { TracedSequence } from "../../src/jobs/tracedSequence.ts";
import { createTraceStore } from "../../src/jobs/traceStore.ts";
import { kernels, trained } from "../unit/jobs/tracingFixture.ts";
import type { ConfigChanges, Kind } from "../unit/jobs/trainingFixture.ts";
import { connect, initializeArguments, type TestClient } from "./client.ts";

const thread = { threadId: 1 };

async function launch(kind: Kind, changes: ConfigChanges, sequence: object): Promise<TestClient> {
  const { runFolder, folder } = await trained(kind, changes);
  const client = connect(
    createDebuggee({
      createKernels: kernels,
      workspaceFolders: [folder],
      traces: createTraceStore<TracedSequence>(),
      data: createRunData([folder]),
    }),
  );
  await client.request("initialize", initializeArguments);
  await client.request("launch", { run: runFolder, checkpoint: "last", sequence });
  await client.event("initialized");
  await client.request("configurationDone");
  await client.event("stopped");
  return client;
}

interface Listed {
  readonly name: string;
  readonly value: string;
  readonly variablesReference: number;
}

/** Every frame's scopes and variables, two levels deep; all of it as text. */
async function unfold(client: TestClient): Promise<readonly string[]> {
  const seen: string[] = [];
  const { stackFrames } = await client.request("stackTrace", thread);
  for (const frame of stackFrames as readonly { readonly id: number; readonly name: string }[]) {
    seen.push(frame.name);
    const { scopes } = await client.request("scopes", { frameId: frame.id });
    for (const scope of scopes as readonly Listed[]) {
      for (const each of await variablesOf(client, scope)) {
        seen.push(`${scope.name}: ${each.name} = ${each.value}`);
        if (each.variablesReference > 0) await variablesOf(client, each);
      }
    }
  }
  return seen;
}

async function variablesOf(client: TestClient, of: Listed): Promise<readonly Listed[]> {
  const { variablesReference } = of;
  const { variables } = await client.request("variables", { variablesReference });
  return variables as readonly Listed[];
}

/** Into every sub-step, forward and backward, to the end of the program; how many stops there were, and what was seen. */
async function walkThrough(client: TestClient) {
  const seen: string[] = [];
  for (let stops = 1; stops < 2000; stops++) {
    seen.push(...(await unfold(client)));
    const before = client.log.length;
    await client.request("stepIn", thread);
    await client.event("stopped");
    const isAtEnd = client.log
      .slice(before)
      .some(
        ({ event, body }) => event === "unroll/position" && JSON.stringify(body).includes('"end"'),
      );
    if (isAtEnd) return { stops, seen };
  }
  throw new Error("The program has no end.");
}

const variants: readonly (readonly [string, Kind, ConfigChanges, object])[] = [
  [
    "peepholes and normalization",
    "text, state carried",
    {
      model: {
        layers: [
          { cell: "lstm", hidden: 5, peepholes: true },
          { cell: "lstm", hidden: 4, peepholes: true, layerNorm: true },
        ],
      },
    },
    { text: "the cat" },
  ],
  [
    "a projection",
    "text, state not carried",
    { model: { layers: [{ cell: "lstm", hidden: 6, projection: 3 }] } },
    { split: "training", index: 0 },
  ],
  ["an encoder-decoder with attention", "pairs", {}, { split: "training", index: 0 }],
  ["an encoder-decoder that writes by itself", "pairs", {}, { text: "abca" }],
];

describe.each(variants)("a run with %s", (_, kind, changes, sequence) => {
  it("is stepped through whole, with everything unfolded at every stop", async () => {
    const client = await launch(kind, changes, sequence);
    const { stops, seen } = await walkThrough(client);
    expect(stops).toBeGreaterThan(20);
    expect(seen.filter((line) => /NaN|undefined|\[object/.test(line))).toEqual([]);
    client.dispose();
  });
});

describe("edits", () => {
  it("of a state with peepholes compute the future anew, and of a gate are refused with the reason", async () => {
    const [, kind, changes, sequence] = variants[0];
    const client = await launch(kind, changes, sequence);
    const { stackFrames } = await client.request("stackTrace", thread);
    const frames = stackFrames as readonly { readonly id: number }[];
    const evaluate = async (expression: string): Promise<unknown> => {
      const request = { frameId: frames[frames.length - 1].id, context: "repl", expression };
      return (await client.request("evaluate", request)).result;
    };
    await expect(evaluate("f[2] = 0.25")).rejects.toThrow(/"f" of this cell .*peepholes.*h can/);
    const before = await evaluate("at(c, 1)");
    await evaluate("h[2] = 0.25");
    expect(await evaluate("h[2]")).toBe("0.25");
    expect(await evaluate("at(c, 1)")).not.toBe(before);
    await client.request("unroll/undo");
    expect(await evaluate("at(c, 1)")).toBe(before);
    client.dispose();
  });

  it("of an encoder-decoder are refused with the reason", async () => {
    const client = await launch("pairs", {}, { text: "abca" });
    const { stackFrames } = await client.request("stackTrace", thread);
    const [{ id }] = stackFrames as readonly { readonly id: number }[];
    await expect(
      client.request("evaluate", { frameId: id, context: "repl", expression: "h[0] = 0.5" }),
    ).rejects.toThrow(/encoder-decoder/i);
    // The session goes on.
    await client.request("next", thread);
    await client.event("stopped");
    client.dispose();
  });
});
