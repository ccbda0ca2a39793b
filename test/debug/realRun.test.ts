/** The adapter over runs that were really trained, as the worker puts the two together. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StepsResponse } from "../../src/debug/customRequests.ts";
import { createDebuggee } from "../../src/jobs/debugging/debuggee.ts";
import { createRunData } from "../../src/jobs/runData.ts";
import type { TracedSequence } from "../../src/jobs/tracedSequence.ts";
import { createTraceStore } from "../../src/jobs/traceStore.ts";
import { kernels, trained } from "../unit/jobs/tracingFixture.ts";
import type { Kind } from "../unit/jobs/trainingFixture.ts";
import { connect, initializeArguments, type TestClient } from "./client.ts";

const thread = { threadId: 1 };

async function session(kind: Kind) {
  const { runFolder, folder } = await trained(kind);
  const debuggee = createDebuggee({
    createKernels: kernels,
    workspaceFolders: [folder],
    traces: createTraceStore<TracedSequence>(),
    data: createRunData([folder]),
  });
  const client = connect(debuggee);
  await client.request("initialize", initializeArguments);
  const launch = (sequence: object) =>
    client.request("launch", { run: runFolder, checkpoint: "last", sequence });
  return { client, folder, launch };
}

async function losses(client: TestClient): Promise<readonly (number | undefined)[]> {
  const answer = await client.request("unroll/steps", { from: 0, to: 100 });
  return (answer as unknown as StepsResponse).steps.map(({ loss }) => loss);
}

describe("a run over texts", () => {
  it("stops at a token of the person's file, and an edit there changes the future and nothing before it", async () => {
    const { client, folder, launch } = await session("text, state carried");
    const path = join(folder, "poem.txt");
    await writeFile(path, "the cat sat on the log");
    await launch({ file: "poem.txt", from: { line: 1, column: 1 }, steps: 12 });
    await client.event("initialized");
    await client.request("setBreakpoints", {
      source: { path },
      breakpoints: [{ line: 1, column: 6 }],
    });
    await client.request("configurationDone");
    await client.event("stopped");
    await client.request("continue", thread);
    expect(await client.event("stopped")).toMatchObject({ reason: "breakpoint" });
    const { stackFrames } = await client.request("stackTrace", thread);
    expect(stackFrames).toMatchObject([
      { line: 1, column: 6, source: { path } },
      { line: 1, column: 6 },
    ]);

    const before = await losses(client);
    const inLowerLayer = { frameId: 2, context: "repl" };
    const { result } = await client.request("evaluate", {
      ...inLowerLayer,
      expression: "h[0] = 0.9",
    });
    expect(result).toBe("number 0 of h, layer 0, set to 0.9 at step 5.");
    const edited = await losses(client);
    expect(edited.slice(0, 5)).toEqual(before.slice(0, 5));
    expect(edited.slice(5).every((loss, k) => loss !== before[5 + k])).toBe(true);

    await client.request("evaluate", {
      ...inLowerLayer,
      expression: "weight_hh_l0[0, 1] = 2",
    });
    const withWeight = await losses(client);
    expect(withWeight.slice(0, 5)).toEqual(before.slice(0, 5));
    expect(withWeight.every((loss) => loss !== undefined)).toBe(true);

    await client.request("unroll/undo");
    expect(await losses(client)).toEqual(edited);
    await client.request("unroll/undo");
    expect(await losses(client)).toEqual(before);
    client.dispose();
  });

  it("says what cannot be read, and where", async () => {
    const { client, folder, launch } = await session("text, state carried");
    await writeFile(join(folder, "poem.txt"), "the qat");
    await expect(launch({ file: "poem.txt", from: { line: 1 } })).rejects.toThrow(
      'The model does not know the character "q" at poem.txt, line 1, column 5',
    );
    client.dispose();
  });
});
