import { describe, expect, it } from "vitest";
import { connect, initializeArguments } from "./client.ts";
import { smallDebuggee, text, textFile } from "./smallDebuggee.ts";

async function started(small = {}) {
  const world = smallDebuggee({ layers: [{ cell: "lstm", hidden: 3 }], data: "text", ...small });
  const client = connect(world.debuggee);
  await client.request("initialize", initializeArguments);
  await client.request("launch", {});
  await client.event("initialized");
  await client.request("configurationDone");
  await client.event("stopped");
  return { ...world, client };
}

describe("a session over a text", () => {
  it("stops at each character in turn, where it stands in the text", async () => {
    const { client, cursors } = await started();
    const places: unknown[] = [];
    for (let t = 0; t < text.length; t++) {
      if (t > 0) {
        await client.request("next", { threadId: 1 });
        await client.event("stopped");
      }
      const { stackFrames } = await client.request("stackTrace", { threadId: 1 });
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
});
